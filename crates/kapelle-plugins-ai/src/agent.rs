//! Agents: models that may call tools, look things up and remember.

mod a2a_client;
mod ai_agent;

#[cfg(test)]
pub(crate) use {a2a_client::A2aClient, ai_agent::AiAgent};

use kapelle_model::Text;
use kapelle_plugin::{Broken, Registry};

use crate::chat::{Chat, Content, Message, Options};
use crate::conversation::{Talk, converse};
use crate::provider::Provider;
use crate::retriever::{Retriever, Source, retrieve};
use crate::session::Session;
use crate::tool::{Tool, Toolbox};

pub(crate) fn register(r: &mut Registry) {
    r.task::<ai_agent::AiAgent>();
    r.task::<a2a_client::A2aClient>();
}

/// What a conversation is led with.
pub(crate) struct Leads<'l> {
    pub(crate) provider: &'l Provider,
    pub(crate) options: Options,
    pub(crate) tools: &'l [Tool],
    pub(crate) rounds_max: Option<u64>,
    pub(crate) retrievers: &'l [Retriever],
}

/// A conversation that was led, and what was looked up for it.
pub(crate) struct Led {
    pub(crate) talk: Talk,
    pub(crate) sources: Vec<Source>,
}

/// Leads a conversation that ends with a question of the user.
pub(crate) async fn lead(
    session: &Session,
    leads: Leads<'_>,
    mut messages: Vec<Message>,
) -> Result<Led, Broken> {
    let model = leads.provider.model(&session.cx).await?;
    let sources = match question(&messages) {
        Some(question) if !leads.retrievers.is_empty() => {
            retrieve(session, leads.retrievers, &question).await?
        }
        _ => Vec::new(),
    };
    if let Some(words) = crate::retriever::words(&sources)
        && let Some(Message::User(contents)) = messages.last_mut()
    {
        contents.push(Content::Text(words));
    }
    let toolbox = Toolbox::open(leads.tools, session).await?;
    let chat = Chat { messages, tools: Vec::new(), options: leads.options };
    let talk = Box::pin(converse(session, &model, chat, &toolbox, leads.rounds_max)).await;
    toolbox.close(session).await;
    Ok(Led { talk: talk?, sources })
}

/// The text of the last thing that a user says.
fn question(messages: &[Message]) -> Option<Text> {
    let Some(Message::User(contents)) = messages.last() else { return None };
    contents.iter().find_map(|content| match content {
        Content::Text(text) => Some(text.clone()),
        Content::File { .. } => None,
    })
}
