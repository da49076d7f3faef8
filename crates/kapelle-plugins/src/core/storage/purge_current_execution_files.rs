//! `io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles`: deletes all files of the execution.

use kapelle_plugin::{Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Delete the files of this execution
///
/// Deletes everything that the execution put into the internal storage: files of inputs, of tasks and of its trigger.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct PurgeCurrentExecutionFiles {}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The addresses of the files that were deleted.
    uris: Vec<String>,
}

impl Task for PurgeCurrentExecutionFiles {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        cx.blocking(work).await
    }
}

fn work(cx: &RunContext) -> Result<Output, Broken> {
    Ok(Output { uris: cx.host.files().delete_all()? })
}
