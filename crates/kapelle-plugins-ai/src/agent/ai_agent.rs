//! `io.kestra.plugin.ai.agent.AIAgent`: a model that may call tools, look things up and remember.

use std::collections::{BTreeMap, BTreeSet};

use kapelle_model::{Text, Value};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task, files};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Leads, lead};
use crate::chat::{Format, Message};
use crate::configuration::Configuration;
use crate::conversation::json_in;
use crate::guardrails::Guardrails;
use crate::memory::Memory;
use crate::observability::Observability;
use crate::output::Output;
use crate::provider::Provider;
use crate::retriever::Retriever;
use crate::session::Session;
use crate::tool::Tool;

/// # Let a model do something
///
/// Asks a model, calls the tools that it wants, and gives its answer. Where the answer is a JSON object, its keys are outputs
/// too.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AiAgent {
    /// What the model is, and how it behaves.
    system_message: Option<Expr<Text>>,
    /// What it is asked.
    prompt: Expr<Text>,
    /// Who has the model: an object with a `type`, or just the name of a model. Where it is left out, it is what the
    /// setting `kapelle.ai.default-provider` names, or what another agent of the flow has.
    provider: Option<Provider>,
    /// How it answers.
    #[serde(default)]
    configuration: Configuration,
    /// What it may call.
    #[serde(default)]
    tools: Vec<Tool>,
    /// In how many answers it may call tools.
    max_sequential_tools_invocations: Option<Expr<u64>>,
    /// What looks things up for each question.
    #[serde(default)]
    content_retrievers: Vec<Retriever>,
    /// What remembers the conversation for the next one.
    memory: Option<Memory>,
    /// Whom the conversation is told to.
    observability: Option<Observability>,
    /// Rules about question and answer.
    #[serde(default)]
    guardrails: Guardrails,
    /// Files of the directory of the task that are kept.
    output_files: Option<Expr<Vec<String>>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Given {
    #[serde(flatten)]
    official: Output,
    /// The keys of the answer, where it is a JSON object.
    #[serde(flatten)]
    beside: BTreeMap<String, Any>,
}

impl Task for AiAgent {
    const TYPE: &'static str = "io.kestra.plugin.ai.agent.AIAgent";
    type Output = Given;

    async fn run(&self, cx: &RunContext) -> Result<Given, Broken> {
        let session = Session::begin(cx)?;
        let prompt = cx.render(&self.prompt)?;
        Observability::tell(self.observability.as_ref(), cx);
        if let Some(words) = self.guardrails.against_question(cx, &prompt)? {
            return Ok(Given { official: Output::broken(words), beside: BTreeMap::new() });
        }
        let usual;
        let provider = if let Some(provider) = &self.provider {
            provider
        } else {
            usual = Provider::usual(cx)?;
            &usual
        };
        let options = self.configuration.options(cx)?;
        let returns_thinking = options.returns_thinking;
        let mut messages = Vec::new();
        if let Some(system) = self.system(cx, &options.format)? {
            messages.push(Message::System(system));
        }
        let memory = match &self.memory {
            Some(memory) => Some(memory.open(cx)?),
            None => None,
        };
        messages.extend(memory.iter().flat_map(|memory| memory.messages().to_vec()));
        let question = Message::user(prompt);
        messages.push(question.clone());
        let leads = Leads {
            provider,
            options,
            tools: &self.tools,
            rounds_max: cx.filled(self.max_sequential_tools_invocations.as_ref())?,
            retrievers: &self.content_retrievers,
        };
        let led = lead(&session, leads, messages).await?;
        session.report(led.talk.usage);
        if let Some(memory) = memory {
            memory.keep(cx, question, &led.talk.said)?;
        }
        let text = led.talk.answer.said.text.clone();
        if let Some(words) = self.guardrails.against_answer(cx, &text)? {
            let official = Output { token_usage: Some(led.talk.usage), ..Output::broken(words) };
            return Ok(Given { official, beside: BTreeMap::new() });
        }
        let mut official = Output::of(led.talk, led.sources, returns_thinking);
        official.output_files = self.files(cx).await?;
        Ok(Given { official, beside: beside(&text) })
    }
}

impl AiAgent {
    /// What the system says: what the flow has it say, and which outputs the flow asks for by name.
    fn system(&self, cx: &RunContext, format: &Format) -> Result<Option<Text>, Broken> {
        let written = cx.optional(self.system_message.as_ref())?;
        let official = official();
        let implied = cx.host.implied_outputs();
        let implied: Vec<String> = implied.into_iter().filter(|name| !official.contains(name)).collect();
        if implied.is_empty() || *format != Format::Text {
            return Ok(written);
        }
        let names = implied.join("`, `");
        let words = Text::from(format!(
            "Answer with one JSON object and nothing else: no words around it, no code fence. It has to have the keys `{names}`."
        ));
        Ok(Some(match written {
            Some(written) => Text::concat(&Text::concat(&written, &"\n\n".into()), &words),
            None => words,
        }))
    }

    async fn files(&self, cx: &RunContext) -> Result<Option<BTreeMap<String, String>>, Broken> {
        let patterns = files::patterns(cx, self.output_files.as_ref())?;
        if patterns.is_empty() {
            return Ok(None);
        }
        let directory = cx.host.directory()?;
        let kept = cx.blocking(move |cx| files::collect_output_files(cx, &directory, &patterns)).await?;
        Ok(Some(kept))
    }
}

/// The names of the official outputs.
fn official() -> BTreeSet<String> {
    let schema = kapelle_plugin::schema_of::<Output>();
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    properties.into_iter().flat_map(|all| all.keys().cloned()).collect()
}

/// The keys of an answer that is a JSON object, but for those that are official.
fn beside(text: &str) -> BTreeMap<String, Any> {
    let Some(json) = json_in(text) else { return BTreeMap::new() };
    let Value::Map(map) = crate::value::value(&json) else { return BTreeMap::new() };
    let official = official();
    let own = map.iter().filter(|(name, _)| !official.contains(&***name));
    own.map(|(name, value)| (name.to_string(), Any(value.clone()))).collect()
}
