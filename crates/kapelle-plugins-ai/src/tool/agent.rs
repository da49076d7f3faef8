//! Agents as tools: one that is led here, and one on another server.

use std::sync::Arc;

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{Offered, Tool, Working, Works, sayable, texts};
use crate::a2a;
use crate::agent::{Leads, lead};
use crate::chat::{Message, ToolSpec};
use crate::configuration::Configuration;
use crate::provider::Provider;
use crate::retriever::Retriever;
use crate::session::Session;

/// What the argument is called.
const PROMPT: &str = "prompt";

/// The name of a tool that has none.
const NAME: &str = "tool";

/// An agent that is led here.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgentTool {
    name: Option<Expr<String>>,
    description: Expr<String>,
    system_message: Option<Expr<Text>>,
    provider: Option<Provider>,
    #[serde(default)]
    configuration: Configuration,
    #[serde(default)]
    tools: Vec<Tool>,
    max_sequential_tools_invocations: Option<Expr<u64>>,
    #[serde(default)]
    content_retrievers: Vec<Retriever>,
}

impl AgentTool {
    pub(super) fn offer(&self, session: &Session) -> Result<Vec<Offered>, Broken> {
        let spec = spec(session, self.name.as_ref(), &self.description)?;
        Ok(vec![Offered { spec, works: Arc::new(self.clone()) }])
    }
}

fn spec(
    session: &Session,
    name: Option<&Expr<String>>,
    description: &Expr<String>,
) -> Result<ToolSpec, Broken> {
    let name = session.cx.filled(name)?;
    Ok(ToolSpec {
        name: sayable(name.as_deref().unwrap_or(NAME)),
        description: session.cx.render(description)?,
        parameters: texts(&[(PROMPT, "What the agent is asked.")]),
    })
}

fn prompt(arguments: &Map<String, Json>) -> Result<&str, Broken> {
    let prompt = arguments.get(PROMPT).and_then(Json::as_str);
    prompt.ok_or_else(|| Broken::new(format!("the tool needs `{PROMPT}`, a text")))
}

impl Works for AgentTool {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        _name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w> {
        Box::pin(async move {
            let prompt = prompt(arguments)?;
            let cx = &session.cx;
            let mut messages = Vec::new();
            if let Some(system) = cx.optional(self.system_message.as_ref())? {
                messages.push(Message::System(system));
            }
            messages.push(Message::user(prompt));
            let usual;
            let provider = if let Some(provider) = &self.provider {
                provider
            } else {
                usual = Provider::usual(cx)?;
                &usual
            };
            let leads = Leads {
                provider,
                options: self.configuration.options(cx)?,
                tools: &self.tools,
                rounds_max: cx.filled(self.max_sequential_tools_invocations.as_ref())?,
                retrievers: &self.content_retrievers,
            };
            let led = lead(session, leads, messages).await?;
            Ok(led.talk.answer.said.text.into())
        })
    }
}

/// An agent on another server.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemoteTool {
    name: Option<Expr<String>>,
    description: Expr<String>,
    server_url: Expr<String>,
}

impl RemoteTool {
    pub(super) fn offer(&self, session: &Session) -> Result<Vec<Offered>, Broken> {
        let spec = spec(session, self.name.as_ref(), &self.description)?;
        Ok(vec![Offered { spec, works: Arc::new(self.clone()) }])
    }
}

impl Works for RemoteTool {
    fn work<'w>(
        &'w self,
        session: &'w Session,
        _name: &'w str,
        arguments: &'w Map<String, Json>,
    ) -> Working<'w> {
        Box::pin(async move {
            let url = session.cx.render(&self.server_url)?;
            a2a::ask(&session.cx, &url, &prompt(arguments)?.into()).await
        })
    }
}
