//! Contents as Gemini speaks them, at Google AI and at Vertex AI.

use serde_json::{Map, Value as Json, json};

use crate::chat::{
    Answer, Call, Chat, Content, Finish, Format, Message, Said, Usage, arguments, count_at, items_at, system,
    text_at,
};

pub(super) fn request(chat: &Chat) -> Json {
    let options = &chat.options;
    // It takes either tools or a format.
    let says_format = !chat.tools.is_empty();
    let mut config = Map::new();
    let mut set = |name: &str, value: Option<Json>| {
        config.extend(value.map(|value| (name.to_owned(), value)));
    };
    set("temperature", options.temperature.map(Into::into));
    set("topK", options.top_k.map(Into::into));
    set("topP", options.top_p.map(Into::into));
    set("seed", options.seed.map(Into::into));
    set("maxOutputTokens", options.tokens_max.map(Into::into));
    set("thinkingConfig", thinking(chat));
    if let Format::Json { schema, .. } = &options.format
        && !says_format
    {
        set("responseMimeType", Some("application/json".into()));
        set("responseSchema", schema.as_ref().map(understood));
    }
    let mut body = Map::new();
    let text = system(chat, says_format);
    body.extend(text.map(|text| ("systemInstruction".to_owned(), json!({ "parts": [{ "text": text }] }))));
    body.insert("contents".to_owned(), contents(&chat.messages).into());
    let declared: Vec<Json> = chat
        .tools
        .iter()
        .map(|tool| {
            let mut declared = json!({ "name": tool.name, "description": tool.description });
            // A tool without parameters has none at all.
            if tool
                .parameters
                .pointer("/properties")
                .and_then(Json::as_object)
                .is_some_and(|all| !all.is_empty())
            {
                declared["parameters"] = understood(&tool.parameters);
            }
            declared
        })
        .collect();
    if !declared.is_empty() {
        body.insert("tools".to_owned(), json!([{ "functionDeclarations": declared }]));
    }
    if !config.is_empty() {
        body.insert("generationConfig".to_owned(), config.into());
    }
    body.into()
}

fn thinking(chat: &Chat) -> Option<Json> {
    let options = &chat.options;
    let budget = if options.thinks? { options.thinking_tokens } else { Some(0) };
    let mut config = Map::new();
    config.extend(budget.map(|budget| ("thinkingBudget".to_owned(), budget.into())));
    config.insert("includeThoughts".to_owned(), options.returns_thinking.into());
    Some(config.into())
}

/// A schema without the words that it refuses.
fn understood(schema: &Json) -> Json {
    const UNKNOWN: [&str; 5] = ["$schema", "$id", "additionalProperties", "strict", "default"];
    match schema {
        Json::Object(map) => {
            let known = map.iter().filter(|(name, _)| !UNKNOWN.contains(&name.as_str()));
            // Names of properties are no words of the schema.
            known
                .map(|(name, value)| match (name.as_str(), value) {
                    ("properties", Json::Object(properties)) => {
                        let inner = properties.iter().map(|(name, value)| (name.clone(), understood(value)));
                        (name.clone(), Json::Object(inner.collect()))
                    }
                    _ => (name.clone(), understood(value)),
                })
                .collect::<Map<_, _>>()
                .into()
        }
        Json::Array(items) => items.iter().map(understood).collect(),
        other => other.clone(),
    }
}

fn contents(messages: &[Message]) -> Vec<Json> {
    let mut turns: Vec<Json> = Vec::new();
    for message in messages {
        let (role, parts) = match message {
            Message::System(_) => continue,
            Message::User(contents) => ("user", contents.iter().map(part).collect()),
            Message::Model(said) => ("model", said_parts(said)),
            Message::Result { name, text, .. } => (
                "user",
                vec![
                    json!({ "functionResponse": { "name": name, "response": { "result": text.expose() } } }),
                ],
            ),
        };
        match turns.last_mut().filter(|last| text_at(last, "/role") == Some(role)) {
            Some(last) => {
                if let Some(known) = last["parts"].as_array_mut() {
                    known.extend(parts);
                }
            }
            None => turns.push(json!({ "role": role, "parts": parts })),
        }
    }
    turns
}

