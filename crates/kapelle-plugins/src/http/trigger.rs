//! `io.kestra.plugin.core.http.Trigger`: asks a server from time to time, until its answer is one to act on.

use std::sync::Arc;

use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::Value;
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::exchange::send;
use super::properties::HttpProperties;
use super::reply::{Output, Reply};

/// # Ask a server until it answers as hoped
///
/// Sends a request over HTTP at each look, and starts an execution if the condition on the answer holds. The answer is
/// `trigger` in the execution. No status is a failure: what an answer has to be, the condition says.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    http: HttpProperties,
    /// Whether an execution starts; it sees `response.statusCode`, `response.body` and `response.headers`.
    #[serde(default = "not_failed")]
    response_condition: Expr<String>,
    /// Whether the content is kept as a secret, in `encryptedBody`.
    #[serde(default)]
    encrypt_body: Option<Expr<bool>>,
}

fn not_failed() -> Expr<String> {
    Expr::of(Property::text("{{ response.statusCode < 400 }}", Language::One))
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.core.http.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, _cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        let is_encrypted = cx.filled(self.encrypt_body.as_ref())?.unwrap_or(false);
        let answer = send(cx, &self.http, "*/*").await?;
        let reply = Reply::read(cx, &self.http, answer, is_encrypted).await?;
        let response = Value::Map(Arc::new(reply.variables()));
        let holds = cx.with([(Arc::from("response"), response)]).truth(&self.response_condition)?;
        Ok(Polled { event: holds.then(|| reply.into_output()), cursor: None })
    }
}
