//! Who has models: what a flow writes about them, and how each of them is asked.

mod anthropic;
mod bedrock;
mod gemini;
mod images;
mod model;
mod ollama;
mod open_ai;
mod signature;
mod table;
mod token;

use kapelle_core::property::Property;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

pub(crate) use images::Drawn;
pub(crate) use model::Model;
pub(crate) use table::{Facts, Speaks, known};

use crate::part::{Part, part};
use table::{PREFIX, by_model, by_setting, by_type};

/// The setting that names a model for agents that name none.
pub(crate) const DEFAULT: &str = "kapelle.ai.default-provider";

/// A model and who has it, as a flow writes it.
#[derive(Clone, Debug)]
pub(crate) enum Provider {
    /// An object with everything.
    Written { facts: &'static Facts, properties: Box<ProviderProperties> },
    /// The name of a model.
    Named(Expr<Text>),
}

part!(Provider, "Who has the model: an object with a `type`, or the name of a model.");

/// What objects of all providers may have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderProperties {
    model_name: Option<Expr<String>>,
    base_url: Option<Expr<String>>,
    client_pem: Option<Expr<Text>>,
    ca_pem: Option<Expr<Text>>,
    #[serde(alias = "googleApiKey", alias = "gitHubToken")]
    api_key: Option<Expr<Text>>,
    endpoint: Option<Expr<String>>,
    service_version: Option<Expr<String>>,
    tenant_id: Option<Expr<String>>,
    client_id: Option<Expr<String>>,
    client_secret: Option<Expr<Text>>,
    project: Option<Expr<String>>,
    location: Option<Expr<String>>,
    access_key_id: Option<Expr<Text>>,
    secret_access_key: Option<Expr<Text>>,
    model_type: Option<Expr<String>>,
    #[serde(alias = "maxToken")]
    max_tokens: Option<Expr<u64>>,
    account_id: Option<Expr<String>>,
    stops: Option<Expr<Vec<String>>>,
    repetition_penalty: Option<Expr<f64>>,
    enable_search: Option<Expr<bool>>,
    embedding_model_configuration: Option<EmbeddingProperties>,
}

/// How Gemini makes vectors.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmbeddingProperties {
    output_dimensionality: Option<Expr<u64>>,
    task_type: Option<Expr<String>>,
    title_metadata_key: Option<Expr<String>>,
}

/// The full names of all of them.
pub(crate) fn parts() -> Vec<String> {
    known().iter().map(|name| format!("{PREFIX}{name}")).collect()
}

impl Provider {
    fn of(written: &Expr<Value>) -> Result<Self, Failure> {
        if let Property::Fixed(Value::Str(_)) | Property::Template(_) = written.property() {
            return Ok(Self::Named(written.cast()));
        }
        let part = Part::of(written.property(), "provider")?;
        let facts = by_type(&part.name).ok_or_else(|| part.unknown("provider", &known()))?;
        let properties: ProviderProperties = part.read()?;
        if properties.model_name.is_none() {
            return Err(Failure::new(format!("`{}`: the property `modelName` is missing", part.name)));
        }
        Ok(Self::Written { facts, properties: Box::new(properties) })
    }

    /// The provider that a task uses which names none: that of the installation, or of another task of its flow.
    pub(crate) fn usual(cx: &RunContext) -> Result<Self, Failure> {
        if let Some(name) = cx.host.setting(DEFAULT) {
            return Ok(Self::Named(Expr::fixed(name.as_str())));
        }
        let mut peers = cx.host.peers().into_iter();
        let found = peers.find_map(|peer| {
            let (_, provider) = peer.iter().find(|(name, _)| &**name == "provider")?;
            Some(Expr::of(provider.clone()))
        });
        found.map_or_else(
            || {
                Err(Failure::new(format!(
                    "the property `provider` is missing: write it at the task, give it to all agents by plugin defaults, name a model by the setting `{DEFAULT}`, or let another agent of this flow have one"
                )))
            },
            |written| Self::of(&written),
        )
    }

    /// Who it is, and the name of the model.
    pub(crate) fn named(
        &self,
        cx: &RunContext,
    ) -> Result<(&'static Facts, String, ProviderProperties), Failure> {
        match self {
            Self::Written { facts, properties } => {
                let name = cx.filled(properties.model_name.as_ref())?;
                let name = name.ok_or_else(|| {
                    Failure::new(format!(
                        "the property `modelName` of `{PREFIX}{}` is empty",
                        facts.type_name
                    ))
                })?;
                Ok((facts, name.trim().to_owned(), (**properties).clone()))
            }
            Self::Named(name) => {
                let name = cx.render(name)?;
                let (facts, model) = found(name.expose().trim())?;
                Ok((facts, model.to_owned(), ProviderProperties::default()))
            }
        }
    }
}

/// Who has a model of this name; `provider/model` says it in words.
fn found(name: &str) -> Result<(&'static Facts, &str), Failure> {
    if let Some((provider, model)) = name.split_once('/')
        && let Some(facts) = by_setting(provider)
    {
        return Ok((facts, model));
    }
    by_model(name).map(|facts| (facts, name)).ok_or_else(|| {
        Failure::new(format!(
            "nobody is known to have the model `{name}`: write the provider as an object with `type` and `modelName`, or in front of the model, as in `openai/{name}`"
        ))
    })
}

/// A list of numbers.
fn numbers(json: &Json) -> Option<Vec<f32>> {
    let all = json.as_array()?.iter();
    #[expect(clippy::cast_possible_truncation, reason = "vectors are told with less digits than they have")]
    all.map(|number| number.as_f64().map(|number| number as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_known_by_their_names() {
        for (name, who) in [
            ("gemini-2.5-flash", "gemini"),
            ("gpt-4o", "openai"),
            ("o3-mini", "openai"),
            ("o1", "openai"),
            ("claude-sonnet-4-5", "anthropic"),
            ("mistral-large-latest", "mistral"),
            ("deepseek-chat", "deepseek"),
            ("llama3.2", "ollama"),
            ("qwen3", "ollama"),
            ("phi4:14b", "ollama"),
            ("openrouter/meta-llama/llama-3:free", "openrouter"),
            ("ollama/gemma3", "ollama"),
        ] {
            assert_eq!(found(name).unwrap().0.setting, who, "{name}");
        }
        assert_eq!(found("openrouter/a/b").unwrap().1, "a/b");
        let failure = found("orca").unwrap_err().to_string();
        assert!(failure.contains("nobody is known to have the model `orca`"), "{failure}");
    }
}
