//! A conversation with a model, in the shape that all providers share.

use kapelle_model::Text;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// Everything that a model is told at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    pub(crate) messages: Vec<Message>,
    pub(crate) tools: Vec<ToolSpec>,
    pub(crate) options: Options,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    System(Text),
    User(Vec<Content>),
    Model(Said),
    /// What came of a call.
    Result {
        call: String,
        name: String,
        text: Text,
    },
}

/// A part of what a user says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Text(Text),
    /// A picture or a document.
    File {
        mime: String,
        base64: String,
    },
}

/// What a model said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) calls: Vec<Call>,
    /// The same as its provider wrote it, where it has to come back like that.
    pub(crate) own: Option<Json>,
}

/// A tool that a model wants to be called.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: Map<String, Json>,
}

/// A tool that a model may ask for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToolSpec {
    pub(crate) name: String,
    pub(crate) description: String,
    /// A JSON schema.
    pub(crate) parameters: Json,
}

/// How a model answers.
#[expect(clippy::struct_excessive_bools, reason = "each is a property that flows write")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) temperature: Option<f64>,
    pub(crate) top_k: Option<u64>,
    pub(crate) top_p: Option<f64>,
    pub(crate) seed: Option<i64>,
    pub(crate) tokens_max: Option<u64>,
    pub(crate) thinks: Option<bool>,
    pub(crate) thinking_tokens: Option<u64>,
    pub(crate) returns_thinking: bool,
    pub(crate) caches: bool,
    pub(crate) logs_requests: bool,
    pub(crate) logs_answers: bool,
    pub(crate) format: Format,
}

/// What kind of answer is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Format {
    #[default]
    Text,
    Json {
        schema: Option<Json>,
        description: Option<String>,
        is_strict: bool,
    },
}

/// What a model answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) id: Option<String>,
    pub(crate) said: Said,
    pub(crate) thinking: Option<String>,
    pub(crate) finish: Finish,
    pub(crate) usage: Usage,
}

/// Why a model ended its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Finish {
    /// It had said everything.
    Stop,
    /// It may not say more.
    Length,
    /// It wants tools to be called.
    ToolExecution,
    /// It does not talk about that.
    ContentFilter,
    #[default]
    Other,
}

/// Tokens that were used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Usage {
    /// Tokens of what the model was told.
    #[serde(rename = "inputTokenCount")]
    pub(crate) input: u64,
    /// Tokens of what it said.
    #[serde(rename = "outputTokenCount")]
    pub(crate) output: u64,
    /// All tokens.
    #[serde(rename = "totalTokenCount")]
    pub(crate) total: u64,
    /// Whether the provider did not tell.
    #[serde(skip)]
    pub(crate) is_unknown: bool,
}

impl Usage {
    /// Of what a provider says; where it does not tell a total, it is the sum.
    pub(crate) fn of(input: Option<u64>, output: Option<u64>, total: Option<u64>) -> Self {
        let is_unknown = input.or(output).or(total).is_none();
        let (input, output) = (input.unwrap_or_default(), output.unwrap_or_default());
        Self { input, output, total: total.unwrap_or(input + output), is_unknown }
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.input += more.input;
        self.output += more.output;
        self.total += more.total;
        self.is_unknown |= more.is_unknown;
    }
}

impl Message {
    pub(crate) fn user(text: impl Into<Text>) -> Self {
        Self::User(vec![Content::Text(text.into())])
    }
}

impl Format {
    /// The words that ask for such an answer, for models that have no other way.
    pub(crate) fn words(&self) -> Option<String> {
        let Self::Json { schema, description, .. } = self else { return None };
        let mut words =
            "Answer with one JSON object and nothing else: no words around it, no code fence.".to_owned();
        if let Some(description) = description {
            words = format!("{words} It is: {description}");
        }
        if let Some(schema) = schema {
            words = format!("{words}\nIt has to keep this JSON schema:\n{schema}");
        }
        Some(words)
    }
}

/// All that the system says, as one text, with what asks for the format if that has to be said in words.
pub(crate) fn system(chat: &Chat, says_format: bool) -> Option<String> {
    let mut texts: Vec<String> = Vec::new();
    for message in &chat.messages {
        if let Message::System(text) = message {
            texts.push(text.expose().to_owned());
        }
    }
    texts.extend(chat.options.format.words().filter(|_| says_format));
    Some(texts.join("\n\n")).filter(|text| !text.is_empty())
}

/// The text of contents without files.
pub(crate) fn only_text(contents: &[Content]) -> Option<String> {
    let texts: Option<Vec<&str>> = contents
        .iter()
        .map(|content| match content {
            Content::Text(text) => Some(text.expose()),
            Content::File { .. } => None,
        })
        .collect();
    texts.map(|texts| texts.join("\n\n"))
}

/// A text at a path of a structure.
pub(crate) fn text_at<'j>(json: &'j Json, path: &str) -> Option<&'j str> {
    json.pointer(path)?.as_str()
}

/// A number of things at a path of a structure.
pub(crate) fn count_at(json: &Json, path: &str) -> Option<u64> {
    json.pointer(path)?.as_u64()
}

/// The items of a list at a path of a structure; none, if there is no list.
pub(crate) fn items_at<'j>(json: &'j Json, path: &str) -> &'j [Json] {
    json.pointer(path).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// Arguments as a structure, or as the text of one. What is no object is no arguments.
pub(crate) fn arguments(json: Option<&Json>) -> Map<String, Json> {
    match json {
        Some(Json::Object(map)) => map.clone(),
        Some(Json::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Map::new(),
    }
}
