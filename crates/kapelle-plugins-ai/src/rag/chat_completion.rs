//! `io.kestra.plugin.ai.rag.ChatCompletion`: answers a question from texts that are like it.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{Leads, lead};
use crate::chat::{Content, Message};
use crate::configuration::Configuration;
use crate::embeddings::Store;
use crate::guardrails::Guardrails;
use crate::memory::Memory;
use crate::output::Output;
use crate::provider::Provider;
use crate::retriever::{Retriever, similar, words};
use crate::session::Session;
use crate::tool::Tool;

/// Texts that are looked up where a flow says nothing.
const RESULTS: u64 = 3;

/// # Answer from one's own texts
///
/// Finds the texts of a store that are like the question, or looks things up elsewhere, and lets a model answer from them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatCompletion {
    /// What the model is, and how it behaves.
    system_message: Option<Expr<Text>>,
    /// The question.
    prompt: Expr<Text>,
    /// The store of texts.
    embeddings: Option<Store>,
    /// Who has the model that makes vectors; who has the other one, if nothing is said.
    embedding_provider: Option<Provider>,
    /// Who has the model that answers.
    chat_provider: Provider,
    /// How it answers.
    #[serde(default)]
    chat_configuration: Configuration,
    /// What is found in the store.
    #[serde(default)]
    content_retriever_configuration: Finding,
    /// What else looks things up.
    #[serde(default)]
    content_retrievers: Vec<Retriever>,
    /// What the model may call.
    #[serde(default)]
    tools: Vec<Tool>,
    /// What remembers the conversation for the next one.
    memory: Option<Memory>,
    /// Rules about question and answer.
    #[serde(default)]
    guardrails: Guardrails,
}

/// What is found in the store.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Finding {
    /// How many texts are found at most; 3, if nothing is said.
    max_results: Option<Expr<u64>>,
    /// How much a text has to be like the question, from 0 to 1.
    min_score: Option<Expr<f64>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Given {
    /// The answer, under its older name.
    #[serde(skip_serializing_if = "Option::is_none")]
    completion: Option<String>,
    #[serde(flatten)]
    official: Output,
}

impl Task for ChatCompletion {
    const TYPE: &'static str = "io.kestra.plugin.ai.rag.ChatCompletion";
    type Output = Given;

    async fn run(&self, cx: &RunContext) -> Result<Given, Broken> {
        if self.embeddings.is_none() && self.content_retrievers.is_empty() {
            return Err(Broken::new(
                "there is nothing to answer from: write `embeddings` or `contentRetrievers`",
            ));
        }
        let session = Session::begin(cx)?;
        let prompt = cx.render(&self.prompt)?;
        if let Some(words) = self.guardrails.against_question(cx, &prompt)? {
            return Ok(Given { completion: None, official: Output::broken(words) });
        }
        let mut sources = Vec::new();
        if let Some(store) = &self.embeddings {
            let provider = self.embedding_provider.as_ref().unwrap_or(&self.chat_provider);
            let finding = &self.content_retriever_configuration;
            let most = cx.filled(finding.max_results.as_ref())?.unwrap_or(RESULTS);
            let least = cx.filled(finding.min_score.as_ref())?.unwrap_or(0.0);
            sources = similar(&session, store, provider, prompt.expose(), most, least).await?;
        }
        let mut messages = Vec::new();
        if let Some(system) = cx.optional(self.system_message.as_ref())? {
            messages.push(Message::System(system));
        }
        let memory = self.memory.as_ref().map(|memory| memory.open(cx)).transpose()?;
        messages.extend(memory.iter().flat_map(|memory| memory.messages().to_vec()));
        let mut contents = vec![Content::Text(prompt.clone())];
        contents.extend(words(&sources).map(Content::Text));
        messages.push(Message::User(contents));
        let options = self.chat_configuration.options(cx)?;
        let returns_thinking = options.returns_thinking;
        let leads = Leads {
            provider: &self.chat_provider,
            options,
            tools: &self.tools,
            rounds_max: None,
            retrievers: &self.content_retrievers,
        };
        let led = lead(&session, leads, messages).await?;
        session.report(led.talk.usage);
        if let Some(memory) = memory {
            memory.keep(cx, Message::user(prompt), &led.talk.said)?;
        }
        if let Some(words) = self.guardrails.against_answer(cx, &led.talk.answer.said.text)? {
            let official = Output { token_usage: Some(led.talk.usage), ..Output::broken(words) };
            return Ok(Given { completion: None, official });
        }
        sources.extend(led.sources);
        let text = led.talk.answer.said.text.clone();
        Ok(Given { completion: Some(text), official: Output::of(led.talk, sources, returns_thinking) })
    }
}
