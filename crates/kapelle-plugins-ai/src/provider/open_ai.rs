//! Chat completions as `OpenAI` made them up and many others speak them.

use serde_json::{Map, Value as Json, json};

use super::Facts;
use crate::chat::{
    Answer, Call, Chat, Content, Finish, Format, Message, Said, Usage, arguments, count_at, items_at,
    only_text, text_at,
};

/// How one who speaks it differs from the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    /// How the limit of tokens is called.
    pub(crate) tokens_max: &'static str,
    pub(crate) has_top_k: bool,
    pub(crate) seed: &'static str,
    /// It takes a JSON schema; else it only knows that JSON is wanted.
    pub(crate) has_schema: bool,
}

pub(crate) const USUAL: Dialect =
    Dialect { tokens_max: "max_tokens", has_top_k: false, seed: "seed", has_schema: true };

pub(super) fn request(
    facts: &Facts,
    dialect: &Dialect,
    model: &str,
    chat: &Chat,
    tokens_max: Option<u64>,
) -> Json {
    let options = &chat.options;
    let says_format = !dialect.has_schema && options.format != Format::Text;
    let mut messages: Vec<Json> = Vec::new();
    if let Some(words) = options.format.words().filter(|_| says_format) {
        messages.push(json!({ "role": "system", "content": words }));
    }
    messages.extend(chat.messages.iter().map(message));
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("messages".to_owned(), messages.into());
    let mut set = |name: &str, value: Option<Json>| {
        body.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("temperature", options.temperature.map(Into::into));
    set("top_p", options.top_p.map(Into::into));
    set("top_k", options.top_k.filter(|_| dialect.has_top_k).map(Into::into));
    set(dialect.seed, options.seed.map(Into::into));
    set(dialect.tokens_max, options.tokens_max.or(tokens_max).map(Into::into));
    set("response_format", format(&options.format, dialect));
    if facts.setting == "openrouter" && options.thinks == Some(true) {
        let effort =
            options.thinking_tokens.map_or(json!({ "enabled": true }), |n| json!({ "max_tokens": n }));
        set("reasoning", Some(effort));
    }
    let tools: Vec<Json> = chat
        .tools
        .iter()
        .map(|tool| {
            json!({ "type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.parameters,
            } })
        })
        .collect();
    set("tools", Some(tools).filter(|tools| !tools.is_empty()).map(Into::into));
    body.into()
}

fn format(format: &Format, dialect: &Dialect) -> Option<Json> {
    let Format::Json { schema, is_strict, .. } = format else { return None };
    Some(match schema {
        Some(schema) if dialect.has_schema => json!({
            "type": "json_schema",
            "json_schema": { "name": "answer", "strict": is_strict, "schema": schema },
        }),
        _ => json!({ "type": "json_object" }),
    })
}

fn message(message: &Message) -> Json {
    match message {
        Message::System(text) => json!({ "role": "system", "content": text.expose() }),
        Message::User(contents) => {
            let content = only_text(contents).map_or_else(|| contents.iter().map(part).collect(), Json::from);
            json!({ "role": "user", "content": content })
        }
        Message::Model(said) if said.calls.is_empty() => json!({ "role": "assistant", "content": said.text }),
        Message::Model(said) => {
            let calls: Vec<Json> = said.calls.iter().map(call).collect();
            let content = Some(&said.text).filter(|text| !text.is_empty());
            json!({ "role": "assistant", "content": content, "tool_calls": calls })
        }
        Message::Result { call, text, .. } => {
            json!({ "role": "tool", "tool_call_id": call, "content": text.expose() })
        }
    }
}

fn call(call: &Call) -> Json {
    let arguments = Json::Object(call.arguments.clone()).to_string();
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments } })
}

fn part(content: &Content) -> Json {
    match content {
        Content::Text(text) => json!({ "type": "text", "text": text.expose() }),
        Content::File { mime, base64 } => {
            let data = format!("data:{mime};base64,{base64}");
            if mime.starts_with("image/") {
                json!({ "type": "image_url", "image_url": { "url": data } })
            } else {
                json!({ "type": "file", "file": { "filename": "document.pdf", "file_data": data } })
            }
        }
    }
}

pub(super) fn answer(json: &Json) -> Option<Answer> {
    let choice = json.pointer("/choices/0")?;
    let message = choice.get("message")?;
    let refusal = text_at(message, "/refusal").filter(|text| !text.is_empty());
    let calls: Vec<Call> = items_at(message, "/tool_calls").iter().map(called).collect();
    let finish = match text_at(choice, "/finish_reason").unwrap_or_default() {
        _ if refusal.is_some() => Finish::ContentFilter,
        _ if !calls.is_empty() => Finish::ToolExecution,
        "stop" => Finish::Stop,
        "length" | "model_length" => Finish::Length,
        "content_filter" => Finish::ContentFilter,
        _ => Finish::Other,
    };
    let text = content(message).filter(|text| !text.is_empty());
    let thinking = text_at(message, "/reasoning_content").or_else(|| text_at(message, "/reasoning"));
    Some(Answer {
        id: text_at(json, "/id").map(str::to_owned),
        said: Said { text: text.or(refusal.map(str::to_owned)).unwrap_or_default(), calls, own: None },
        thinking: thinking.filter(|text| !text.is_empty()).map(str::to_owned),
        finish,
        usage: usage(json),
    })
}

/// The text of a message; some write it in parts.
fn content(message: &Json) -> Option<String> {
    match message.get("content")? {
        Json::String(text) => Some(text.clone()),
        Json::Array(parts) => {
            Some(parts.iter().filter_map(|part| text_at(part, "/text")).collect::<Vec<_>>().concat())
        }
        _ => None,
    }
}

fn called(call: &Json) -> Call {
    Call {
        id: text_at(call, "/id").unwrap_or_default().to_owned(),
        name: text_at(call, "/function/name").unwrap_or_default().to_owned(),
        arguments: arguments(call.pointer("/function/arguments")),
    }
}

fn usage(json: &Json) -> Usage {
    let count = |name: &str| count_at(json, &format!("/usage/{name}"));
    Usage::of(count("prompt_tokens"), count("completion_tokens"), count("total_tokens"))
}

pub(super) fn embedding(model: &str, texts: &[&str]) -> Json {
    json!({ "model": model, "input": texts })
}

pub(super) fn vectors(json: &Json) -> Option<(Vec<Vec<f32>>, Usage)> {
    let all = items_at(json, "/data").iter().map(|item| super::numbers(item.get("embedding")?));
    Some((all.collect::<Option<_>>()?, usage(json)))
}
