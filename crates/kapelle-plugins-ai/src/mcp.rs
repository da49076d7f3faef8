//! Servers of tools, asked by flows themselves.

mod call_tool;
mod list_tools;

use std::collections::BTreeMap;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Registry, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

#[cfg(test)]
pub(crate) use {call_tool::CallTool, list_tools::ListTools};

use crate::tool::{McpClient, McpServer, McpSite, McpWay, Transport};

pub(crate) fn register(r: &mut Registry) {
    r.task::<call_tool::CallTool>();
    r.task::<list_tools::ListTools>();
}

/// A server of tools.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ServerProperties {
    /// The address of the server.
    url: Expr<String>,
    /// How it is spoken to: each question as a request of its own, or (SSE) with answers as events of one long answer.
    transport: Option<Expr<Transport>>,
    /// Headers of each request, such as those that show who asks.
    headers: Option<Expr<BTreeMap<String, Text>>>,
    /// Whether what is asked goes to the log, at level DEBUG.
    log_requests: Option<Expr<bool>>,
    /// Whether what is answered goes to the log, at level DEBUG.
    log_responses: Option<Expr<bool>>,
}

impl ServerProperties {
    async fn open(&self, cx: &RunContext) -> Result<McpClient, Broken> {
        let site = McpSite {
            transport: cx.filled(self.transport.as_ref())?.unwrap_or_default(),
            url: cx.render(&self.url)?,
            headers: cx.filled(self.headers.as_ref())?.unwrap_or_default(),
        };
        let server = McpServer {
            way: McpWay::Http(site),
            timeout: None,
            logs_requests: cx.filled(self.log_requests.as_ref())?.unwrap_or(false),
            logs_answers: cx.filled(self.log_responses.as_ref())?.unwrap_or(false),
        };
        McpClient::open(cx, server).await
    }
}
