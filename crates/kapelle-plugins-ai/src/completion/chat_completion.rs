//! `io.kestra.plugin.ai.completion.ChatCompletion`: goes on with a conversation.

use kapelle_model::{Map, Text};
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{Leads, lead};
use crate::chat::{Content, Message};
use crate::configuration::Configuration;
use crate::content;
use crate::guardrails::Guardrails;
use crate::observability::Observability;
use crate::output::Output;
use crate::provider::Provider;
use crate::session::Session;
use crate::tool::Tool;

/// # Go on with a conversation
///
/// Hands messages to a model and gives what it answers to the last one.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ChatCompletion {
    /// What was said so far, each with `type` (SYSTEM, AI or USER) and `content`, or `contentBlocks` with texts, pictures
    /// and documents. The last one is of type USER.
    messages: Expr<Vec<Map>>,
    /// Who has the model.
    provider: Provider,
    /// How it answers.
    #[serde(default)]
    configuration: Configuration,
    /// What it may call.
    #[serde(default)]
    tools: Vec<Tool>,
    /// Rules about question and answer.
    #[serde(default)]
    guardrails: Guardrails,
    /// Whom the conversation is told to.
    observability: Option<Observability>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Given {
    /// The answer, under its older name.
    #[serde(skip_serializing_if = "Option::is_none")]
    ai_response: Option<String>,
    #[serde(flatten)]
    official: Output,
}

impl Task for ChatCompletion {
    const TYPE: &'static str = "io.kestra.plugin.ai.completion.ChatCompletion";
    type Output = Given;

    async fn run(&self, cx: &RunContext) -> Result<Given, Broken> {
        let session = Session::begin(cx)?;
        Observability::tell(self.observability.as_ref(), cx);
        let messages = content::messages(cx, &cx.render(&self.messages)?).await?;
        if let Some(words) = self.guardrails.against_question(cx, &last(&messages))? {
            return Ok(Given { ai_response: None, official: Output::broken(words) });
        }
        let options = self.configuration.options(cx)?;
        let returns_thinking = options.returns_thinking;
        let leads = Leads {
            provider: &self.provider,
            options,
            tools: &self.tools,
            rounds_max: None,
            retrievers: &[],
        };
        let led = lead(&session, leads, messages).await?;
        session.report(led.talk.usage);
        if let Some(words) = self.guardrails.against_answer(cx, &led.talk.answer.said.text)? {
            let official = Output { token_usage: Some(led.talk.usage), ..Output::broken(words) };
            return Ok(Given { ai_response: None, official });
        }
        let text = led.talk.answer.said.text.clone();
        let official = Output::of(led.talk, led.sources, returns_thinking);
        Ok(Given { ai_response: Some(text), official })
    }
}

/// The text of the last message of the user.
fn last(messages: &[Message]) -> Text {
    let Some(Message::User(contents)) = messages.last() else { return Text::default() };
    let texts = contents.iter().filter_map(|content| match content {
        Content::Text(text) => Some(text.clone()),
        Content::File { .. } => None,
    });
    texts.reduce(|all, text| Text::concat(&Text::concat(&all, &"\n".into()), &text)).unwrap_or_default()
}
