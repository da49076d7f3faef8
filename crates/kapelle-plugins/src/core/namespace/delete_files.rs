//! `io.kestra.plugin.core.namespace.DeleteFiles`: deletes files of a namespace.

use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chosen::{Addresses, chosen};

/// # Delete files of a namespace
///
/// Deletes the files of a namespace that a pattern fits, with all their versions.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeleteFiles {
    /// The namespace.
    namespace: Expr<String>,
    /// A pattern of paths, or a list of them.
    files: Expr<Any>,
    /// Whether folders are deleted that are empty then. A folder is there as long as a file is in it, so that they always
    /// are.
    #[expect(dead_code, reason = "it may be written, and changes nothing that can be seen")]
    delete_parent_folder: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses that the files had, by their paths.
    files: Addresses,
}

impl Task for DeleteFiles {
    const TYPE: &'static str = "io.kestra.plugin.core.namespace.DeleteFiles";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl DeleteFiles {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let namespace = cx.render(&self.namespace)?;
        let mut files = Addresses::new();
        for file in chosen(cx, &namespace, &self.files)? {
            cx.go_on()?;
            if cx.host.namespace_files().delete(&namespace, &file.path)? {
                files.insert(format!("/{}", file.path), file.uri(&namespace));
            }
        }
        cx.metric(Metric::count("deleted", files.len() as u64));
        Ok(Output { files })
    }
}
