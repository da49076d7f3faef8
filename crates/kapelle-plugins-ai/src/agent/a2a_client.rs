//! `io.kestra.plugin.ai.agent.A2AClient`: asks an agent of another server.

use kapelle_model::Text;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::a2a;

/// # Ask an agent of another server
///
/// Sends a question to an agent that speaks the `Agent2Agent` protocol, and waits for its answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct A2aClient {
    /// Where the agent is; its card is looked for below this address.
    server_url: Expr<String>,
    /// What it is asked.
    prompt: Expr<Text>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// What it answers.
    text_output: Any,
}

impl Task for A2aClient {
    const TYPE: &'static str = "io.kestra.plugin.ai.agent.A2AClient";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let (server, prompt) = (cx.render(&self.server_url)?, cx.render(&self.prompt)?);
        Ok(Output { text_output: a2a::ask(cx, server.trim(), &prompt).await?.into() })
    }
}
