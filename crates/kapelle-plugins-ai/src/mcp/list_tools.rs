//! `io.kestra.plugin.ai.mcp.ListTools`: asks a server what tools it has.

use kapelle_plugin::{Any, Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ServerProperties;
use crate::value;

/// # List the tools of a server
///
/// Asks a server that speaks the Model Context Protocol which tools it has.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ListTools {
    #[serde(flatten)]
    server: ServerProperties,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The tools, each with `name`, `description` and the schema of what it is given.
    tools: Vec<Any>,
    /// How many there are.
    count: usize,
}

impl Task for ListTools {
    const TYPE: &'static str = "io.kestra.plugin.ai.mcp.ListTools";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let client = self.server.open(cx).await?;
        let tools = client.tools(cx).await;
        client.close(cx).await;
        let tools: Vec<Any> = tools?.iter().map(|tool| Any(value::value(tool))).collect();
        Ok(Output { count: tools.len(), tools })
    }
}
