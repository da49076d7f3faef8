//! `io.kestra.plugin.core.namespace.DownloadFiles`: copies files of a namespace into the storage of the execution.

use kapelle_model::Failure;
use kapelle_plugin::{Any, Broken, Expr, Metric, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chosen::{Addresses, chosen};
use kapelle_plugin::files::{copy, relative};

/// # Get files of a namespace
///
/// Copies files of a namespace into the storage of the execution, so that other tasks can use them.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct DownloadFiles {
    /// The namespace.
    namespace: Expr<String>,
    /// A pattern of paths, or a list of them.
    files: Expr<Any>,
    /// A folder for the copies.
    destination: Option<Expr<String>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses of the copies by the paths in the namespace.
    files: Addresses,
}

impl Task for DownloadFiles {
    const TYPE: &'static str = "io.kestra.plugin.core.namespace.DownloadFiles";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl DownloadFiles {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let namespace = cx.render(&self.namespace)?;
        let destination = cx.optional(self.destination.as_ref())?.unwrap_or_default();
        let mut files = Addresses::new();
        for file in chosen(cx, &namespace, &self.files)? {
            let content = cx.host.namespace_files().open(&namespace, &file.path, None)?;
            let mut content = content.ok_or_else(|| {
                let path = &file.path;
                Failure::new(format!(
                    "the file `{path}` of the namespace `{namespace}` is not there any more"
                ))
            })?;
            let name = relative(&format!("{destination}/{}", file.path))?;
            let mut kept = cx.host.files().create(Name::Exactly(&name))?;
            copy(cx, &mut content, &mut kept)?;
            files.insert(format!("/{}", file.path), kept.finish()?);
        }
        cx.metric(Metric::count("downloaded", files.len() as u64));
        Ok(Output { files })
    }
}
