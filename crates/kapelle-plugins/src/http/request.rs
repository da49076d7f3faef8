//! `io.kestra.plugin.core.http.Request`: asks a server, and gives its answer as an output.

use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::exchange::exchange;
use super::properties::TaskProperties;
use super::reply::{Output, Reply};

/// # Send a request
///
/// Sends a request over HTTP and gives status, headers and content of the answer. What is large, or no text, is loaded
/// with `Download` instead.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    #[serde(flatten)]
    task: TaskProperties,
    /// Whether the content is kept as a secret, in `encryptedBody`.
    #[serde(default)]
    encrypt_body: Option<Expr<bool>>,
}

impl Task for Request {
    const TYPE: &'static str = "io.kestra.plugin.core.http.Request";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let is_encrypted = cx.filled(self.encrypt_body.as_ref())?.unwrap_or(false);
        let good = exchange(cx, &self.task, "*/*").await?;
        let reply = Reply::read(cx, &self.task.http, good.answer, is_encrypted).await?;
        Ok(reply.into_output())
    }
}