fn said_parts(said: &Said) -> Vec<Json> {
    // It signs what it thought, and wants the signature back.
    if let Some(Json::Array(own)) = &said.own {
        return own.clone();
    }
    let text = Some(&said.text).filter(|text| !text.is_empty());
    let text = text.map(|text| json!({ "text": text }));
    let calls = said
        .calls
        .iter()
        .map(|call| json!({ "functionCall": { "name": call.name, "args": call.arguments } }));
    text.into_iter().chain(calls).collect()
}

fn part(content: &Content) -> Json {
    match content {
        Content::Text(text) => json!({ "text": text.expose() }),
        Content::File { mime, base64 } => json!({ "inlineData": { "mimeType": mime, "data": base64 } }),
    }
}

pub(super) fn answer(json: &Json) -> Option<Answer> {
    let blocked = text_at(json, "/promptFeedback/blockReason");
    if json.pointer("/candidates/0").is_none() {
        let reason = blocked?;
        let said = Said { text: format!("The question is blocked: {reason}"), ..Said::default() };
        return Some(Answer { said, finish: Finish::ContentFilter, usage: usage(json), ..Answer::default() });
    }
    let parts = items_at(json, "/candidates/0/content/parts");
    let is_thought = |part: &&Json| part.get("thought").and_then(Json::as_bool) == Some(true);
    let text = |own: Vec<&Json>| -> String { own.iter().filter_map(|part| text_at(part, "/text")).collect() };
    let calls: Vec<Call> =
        parts.iter().filter_map(|part| part.get("functionCall")).enumerate().map(called).collect();
    let finish = match text_at(json, "/candidates/0/finishReason").unwrap_or_default() {
        _ if !calls.is_empty() => Finish::ToolExecution,
        "STOP" => Finish::Stop,
        "MAX_TOKENS" => Finish::Length,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => {
            Finish::ContentFilter
        }
        _ => Finish::Other,
    };
    let thinking = text(parts.iter().filter(is_thought).collect());
    Some(Answer {
        id: text_at(json, "/responseId").map(str::to_owned),
        said: Said {
            text: text(parts.iter().filter(|part| !is_thought(part)).collect()),
            calls,
            own: Some(parts.to_vec().into()),
        },
        thinking: Some(thinking).filter(|text| !text.is_empty()),
        finish,
        usage: usage(json),
    })
}

/// It tells its calls apart by their order.
fn called((number, call): (usize, &Json)) -> Call {
    let name = text_at(call, "/name").unwrap_or_default();
    let id = text_at(call, "/id").map_or_else(|| format!("{name}-{number}"), str::to_owned);
    Call { id, name: name.to_owned(), arguments: arguments(call.get("args")) }
}

fn usage(json: &Json) -> Usage {
    let count = |name: &str| count_at(json, &format!("/usageMetadata/{name}"));
    let said = count("candidatesTokenCount");
    let output = count("thoughtsTokenCount").map_or(said, |thought| Some(said.unwrap_or_default() + thought));
    Usage::of(count("promptTokenCount"), output, count("totalTokenCount"))
}

/// What is asked for vectors; `more` belongs to each of the texts.
pub(super) fn embedding(model: &str, texts: &[&str], more: &Map<String, Json>) -> Json {
    let requests: Vec<Json> = texts
        .iter()
        .map(|text| {
            let mut request = Map::new();
            request.insert("model".to_owned(), format!("models/{model}").into());
            request.insert("content".to_owned(), json!({ "parts": [{ "text": text }] }));
            request.extend(more.clone());
            request.into()
        })
        .collect();
    json!({ "requests": requests })
}

pub(super) fn vectors(json: &Json) -> Option<(Vec<Vec<f32>>, Usage)> {
    let all = json.get("embeddings")?.as_array()?.iter();
    let all = all.map(|item| super::numbers(item.get("values")?)).collect::<Option<_>>()?;
    Some((all, Usage::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_lose_what_is_not_understood_but_no_property() {
        let schema = json!({
            "$schema": "x", "type": "object", "additionalProperties": false,
            "properties": { "default": { "type": "array", "items": { "type": "string", "default": "a" } } },
        });
        let known = json!({
            "type": "object",
            "properties": { "default": { "type": "array", "items": { "type": "string" } } },
        });
        assert_eq!(understood(&schema), known);
    }

    #[test]
    fn a_blocked_question_is_a_refusal() {
        let said = answer(&json!({ "promptFeedback": { "blockReason": "SAFETY" } })).unwrap();
        assert_eq!(said.finish, Finish::ContentFilter);
        assert!(answer(&json!({})).is_none());
    }
}
