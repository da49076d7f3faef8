//! `io.kestra.plugin.ai.mcp.CallTool`: calls a tool of a server.

use kapelle_model::{Map, Value};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::ServerProperties;
use crate::value;

/// # Call a tool of a server
///
/// Calls a tool of a server that speaks the Model Context Protocol, without a model.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallTool {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the tool.
    tool: Expr<String>,
    /// What it is given.
    arguments: Option<Expr<Map>>,
    /// Whether the task fails when the tool does; it does unless this says `false`.
    fail_on_tool_error: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// What the tool gives, as text.
    result: String,
    /// What it gives as a structure.
    #[serde(skip_serializing_if = "Option::is_none")]
    structured_content: Option<Any>,
    /// Whether it failed.
    is_error: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
}

impl Task for CallTool {
    const TYPE: &'static str = "io.kestra.plugin.ai.mcp.CallTool";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let name = cx.render(&self.tool)?;
        let arguments = cx.filled(self.arguments.as_ref())?.unwrap_or_default();
        let Json::Object(arguments) = value::json(&Value::Map(arguments.into()))? else {
            return Err(Broken::new("`arguments` has to be a map"));
        };
        let client = self.server.open(cx).await?;
        let called = client.call(cx, name.trim(), arguments).await;
        client.close(cx).await;
        let called = called?;
        if called.is_error && cx.filled(self.fail_on_tool_error.as_ref())?.unwrap_or(true) {
            return Err(Broken::new(format!("the tool `{name}` failed: {}", called.text)));
        }
        Ok(Output {
            error_message: Some(called.text.clone()).filter(|_| called.is_error),
            result: called.text,
            structured_content: called.structured.as_ref().map(|json| Any(value::value(json))),
            is_error: called.is_error,
        })
    }
}
