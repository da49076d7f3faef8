//! Tools that a model may ask for.

mod agent;
mod flow;
mod mcp;
mod search;
mod task;

use std::pin::Pin;
use std::sync::Arc;

use kapelle_model::effect::Level;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Broken, Expr};
use serde_json::{Map, Value as Json};

use crate::chat::{Call, ToolSpec};
use crate::part::{Part, part};
use crate::session::Session;

pub(crate) use mcp::{Client as McpClient, Server as McpServer, Site as McpSite, Transport, Way as McpWay};
pub(crate) use search::{Found, google, tavily};

const PREFIX: &str = "io.kestra.plugin.ai.tool.";

/// Bytes of what a tool gives that a model is told.
const RESULT_MAX: usize = 256 << 10;

/// The types of tools.
const KNOWN: [&str; 11] = [
    "AIAgent",
    "GoogleCustomWebSearch",
    "KestraFlow",
    "KestraFlowCalling",
    "KestraTask",
    "KestraTaskCalling",
    "SseMcpClient",
    "StdioMcpClient",
    "StreamableHttpMcpClient",
    "TavilyWebSearch",
    "A2AClient",
];

/// The full names of all of them.
pub(crate) fn parts() -> Vec<String> {
    KNOWN.iter().map(|name| format!("{PREFIX}{name}")).collect()
}

/// Something that offers tools, as a flow writes it.
#[derive(Clone, Debug)]
pub(crate) enum Tool {
    Agent(Box<agent::AgentTool>),
    Remote(agent::RemoteTool),
    Flow(Box<flow::FlowTool>),
    Google(search::GoogleTool),
    Mcp(mcp::McpTool),
    Task(task::TaskTool),
    Tavily(search::TavilyTool),
}

part!(Tool, "Something that a model may ask for.");

impl Tool {
    fn of(written: &Expr<Value>) -> Result<Self, Failure> {
        let part = Part::of(written.property(), "tool")?;
        Ok(match part.name.strip_prefix(PREFIX).unwrap_or_default() {
            "AIAgent" => Self::Agent(Box::new(part.read()?)),
            "A2AClient" => Self::Remote(part.read()?),
            "KestraFlow" | "KestraFlowCalling" => Self::Flow(Box::new(part.read()?)),
            "KestraTask" | "KestraTaskCalling" => Self::Task(part.read()?),
            "StreamableHttpMcpClient" => Self::Mcp(mcp::McpTool::Streamable(part.read()?)),
            "SseMcpClient" => Self::Mcp(mcp::McpTool::Sse(part.read()?)),
            "StdioMcpClient" => Self::Mcp(mcp::McpTool::Program(part.read()?)),
            "GoogleCustomWebSearch" => Self::Google(part.read()?),
            "TavilyWebSearch" => Self::Tavily(part.read()?),
            _ => return Err(part.unknown("tool", &KNOWN)),
        })
    }

    /// Gets ready what it offers.
    async fn open(&self, session: &Session) -> Result<Vec<Offered>, Broken> {
        match self {
            Self::Agent(tool) => tool.offer(session),
            Self::Remote(tool) => tool.offer(session),
            Self::Flow(tool) => tool.offer(session),
            Self::Google(tool) => tool.offer(session),
            Self::Mcp(tool) => tool.offer(session).await,
            Self::Task(tool) => tool.offer(session),
            Self::Tavily(tool) => tool.offer(session),
        }
    }
}

/// A tool that is ready.
#[derive(Clone)]
pub(crate) struct Offered {
    pub(crate) spec: ToolSpec,
    pub(crate) works: Arc<dyn Works>,
}

/// What happens when a tool is called.
pub(crate) trait Works: Send + Sync {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w>;

    /// Ends what was begun for it.
    fn close<'w>(&'w self, _session: &'w Session) -> Pin<Box<dyn Future<Output = ()> + Send + 'w>> {
        Box::pin(std::future::ready(()))
    }
}

/// A tool at work.
pub(crate) type Working<'w> = Pin<Box<dyn Future<Output = Result<Text, Broken>> + Send + 'w>>;

/// All tools of a conversation.
#[derive(Default)]
pub(crate) struct Toolbox {
    offered: Vec<Offered>,
}

impl Toolbox {
    /// Gets tools ready. Two of one name are a mistake: the model could not tell them apart.
    pub(crate) async fn open(tools: &[Tool], session: &Session) -> Result<Self, Broken> {
        let mut offered: Vec<Offered> = Vec::new();
        for tool in tools {
            for one in tool.open(session).await? {
                let name = &one.spec.name;
                if offered.iter().any(|known| known.spec.name == *name) {
                    return Err(Broken::new(format!(
                        "two tools are called `{name}`: give one of them another name"
                    )));
                }
                offered.push(one);
            }
        }
        Ok(Self { offered })
    }

    pub(crate) fn specs(&self) -> Vec<ToolSpec> {
        self.offered.iter().map(|one| one.spec.clone()).collect()
    }

    /// What came of a call, in words for the model: a failure too, for it may know a way around.
    pub(crate) async fn call(&self, session: &Session, call: &Call) -> Result<Text, Broken> {
        let cx = &session.cx;
        let Some(tool) = self.offered.iter().find(|one| one.spec.name == call.name) else {
            let known: Vec<&str> = self.offered.iter().map(|one| one.spec.name.as_str()).collect();
            cx.log(Level::Warn, format!("the model asks for a tool `{}`, which there is not", call.name));
            return Ok(format!("There is no tool `{}`. There are: {}", call.name, known.join(", ")).into());
        };
        cx.log(Level::Info, format!("the model calls the tool `{}`", call.name));
        match tool.works.work(session, &call.name, &call.arguments).await {
            Ok(text) => Ok(bounded(text)),
            Err(broken) if broken.is_killed || cx.is_stopped() => Err(broken),
            Err(broken) => {
                let words = Text::concat(
                    &format!("the tool `{}` failed: ", call.name).into(),
                    &broken.failure.message,
                );
                cx.log(Level::Warn, words);
                Ok(bounded(Text::concat(&"The tool failed: ".into(), &broken.failure.message)))
            }
        }
    }

    pub(crate) async fn close(&self, session: &Session) {
        for one in &self.offered {
            one.works.close(session).await;
        }
    }
}

fn bounded(text: Text) -> Text {
    if text.expose().len() <= RESULT_MAX {
        return text;
    }
    let end = text.expose().floor_char_boundary(RESULT_MAX);
    let start = text.slice(0..end).unwrap_or_default();
    Text::concat(&start, &format!("\n(cut: it has {} bytes)", text.expose().len()).into())
}

/// A name as models may say it: letters, digits, `_` and `-`, up to 64 of them.
pub(crate) fn sayable(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    name.chars().map(plain).take(64).collect()
}

/// A schema of texts, all of which have to be there.
pub(crate) fn texts(properties: &[(&str, &str)]) -> Json {
    let all: Map<String, Json> = properties
        .iter()
        .map(|(name, words)| {
            ((*name).to_owned(), serde_json::json!({ "type": "string", "description": words }))
        })
        .collect();
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    serde_json::json!({ "type": "object", "properties": all, "required": required })
}
