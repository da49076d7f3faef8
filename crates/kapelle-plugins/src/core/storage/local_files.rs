//! `io.kestra.plugin.core.storage.LocalFiles`: puts files into the directory, or keeps files of it.

use std::collections::BTreeMap;

use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use kapelle_plugin::files::{collect_output_files, patterns, write_input_files};

/// # Put files into the directory, or keep some
///
/// Writes files into the directory of a `WorkingDirectory` and keeps files that lie there. The properties `inputFiles`
/// and `outputFiles` of other tasks do the same.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct LocalFiles {
    /// Files to write: a map of paths to texts or addresses, or a text that is one in JSON.
    inputs: Option<Expr<Any>>,
    /// Patterns of files to keep.
    outputs: Option<Expr<Vec<String>>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses of the kept files by their paths.
    uris: BTreeMap<String, String>,
}

impl Task for LocalFiles {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.LocalFiles";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl LocalFiles {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let directory = cx.host.directory()?;
        write_input_files(cx, &directory, self.inputs.as_ref())?;
        let patterns = patterns(cx, self.outputs.as_ref())?;
        Ok(Output { uris: collect_output_files(cx, &directory, &patterns)? })
    }
}
