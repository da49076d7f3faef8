//! What conversations give.

use std::collections::BTreeMap;

use kapelle_model::{Text, Value};
use kapelle_plugin::Any;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chat::{Answer, Finish, Usage};
use crate::conversation::{Execution, Talk};
use crate::retriever::Source;
use crate::value;

/// What a conversation gives.
#[expect(clippy::struct_field_names, reason = "they are names of outputs")]
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The answer, where text was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text_output: Option<String>,
    /// The answer, where JSON was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) json_output: Option<Any>,
    /// Tokens of all answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_usage: Option<Usage>,
    /// Why the model ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) finish_reason: Option<Finish>,
    /// The tools that were called.
    pub(crate) tool_executions: Vec<ToolExecution>,
    /// Answers before the last one.
    pub(crate) intermediate_responses: Vec<Response>,
    /// Milliseconds that the model took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_duration: Option<u64>,
    /// The addresses of the files that were kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_files: Option<BTreeMap<String, String>>,
    /// What the model thought, where that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thinking: Option<String>,
    /// What was looked up for the question.
    pub(crate) sources: Vec<Source>,
    /// Whether a rule was broken.
    pub(crate) guardrail_violated: bool,
    /// What is said of the rule that was broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guardrail_violation_message: Option<Any>,
}

/// A tool that was called.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolExecution {
    /// The id of the call.
    request_id: String,
    /// The name of the tool.
    request_name: String,
    /// What the model gave it.
    request_arguments: Any,
    /// What came of it.
    result: Any,
}

/// An answer before the last one.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    completion: Option<String>,
    /// Its tokens.
    token_usage: Usage,
    /// Why it ended.
    finish_reason: Finish,
    /// The tools that it called.
    tool_execution_requests: Vec<ToolRequest>,
    /// Milliseconds that it took.
    request_duration: u64,
}

/// A call of a tool.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ToolRequest {
    /// Its id.
    id: String,
    /// The name of the tool.
    name: String,
    /// What the model gave it.
    arguments: Any,
}

impl Output {
    pub(crate) fn of(talk: Talk, sources: Vec<Source>, returns_thinking: bool) -> Self {
        let text = Some(talk.answer.said.text).filter(|_| talk.json.is_none());
        Self {
            text_output: text,
            json_output: talk.json.map(Any),
            token_usage: Some(talk.usage),
            finish_reason: Some(talk.answer.finish),
            tool_executions: talk.executions.into_iter().map(Into::into).collect(),
            intermediate_responses: talk.before.into_iter().map(Into::into).collect(),
            request_duration: Some(talk.millis),
            thinking: talk.answer.thinking.filter(|_| returns_thinking),
            sources,
            ..Self::default()
        }
    }

    /// That a rule was broken.
    pub(crate) fn broken(words: Text) -> Self {
        Self { guardrail_violated: true, guardrail_violation_message: Some(words.into()), ..Self::default() }
    }
}

impl From<Execution> for ToolExecution {
    fn from(execution: Execution) -> Self {
        Self {
            request_id: execution.call.id,
            request_name: execution.call.name,
            request_arguments: Any(value::value(&execution.call.arguments.into())),
            result: Any(Value::Str(execution.result)),
        }
    }
}

impl From<(Answer, u64)> for Response {
    fn from((answer, millis): (Answer, u64)) -> Self {
        let requests = answer.said.calls.into_iter().map(|call| ToolRequest {
            id: call.id,
            name: call.name,
            arguments: Any(value::value(&call.arguments.into())),
        });
        Self {
            id: answer.id,
            completion: Some(answer.said.text).filter(|text| !text.is_empty()),
            token_usage: answer.usage,
            finish_reason: answer.finish,
            tool_execution_requests: requests.collect(),
            request_duration: millis,
        }
    }
}
