//! How a model answers, as flows write it.

use kapelle_model::{Failure, Map};
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::chat::{Format, Options};
use crate::value;

/// How a model answers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    /// How free the answer is, from 0 on.
    temperature: Option<Expr<f64>>,
    /// How many of the likeliest words are chosen from.
    top_k: Option<Expr<u64>>,
    /// The share of likely words that are chosen from.
    top_p: Option<Expr<f64>>,
    /// A number with which chance falls the same way each time.
    seed: Option<Expr<i64>>,
    /// Whether what is asked goes to the log, at level DEBUG.
    log_requests: Option<Expr<bool>>,
    /// Whether what is answered goes to the log, at level DEBUG.
    log_responses: Option<Expr<bool>>,
    /// What kind of answer is wanted.
    response_format: Option<ResponseFormat>,
    /// Whether the model thinks before it answers.
    thinking_enabled: Option<Expr<bool>>,
    /// Tokens that it may think.
    thinking_budget_tokens: Option<Expr<u64>>,
    /// Whether its thoughts are an output.
    return_thinking: Option<Expr<bool>>,
    /// Tokens that an answer may have.
    max_token: Option<Expr<u64>>,
    /// Whether the provider keeps what stays the same from one question to the next.
    prompt_caching: Option<Expr<bool>>,
}

/// What kind of answer is wanted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ResponseFormat {
    /// Text, or JSON.
    #[serde(rename = "type")]
    kind: Option<Expr<FormatKind>>,
    /// The schema that the answer has to keep.
    json_schema: Option<Expr<Map>>,
    /// What the answer is, in words for the model.
    json_schema_description: Option<Expr<String>>,
    /// Whether the provider holds the model to the schema.
    strict_json: Option<Expr<bool>>,
}

/// Text, or JSON.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum FormatKind {
    Text,
    Json,
}

impl Word for FormatKind {}

impl Configuration {
    pub(crate) fn options(&self, cx: &RunContext) -> Result<Options, Failure> {
        let is = |flag: Option<&Expr<bool>>| Ok::<_, Failure>(cx.filled(flag)?.unwrap_or(false));
        Ok(Options {
            temperature: cx.filled(self.temperature.as_ref())?,
            top_k: cx.filled(self.top_k.as_ref())?,
            top_p: cx.filled(self.top_p.as_ref())?,
            seed: cx.filled(self.seed.as_ref())?,
            tokens_max: cx.filled(self.max_token.as_ref())?,
            thinks: cx.filled(self.thinking_enabled.as_ref())?,
            thinking_tokens: cx.filled(self.thinking_budget_tokens.as_ref())?,
            returns_thinking: is(self.return_thinking.as_ref())?,
            caches: is(self.prompt_caching.as_ref())?,
            logs_requests: is(self.log_requests.as_ref())?,
            logs_answers: is(self.log_responses.as_ref())?,
            format: self.format(cx)?,
        })
    }

    fn format(&self, cx: &RunContext) -> Result<Format, Failure> {
        let Some(written) = &self.response_format else { return Ok(Format::Text) };
        if cx.filled(written.kind.as_ref())? != Some(FormatKind::Json) {
            return Ok(Format::Text);
        }
        let schema = cx.filled(written.json_schema.as_ref())?;
        let schema = schema.map(|map| value::json(&kapelle_model::Value::Map(map.into())));
        Ok(Format::Json {
            schema: schema.transpose()?,
            description: cx.filled(written.json_schema_description.as_ref())?,
            is_strict: cx.filled(written.strict_json.as_ref())?.unwrap_or(false),
        })
    }
}
