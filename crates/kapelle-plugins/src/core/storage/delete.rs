//! `io.kestra.plugin.core.storage.Delete`: deletes a file.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::absent;

/// # Delete a file
///
/// Deletes a file of the internal storage.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delete {
    /// The address of the file.
    uri: Expr<Text>,
    /// Whether the task fails if there is no such file.
    error_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The address of the file.
    uri: Any,
    /// Whether there was one.
    deleted: bool,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.core.storage.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let uri = cx.render(&self.uri)?;
        if !uri.expose().starts_with("kestra://") {
            let words = format!("Invalid internal storage scheme, got uri '{}'", uri.masked());
            return Err(Failure::new(words).into());
        }
        let deleted = cx.host.files().delete(uri.expose())?;
        if !deleted && cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
            return Err(absent(&uri).into());
        }
        Ok(Output { uri: uri.into(), deleted })
    }
}
