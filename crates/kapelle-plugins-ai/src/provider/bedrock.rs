//! Conversations as Amazon Bedrock speaks them.

use serde_json::{Map, Value as Json, json};

use super::Model;
use crate::chat::{
    Answer, Call, Chat, Content, Finish, Message, Said, Usage, arguments, count_at, items_at, system, text_at,
};
use crate::session::Session;
use crate::wire::encoded;
use kapelle_plugin::Broken;

pub(super) fn request(chat: &Chat) -> Json {
    let options = &chat.options;
    let mut config = Map::new();
    let mut set = |name: &str, value: Option<Json>| {
        config.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("maxTokens", options.tokens_max.map(Into::into));
    set("temperature", options.temperature.map(Into::into));
    set("topP", options.top_p.map(Into::into));
    let mut body = Map::new();
    body.extend(system(chat, true).map(|text| ("system".to_owned(), json!([{ "text": text }]))));
    body.insert("messages".to_owned(), messages(&chat.messages).into());
    if !config.is_empty() {
        body.insert("inferenceConfig".to_owned(), config.into());
    }
    let tools: Vec<Json> = chat
        .tools
        .iter()
        .map(|tool| {
            json!({ "toolSpec": {
                "name": tool.name, "description": tool.description, "inputSchema": { "json": tool.parameters },
            } })
        })
        .collect();
    if !tools.is_empty() {
        body.insert("toolConfig".to_owned(), json!({ "tools": tools }));
    }
    body.into()
}

fn messages(messages: &[Message]) -> Vec<Json> {
    let mut turns: Vec<Json> = Vec::new();
    for message in messages {
        let (role, blocks) = match message {
            Message::System(_) => continue,
            Message::User(contents) => ("user", contents.iter().map(block).collect()),
            Message::Model(said) => ("assistant", said_blocks(said)),
            Message::Result { call, text, .. } => {
                let result = json!({ "toolUseId": call, "content": [{ "text": text.expose() }] });
                ("user", vec![json!({ "toolResult": result })])
            }
        };
        match turns.last_mut().filter(|last| text_at(last, "/role") == Some(role)) {
            Some(last) => {
                if let Some(content) = last["content"].as_array_mut() {
                    content.extend(blocks);
                }
            }
            None => turns.push(json!({ "role": role, "content": blocks })),
        }
    }
    turns
}

fn said_blocks(said: &Said) -> Vec<Json> {
    if let Some(Json::Array(own)) = &said.own {
        return own.clone();
    }
    let text = Some(&said.text).filter(|text| !text.is_empty());
    let text = text.map(|text| json!({ "text": text }));
    let calls = said.calls.iter().map(
        |call| json!({ "toolUse": { "toolUseId": call.id, "name": call.name, "input": call.arguments } }),
    );
    text.into_iter().chain(calls).collect()
}

fn block(content: &Content) -> Json {
    match content {
        Content::Text(text) => json!({ "text": text.expose() }),
        Content::File { mime, base64 } => match mime.strip_prefix("image/") {
            Some(format) => json!({ "image": { "format": format, "source": { "bytes": base64 } } }),
            None => {
                json!({ "document": { "format": "pdf", "name": "document", "source": { "bytes": base64 } } })
            }
        },
    }
}

pub(super) fn answer(json: &Json) -> Option<Answer> {
    let blocks = json.pointer("/output/message/content")?.as_array()?;
    let calls = blocks.iter().filter_map(|block| block.get("toolUse")).map(|call| Call {
        id: text_at(call, "/toolUseId").unwrap_or_default().to_owned(),
        name: text_at(call, "/name").unwrap_or_default().to_owned(),
        arguments: arguments(call.get("input")),
    });
    let finish = match text_at(json, "/stopReason").unwrap_or_default() {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" => Finish::Length,
        "tool_use" => Finish::ToolExecution,
        "guardrail_intervened" | "content_filtered" => Finish::ContentFilter,
        _ => Finish::Other,
    };
    let thought = |block: &Json| text_at(block, "/reasoningContent/reasoningText/text").map(str::to_owned);
    let count = |name: &str| count_at(json, &format!("/usage/{name}"));
    Some(Answer {
        id: None,
        said: Said {
            text: blocks.iter().filter_map(|block| text_at(block, "/text")).collect(),
            calls: calls.collect(),
            own: Some(blocks.clone().into()),
        },
        thinking: Some(blocks.iter().filter_map(thought).collect::<String>()).filter(|text| !text.is_empty()),
        finish,
        usage: Usage::of(count("inputTokens"), count("outputTokens"), count("totalTokens")),
    })
}

/// Vectors of texts. Titan takes one text at a time.
pub(super) async fn embed(
    model: &Model,
    session: &Session,
    texts: &[&str],
    is_titan: bool,
) -> Result<(Vec<Vec<f32>>, Usage), Broken> {
    let path = format!("/model/{}/invoke", encoded(&model.name));
    let (mut all, mut usage) = (Vec::new(), Usage::default());
    if is_titan {
        for text in texts {
            let json = model.post(&session.cx, &path, &json!({ "inputText": text })).await?;
            let vector = json.get("embedding").and_then(super::numbers);
            all.push(vector.ok_or_else(|| model.unclear(&json))?);
            usage.add(Usage::of(count_at(&json, "/inputTextTokenCount"), None, None));
        }
    } else {
        let body = json!({ "texts": texts, "input_type": "search_document" });
        let json = model.post(&session.cx, &path, &body).await?;
        usage.is_unknown = true;
        let vectors: Option<_> = items_at(&json, "/embeddings").iter().map(super::numbers).collect();
        all = vectors.ok_or_else(|| model.unclear(&json))?;
    }
    session.spend(&model.name, usage);
    Ok((all, usage))
}
