//! Chats as Ollama speaks them.

use serde_json::{Map, Value as Json, json};

use crate::chat::{
    Answer, Call, Chat, Content, Finish, Format, Message, Said, Usage, arguments, count_at, items_at, text_at,
};

pub(super) fn request(model: &str, chat: &Chat) -> Json {
    let options = &chat.options;
    let mut inner = Map::new();
    let mut set = |name: &str, value: Option<Json>| {
        inner.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("temperature", options.temperature.map(Into::into));
    set("top_k", options.top_k.map(Into::into));
    set("top_p", options.top_p.map(Into::into));
    set("seed", options.seed.map(Into::into));
    set("num_predict", options.tokens_max.map(Into::into));
    let messages: Vec<Json> = chat.messages.iter().map(message).collect();
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("messages".to_owned(), messages.into());
    body.insert("stream".to_owned(), false.into());
    if !inner.is_empty() {
        body.insert("options".to_owned(), inner.into());
    }
    if let Format::Json { schema, .. } = &options.format {
        body.insert("format".to_owned(), schema.clone().unwrap_or_else(|| "json".into()));
    }
    body.extend(options.thinks.map(|thinks| ("think".to_owned(), thinks.into())));
    let tools: Vec<Json> = chat
        .tools
        .iter()
        .map(|tool| {
            json!({ "type": "function", "function": {
                "name": tool.name, "description": tool.description, "parameters": tool.parameters,
            } })
        })
        .collect();
    if !tools.is_empty() {
        body.insert("tools".to_owned(), tools.into());
    }
    body.into()
}

fn message(message: &Message) -> Json {
    match message {
        Message::System(text) => json!({ "role": "system", "content": text.expose() }),
        Message::User(contents) => {
            let texts = contents.iter().filter_map(|content| match content {
                Content::Text(text) => Some(text.expose()),
                Content::File { .. } => None,
            });
            let images = contents.iter().filter_map(|content| match content {
                Content::Text(_) => None,
                Content::File { base64, .. } => Some(base64.as_str()),
            });
            let (texts, images): (Vec<_>, Vec<_>) = (texts.collect(), images.collect());
            let mut message = json!({ "role": "user", "content": texts.join("\n\n") });
            if !images.is_empty() {
                message["images"] = images.into();
            }
            message
        }
        Message::Model(said) => {
            let mut message = json!({ "role": "assistant", "content": said.text });
            if !said.calls.is_empty() {
                let calls = said
                    .calls
                    .iter()
                    .map(|call| json!({ "function": { "name": call.name, "arguments": call.arguments } }));
                message["tool_calls"] = calls.collect();
            }
            message
        }
        Message::Result { name, text, .. } => {
            json!({ "role": "tool", "tool_name": name, "content": text.expose() })
        }
    }
}

pub(super) fn answer(json: &Json) -> Option<Answer> {
    let message = json.get("message")?;
    let calls = items_at(message, "/tool_calls").iter().enumerate().map(|(number, call)| {
        let name = text_at(call, "/function/name").unwrap_or_default();
        Call {
            id: format!("{name}-{number}"),
            name: name.to_owned(),
            arguments: arguments(call.pointer("/function/arguments")),
        }
    });
    let calls: Vec<Call> = calls.collect();
    let finish = match text_at(json, "/done_reason").unwrap_or("stop") {
        _ if !calls.is_empty() => Finish::ToolExecution,
        "stop" => Finish::Stop,
        "length" => Finish::Length,
        _ => Finish::Other,
    };
    let thinking = text_at(message, "/thinking").filter(|text| !text.is_empty());
    Some(Answer {
        id: None,
        said: Said { text: text_at(message, "/content").unwrap_or_default().to_owned(), calls, own: None },
        thinking: thinking.map(str::to_owned),
        finish,
        usage: Usage::of(count_at(json, "/prompt_eval_count"), count_at(json, "/eval_count"), None),
    })
}

pub(super) fn embedding(model: &str, texts: &[&str]) -> Json {
    json!({ "model": model, "input": texts })
}

pub(super) fn vectors(json: &Json) -> Option<(Vec<Vec<f32>>, Usage)> {
    let all = json.get("embeddings")?.as_array()?.iter().map(super::numbers);
    Some((all.collect::<Option<_>>()?, Usage::of(count_at(json, "/prompt_eval_count"), None, None)))
}
