//! A question that is asked once, with rules about it and about the answer.

use kapelle_model::{Map, Text};
use kapelle_plugin::{Any, Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{Leads, lead};
use crate::chat::{Finish, Format, Message, Usage};
use crate::configuration::Configuration;
use crate::content::contents;
use crate::conversation::Talk;
use crate::guardrails::Guardrails;
use crate::provider::Provider;
use crate::session::Session;

/// What such questions share.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asking {
    /// The text that is looked at.
    prompt: Option<Expr<Text>>,
    /// More to look at: blocks of type TEXT with `text`, IMAGE and PDF with `uri`.
    content_blocks: Option<Expr<Vec<Map>>>,
    /// What the model is told beforehand.
    system_message: Option<Expr<Text>>,
    /// Who has the model.
    provider: Provider,
    /// How it answers.
    #[serde(default)]
    configuration: Configuration,
    /// Rules about question and answer.
    #[serde(default)]
    guardrails: Guardrails,
}

/// What such questions give beside their answer.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Judgement {
    /// Tokens of all answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_usage: Option<Usage>,
    /// Why the model ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<Finish>,
    /// Whether a rule was broken.
    guardrail_violated: bool,
    /// What is said of the rule that was broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    guardrail_violation_message: Option<Any>,
}

impl Judgement {
    fn broken(words: Text, usage: Option<Usage>) -> Self {
        Self {
            token_usage: usage,
            guardrail_violated: true,
            guardrail_violation_message: Some(words.into()),
            ..Self::default()
        }
    }
}

impl Asking {
    /// The answer, if no rule is broken. `system` is what the model is told where the flow says nothing, `task` in any case.
    pub(super) async fn ask(
        &self,
        cx: &RunContext,
        system: &str,
        task: &str,
        format: Option<Format>,
    ) -> Result<(Option<Talk>, Judgement), Broken> {
        let session = Session::begin(cx)?;
        let prompt = cx.optional(self.prompt.as_ref())?;
        let blocks = cx.filled(self.content_blocks.as_ref())?.unwrap_or_default();
        let question = contents(cx, prompt.clone(), &blocks, "the question").await?;
        if let Some(words) = self.guardrails.against_question(cx, &prompt.unwrap_or_default())? {
            return Ok((None, Judgement::broken(words, None)));
        }
        let written = cx.optional(self.system_message.as_ref())?.unwrap_or_else(|| system.into());
        let system = Text::concat(&written, &format!("\n\n{task}").into());
        let mut options = self.configuration.options(cx)?;
        options.format = format.unwrap_or(options.format);
        let messages = vec![Message::System(system), Message::User(question)];
        let leads =
            Leads { provider: &self.provider, options, tools: &[], rounds_max: None, retrievers: &[] };
        let talk = lead(&session, leads, messages).await?.talk;
        session.report(talk.usage);
        if let Some(words) = self.guardrails.against_answer(cx, &talk.answer.said.text)? {
            return Ok((None, Judgement::broken(words, Some(talk.usage))));
        }
        if talk.answer.finish == Finish::ContentFilter {
            let said = &talk.answer.said.text;
            return Err(Broken::new(format!("the model refuses to answer that: {said}")));
        }
        let judgement = Judgement {
            token_usage: Some(talk.usage),
            finish_reason: Some(talk.answer.finish),
            ..Judgement::default()
        };
        Ok((Some(talk), judgement))
    }
}
