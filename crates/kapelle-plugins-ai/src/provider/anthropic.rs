//! Messages as Anthropic speaks them.

use serde_json::{Map, Value as Json, json};

use crate::chat::{
    Answer, Call, Chat, Content, Finish, Message, Said, Usage, arguments, count_at, system, text_at,
};

/// Tokens of an answer where nothing is said; the provider wants a number.
const TOKENS: u64 = 4_096;

pub(super) fn request(model: &str, tokens_max: Option<u64>, chat: &Chat) -> Json {
    let options = &chat.options;
    let thinks = options.thinks == Some(true);
    let budget = options.thinking_tokens.unwrap_or(1_024);
    let tokens_max = options.tokens_max.or(tokens_max).unwrap_or(TOKENS);
    // What is thought counts as a part of the answer.
    let tokens_max = if thinks && tokens_max <= budget { budget + tokens_max } else { tokens_max };
    let mut body = Map::new();
    body.insert("model".to_owned(), model.into());
    body.insert("max_tokens".to_owned(), tokens_max.into());
    let mut set = |name: &str, value: Option<Json>| {
        body.extend(value.map(|value| (name.to_owned(), value)));
    };
    set(
        "system",
        system(chat, true).map(|text| cached(json!([{ "type": "text", "text": text }]), options.caches)),
    );
    set("messages", Some(messages(&chat.messages).into()));
    // Who thinks does so in one way only.
    set("temperature", options.temperature.filter(|_| !thinks).map(Into::into));
    set("top_k", options.top_k.filter(|_| !thinks).map(Into::into));
    set("top_p", options.top_p.filter(|_| !thinks).map(Into::into));
    set("thinking", thinks.then(|| json!({ "type": "enabled", "budget_tokens": budget })));
    let tools: Vec<Json> = chat
        .tools
        .iter()
        .map(|tool| {
            json!({ "name": tool.name, "description": tool.description, "input_schema": tool.parameters })
        })
        .collect();
    set("tools", (!tools.is_empty()).then(|| cached(tools.into(), options.caches)));
    body.into()
}

/// Marks the last item of a list as the end of what is kept by the provider for the next time.
fn cached(mut items: Json, caches: bool) -> Json {
    if let Some(last) = items.as_array_mut().and_then(|items| items.last_mut()).filter(|_| caches) {
        last["cache_control"] = json!({ "type": "ephemeral" });
    }
    items
}

/// What was said by turns: results of tools are said by the user, all of one turn at once.
fn messages(messages: &[Message]) -> Vec<Json> {
    let mut turns: Vec<Json> = Vec::new();
    for message in messages {
        let (role, blocks) = match message {
            Message::System(_) => continue,
            Message::User(contents) => ("user", contents.iter().map(block).collect()),
            Message::Model(said) => ("assistant", said_blocks(said)),
            Message::Result { call, text, .. } => (
                "user",
                vec![json!({ "type": "tool_result", "tool_use_id": call, "content": text.expose() })],
            ),
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
    let text = text.map(|text| json!({ "type": "text", "text": text }));
    let calls = said
        .calls
        .iter()
        .map(|call| json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments }));
    text.into_iter().chain(calls).collect()
}

fn block(content: &Content) -> Json {
    match content {
        Content::Text(text) => json!({ "type": "text", "text": text.expose() }),
        Content::File { mime, base64 } => {
            let kind = if mime.starts_with("image/") { "image" } else { "document" };
            json!({ "type": kind, "source": { "type": "base64", "media_type": mime, "data": base64 } })
        }
    }
}

pub(super) fn answer(json: &Json) -> Option<Answer> {
    let blocks = json.get("content")?.as_array()?;
    let texts = |kind: &str, field: &str| -> String {
        let own = blocks.iter().filter(|block| text_at(block, "/type") == Some(kind));
        own.filter_map(|block| block.get(field)?.as_str()).collect()
    };
    let calls = blocks.iter().filter(|block| text_at(block, "/type") == Some("tool_use")).map(|block| Call {
        id: text_at(block, "/id").unwrap_or_default().to_owned(),
        name: text_at(block, "/name").unwrap_or_default().to_owned(),
        arguments: arguments(block.get("input")),
    });
    let finish = match text_at(json, "/stop_reason").unwrap_or_default() {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "max_tokens" => Finish::Length,
        "tool_use" => Finish::ToolExecution,
        "refusal" => Finish::ContentFilter,
        _ => Finish::Other,
    };
    let count = |name: &str| count_at(json, &format!("/usage/{name}"));
    let kept = count("cache_creation_input_tokens").unwrap_or_default()
        + count("cache_read_input_tokens").unwrap_or_default();
    let input = count("input_tokens").map(|tokens| tokens + kept);
    Some(Answer {
        id: text_at(json, "/id").map(str::to_owned),
        said: Said { text: texts("text", "text"), calls: calls.collect(), own: Some(blocks.clone().into()) },
        thinking: Some(texts("thinking", "thinking")).filter(|text| !text.is_empty()),
        finish,
        usage: Usage::of(input, count("output_tokens"), None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::items_at;

    #[test]
    fn who_thinks_has_room_for_it() {
        let mut chat = Chat { messages: vec![Message::user("x")], ..Chat::default() };
        chat.options.thinks = Some(true);
        chat.options.thinking_tokens = Some(8_000);
        chat.options.temperature = Some(0.5);
        let body = request("m", None, &chat);
        assert_eq!(count_at(&body, "/max_tokens"), Some(12_096));
        assert_eq!(count_at(&body, "/thinking/budget_tokens"), Some(8_000));
        assert_eq!(body.get("temperature"), None);
    }

    #[test]
    fn what_stays_the_same_is_marked() {
        let mut chat = Chat { messages: vec![Message::System("s".into())], ..Chat::default() };
        chat.options.caches = true;
        let body = request("m", Some(7), &chat);
        assert_eq!(items_at(&body, "/system")[0]["cache_control"], json!({ "type": "ephemeral" }));
        assert_eq!(count_at(&body, "/max_tokens"), Some(7));
    }
}
