//! Webhooks: a flow that starts because somebody called its address.
//!
//! [`Webhook::evaluate`] looks at one request and says what follows: an execution to start, an answer without one, or why
//! there is neither. It keeps nothing and compares no key: whoever has the request finds the trigger by [`Webhook::has_key`]
//! first. What is sent by known senders is recognised by a [`preset`](preset::Preset), which checks that it comes from them.
//!
//! **What the caller owes.** The execution is started unless there was one with the same [`Firing::identity`] of this
//! trigger before; that one is the answer then. An empty identity is none: each request is an occurrence of its own.
//! Whatever [`Decision::Unsigned`] and [`Decision::Unready`] say is for those who own the flow, not for the sender.

mod answer;
mod decision;
mod jwt;
mod preset;
mod public_key;
mod request;
mod signature;
mod timed;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::Environment;
use kapelle_core::flow;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::execution::Labels;
use kapelle_model::flow::Trigger;
use kapelle_model::trigger::Firing;
use kapelle_model::{ExecutionId, Failure, Map, Millis, State, Text, Value};

use crate::conditions::{Conditions, Facts, Subject, words};
use crate::labels::{Pairs, SYSTEM, merged};
use crate::overlay::Overlay;
use preset::{Denied, Preset};

pub use answer::{Ended, WebhookAnswer};
pub use decision::Decision;
pub use request::WebhookRequest;

/// What executions of webhooks say of where they come from.
const FROM: (&str, &str) = ("system.from", "trigger");

/// A Webhook trigger, ready to be called.
#[derive(Debug)]
pub struct Webhook {
    pub id: String,
    /// As it was written.
    pub type_name: String,
    pub is_disabled: bool,
    /// Who calls it hears of the end of the execution.
    pub waits: bool,
    namespace: String,
    flow: String,
    /// Those that every execution of its flow has.
    flow_labels: Pairs,
    key: Option<Property>,
    /// What is wrong with it is told when it is called.
    preset: Option<Result<Preset, String>>,
    conditions: Conditions,
    inputs: Option<Property>,
    labels: Vec<(String, Property)>,
    response: answer::Response,
}

impl Webhook {
    /// Reads a Webhook trigger of a flow. Nothing is refused here: what is wrong is told when it is called.
    pub fn read(
        trigger: &Trigger,
        namespace: &str,
        flow: &str,
        flow_labels: Pairs,
        language: Language,
        catalogue: &'static Catalogue,
    ) -> Self {
        let node = |name: &str| trigger.property(name).filter(|node| !node.is_null());
        let property = |name: &str| node(name).map(|node| Property::read(node, language));
        let labels = flow::labels(node("labels")).into_iter();
        let labels =
            labels.map(|label| (label.key.value, Property::text(label.value.value, language))).collect();
        Self {
            id: trigger.id.value.clone(),
            type_name: trigger.type_name.written.value.clone(),
            is_disabled: trigger.disabled,
            waits: node("wait").and_then(kapelle_model::Node::as_bool) == Some(true),
            namespace: namespace.to_owned(),
            flow: flow.to_owned(),
            flow_labels,
            key: property("key"),
            preset: Preset::read(trigger, language),
            conditions: Conditions::read(node("conditions"), node("when"), language, catalogue),
            inputs: property("inputs"),
            labels,
            response: answer::Response::read(trigger, language),
        }
    }

    /// Its key as it has to be called, or why that cannot be told. `environment` has the variables of its flow.
    pub fn key(&self, environment: Environment<'_>) -> Result<Text, String> {
        let key = self.key.as_ref().ok_or("it has no `key`: write one of at least 22 random characters")?;
        let key = key.render_text(environment);
        let key = key.map_err(|error| format!("its key could not be rendered: {}", words(&error)))?;
        let text = key.expose();
        let start = text.len() - text.trim_start().len();
        let trimmed = key.slice(start..start + text.trim().len()).unwrap_or_default();
        if trimmed.expose().is_empty() {
            return Err("its key is empty: write one of at least 22 random characters".to_owned());
        }
        Ok(trimmed)
    }

    /// Whether this is its key. How long the comparison takes tells nothing about the key.
    pub fn has_key(&self, given: &str, environment: Environment<'_>) -> Result<bool, String> {
        Ok(signature::is_same_text(self.key(environment)?.expose(), given))
    }

