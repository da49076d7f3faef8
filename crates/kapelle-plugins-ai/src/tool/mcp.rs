//! Tools of other servers, by the Model Context Protocol.

mod client;
mod http;
mod program;
mod stream;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{Offered, Working, Works};
use crate::chat::{ToolSpec, text_at};
use crate::session::Session;

pub(crate) use client::Client;

/// Bytes of an answer.
const ANSWER_MAX: usize = 16 << 20;

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Transport {
    /// Each question is a request of its own.
    #[default]
    StreamableHttp,
    /// Answers come as events of one long answer, as older servers give them.
    Sse,
    /// Like the first.
    Unknown,
}

impl Word for Transport {}

/// A server, as a flow writes it.
#[derive(Clone, Debug)]
pub(crate) enum McpTool {
    Streamable(StreamableTool),
    Sse(SseTool),
    Program(ProgramTool),
}

/// A server that takes each question as a request of its own.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct StreamableTool {
    url: Expr<String>,
    #[serde(flatten)]
    common: Common,
}

/// A server that answers by events.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SseTool {
    sse_url: Expr<String>,
    #[serde(flatten)]
    common: Common,
}

/// A server that is a program of this machine. It ends with the conversation.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProgramTool {
    command: Expr<Vec<Text>>,
    env: Option<Expr<BTreeMap<String, Text>>>,
    log_events: Option<Expr<bool>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    timeout: Option<Expr<SignedDuration>>,
    headers: Option<Expr<BTreeMap<String, Text>>>,
    log_requests: Option<Expr<bool>>,
    log_responses: Option<Expr<bool>>,
}

/// Everything about a server, rendered.
pub(crate) struct Server {
    pub(crate) way: Way,
    pub(crate) timeout: Option<SignedDuration>,
    pub(crate) logs_requests: bool,
    pub(crate) logs_answers: bool,
}

/// Where a server is.
pub(crate) enum Way {
    Http(Site),
    Program(Start),
}

/// A server behind an address.
pub(crate) struct Site {
    pub(crate) transport: Transport,
    pub(crate) url: String,
    pub(crate) headers: BTreeMap<String, Text>,
}

/// A server that is started.
pub(crate) struct Start {
    command: Vec<Text>,
    environment: BTreeMap<String, Text>,
}

impl Common {
    fn server(&self, cx: &RunContext, transport: Transport, url: &Expr<String>) -> Result<Server, Broken> {
        let headers = cx.filled(self.headers.as_ref())?.unwrap_or_default();
        Ok(Server {
            way: Way::Http(Site { transport, url: cx.render(url)?, headers }),
            timeout: cx.filled(self.timeout.as_ref())?,
            logs_requests: cx.filled(self.log_requests.as_ref())?.unwrap_or(false),
            logs_answers: cx.filled(self.log_responses.as_ref())?.unwrap_or(false),
        })
    }
}

impl ProgramTool {
    fn server(&self, cx: &RunContext) -> Result<Server, Broken> {
        let logs = cx.filled(self.log_events.as_ref())?.unwrap_or(false);
        let environment = cx.filled(self.env.as_ref())?.unwrap_or_default();
        let start = Start { command: cx.render(&self.command)?, environment };
        Ok(Server { way: Way::Program(start), timeout: None, logs_requests: logs, logs_answers: logs })
    }
}

impl McpTool {
    fn server(&self, cx: &RunContext) -> Result<Server, Broken> {
        match self {
            Self::Streamable(tool) => tool.common.server(cx, Transport::StreamableHttp, &tool.url),
            Self::Sse(tool) => tool.common.server(cx, Transport::Sse, &tool.sse_url),
            Self::Program(tool) => tool.server(cx),
        }
    }

    /// Meets the server, and asks what tools it has.
    pub(super) async fn offer(&self, session: &Session) -> Result<Vec<Offered>, Broken> {
        let client = Arc::new(Client::open(&session.cx, self.server(&session.cx)?).await?);
        let tools = client.tools(&session.cx).await?;
        let offered = tools
            .iter()
            .map(|tool| Offered { spec: spec(tool), works: Arc::new(Remote(Arc::clone(&client))) });
        Ok(offered.collect())
    }
}

fn spec(tool: &Json) -> ToolSpec {
    let nothing = || serde_json::json!({ "type": "object", "properties": {} });
    ToolSpec {
        name: text_at(tool, "/name").unwrap_or_default().to_owned(),
        description: text_at(tool, "/description").unwrap_or_default().to_owned(),
        parameters: tool.get("inputSchema").cloned().unwrap_or_else(nothing),
    }
}

/// A tool of a server.
struct Remote(Arc<Client>);

impl Works for Remote {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w> {
        Box::pin(async move {
            let result = self.0.call(&session.cx, name, arguments.clone()).await?;
            if result.is_error { Err(Broken::new(result.text)) } else { Ok(result.text.into()) }
        })
    }

    fn close<'w>(&'w self, session: &'w Session) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'w>> {
        Box::pin(self.0.close(&session.cx))
    }
}
