//! Messages as values of the key-value store. Secrets in them stay secrets.

use std::sync::Arc;

use kapelle_model::{Map, Text, Value};
use serde_json::Value as Json;

use crate::chat::{Call, Content, Message, Said};
use crate::value;

/// Messages as a list of maps. Files are not kept: they would be as large as a store.
pub(super) fn written(messages: &[Message]) -> Value {
    let all = messages.iter().map(|message| {
        let (kind, mut more) = match message {
            Message::System(text) => ("SYSTEM", fields([("text", Value::Str(text.clone()))])),
            Message::User(contents) => {
                let texts = contents.iter().map(|content| match content {
                    Content::Text(text) => text.clone(),
                    Content::File { mime, .. } => format!("(a file, {mime})").into(),
                });
                let text = texts.reduce(|all, text| Text::concat(&Text::concat(&all, &"\n\n".into()), &text));
                ("USER", fields([("text", Value::Str(text.unwrap_or_default()))]))
            }
            Message::Model(said) => {
                let calls: Vec<Value> = said.calls.iter().map(call).collect();
                ("AI", fields([("text", said.text.as_str().into()), ("calls", Value::List(calls.into()))]))
            }
            Message::Result { call, name, text } => (
                "TOOL",
                fields([
                    ("id", call.as_str().into()),
                    ("name", name.as_str().into()),
                    ("text", Value::Str(text.clone())),
                ]),
            ),
        };
        more.insert("type".into(), Value::from(kind));
        Value::Map(more.into())
    });
    Value::List(Arc::new(all.collect()))
}

fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map {
    fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn call(call: &Call) -> Value {
    let arguments = value::value(&Json::Object(call.arguments.clone()));
    let fields = fields([
        ("id", call.id.as_str().into()),
        ("name", call.name.as_str().into()),
        ("arguments", arguments),
    ]);
    Value::Map(fields.into())
}

/// The messages of a value; what is none is left out.
pub(super) fn read(value: &Value) -> Vec<Message> {
    match value {
        Value::List(items) => items.iter().filter_map(message).collect(),
        Value::Secret(inner) => match &**inner {
            Value::List(items) => {
                items.iter().filter_map(|item| message(&item.clone().into_secret())).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn message(value: &Value) -> Option<Message> {
    let Value::Map(map) = value else { return None };
    let text = |name: &str| match map.get(name) {
        Some(Value::Str(text)) => Some(text.clone()),
        _ => None,
    };
    let plain = |name: &str| text(name).map(|text| text.expose().to_owned());
    Some(match plain("type")?.as_str() {
        "SYSTEM" => Message::System(text("text")?),
        "USER" => Message::user(text("text")?),
        "AI" => {
            let calls = match map.get("calls") {
                Some(Value::List(calls)) => calls.iter().filter_map(called).collect(),
                _ => Vec::new(),
            };
            Message::Model(Said { text: plain("text").unwrap_or_default(), calls, own: None })
        }
        "TOOL" => Message::Result { call: plain("id")?, name: plain("name")?, text: text("text")? },
        _ => return None,
    })
}

fn called(value: &Value) -> Option<Call> {
    let json = value::json(value).ok()?;
    Some(Call {
        id: json.get("id")?.as_str()?.to_owned(),
        name: json.get("name")?.as_str()?.to_owned(),
        arguments: crate::chat::arguments(json.get("arguments")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_come_back_as_they_were_with_their_secrets() {
        let arguments = json!({ "n": 1 }).as_object().cloned().unwrap();
        let call = Call { id: "c1".to_owned(), name: "look".to_owned(), arguments };
        let messages = vec![
            Message::System("s".into()),
            Message::user(Text::concat(&"the code is ".into(), &Text::from("1234").into_secret())),
            Message::Model(Said { text: "t".to_owned(), calls: vec![call], own: None }),
            Message::Result { call: "c1".to_owned(), name: "look".to_owned(), text: "r".into() },
        ];
        let kept = written(&messages);
        assert!(kept.has_secret());
        assert_eq!(read(&kept), messages);
        assert_eq!(read(&Value::Int(1)), []);
    }
}