    /// What follows from a request with its key. `environment` has the variables of its flow.
    pub fn evaluate(&self, request: &WebhookRequest, now: Millis, environment: Environment<'_>) -> Decision {
        let mut identity = String::new();
        let mut secret_header = None;
        if let Some(preset) = &self.preset {
            let preset = match preset {
                Ok(preset) => preset,
                Err(reason) => return Decision::Unready(reason.clone()),
            };
            match preset.verify(request, now, environment) {
                Ok(()) => {}
                Err(Denied::Wrong(reason)) => return Decision::Unsigned(reason),
                Err(Denied::Unready(reason)) => return Decision::Unready(reason),
            }
            let body = request.body_value();
            if let Some(answer) = preset.greeting(request, &body) {
                return Decision::Answered(answer);
            }
            identity = preset.identity(request, &body).unwrap_or_default();
            secret_header = preset.secret_header();
        }
        self.decide(request.variables(secret_header), identity, environment)
    }

    /// What follows from a request that is genuine.
    fn decide(&self, variables: Map, identity: String, environment: Environment<'_>) -> Decision {
        let over = Map::from_iter([("trigger".into(), Value::Map(variables.clone().into()))]);
        let context = Overlay { over: &over, under: environment.context };
        let environment = Environment { context: &context, ..environment };
        let given = self.inputs(environment).and_then(|inputs| Ok((inputs, self.labels(environment)?)));
        let own = given.as_ref().map(|(_, labels)| labels.as_slice()).unwrap_or_default();
        let known: Labels = self.flow_labels.as_slice().into();
        let labels = merged(&known, own);
        // Conditions look at the execution as it will be created.
        let execution = Some(Facts {
            id: ExecutionId(0),
            namespace: &self.namespace,
            flow: &self.flow,
            state: State::Created,
            labels: &labels,
            outputs: None,
            runs: &[],
        });
        let subject = Subject { execution, namespace: &self.namespace, flow: &self.flow };
        let held = if self.conditions.is_empty() {
            Ok(())
        } else {
            let verdict = self.conditions.evaluate(&subject, environment);
            match verdict.outcome() {
                Ok(false) => return Decision::Held(verdict),
                Ok(true) => Ok(()),
                Err(reason) => Err(format!("its conditions could not be answered: {reason}")),
            }
        };
        let given = held.and(given);
        let failure = given.as_ref().err().map(|reason| Failure::new(reason.as_str()));
        let (inputs, labels) = given.unwrap_or_else(|_| (Map::new(), vec![from()]));
        Decision::Starts(Box::new(Firing { variables, inputs, labels, date: None, identity, failure }))
    }

    fn inputs(&self, environment: Environment<'_>) -> Result<Map, String> {
        match self.inputs.as_ref().map(|inputs| inputs.render(environment)) {
            None => Ok(Map::new()),
            Some(Ok(Value::Map(inputs))) => Ok(Map::clone(&inputs)),
            Some(Ok(_)) => Err("its `inputs` are no map".to_owned()),
            Some(Err(error)) => Err(format!("its inputs could not be rendered: {}", words(&error))),
        }
    }

    /// Its labels, without their secrets since labels are shown everywhere. Flows cannot set those of the platform.
    fn labels(&self, environment: Environment<'_>) -> Result<Pairs, String> {
        let own = self.labels.iter().filter(|(key, _)| !key.starts_with(SYSTEM));
        let own = own.map(|(key, value)| {
            let text = value.render_text(environment);
            let text =
                text.map_err(|error| format!("its label `{key}` could not be rendered: {}", words(&error)))?;
            Ok((key.as_str().into(), text.masked().into()))
        });
        own.chain(std::iter::once(Ok(from()))).collect()
    }

    /// The answer to whoever called it, once the execution was created or, if it waits, has ended.
    pub fn answer(&self, of: &Ended<'_>, environment: Environment<'_>) -> Result<WebhookAnswer, String> {
        self.response.answer(self.waits, of, environment)
    }
}

fn from() -> (std::sync::Arc<str>, std::sync::Arc<str>) {
    (FROM.0.into(), FROM.1.into())
}

#[cfg(test)]
mod tests;
