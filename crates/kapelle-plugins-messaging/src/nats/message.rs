//! Messages, as flows read and write them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, FromRendered};
use schemars::JsonSchema;
use serde::Serialize;

use super::protocol::Incoming;
use crate::records::{SerdeType, map_of};

/// A message, as flows read it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Row {
    /// Its subject.
    subject: String,
    /// Its headers, each with all its values.
    headers: BTreeMap<String, Vec<String>>,
    /// Its content.
    data: String,
    /// When the stream got it.
    timestamp: Any,
}

impl Row {
    pub(super) fn new(message: &Incoming, moment: Option<Timestamp>) -> Self {
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &message.headers {
            headers.entry(name.clone()).or_default().push(value.clone());
        }
        Self {
            subject: message.subject.clone(),
            headers,
            data: String::from_utf8_lossy(&message.payload).into_owned(),
            timestamp: moment.map_or(Value::Null, Value::Instant).into(),
        }
    }

    pub(super) fn value(&self) -> Result<Value, Failure> {
        Ok(Value::Map(kapelle_plugin::outputs(self).map_err(Failure::new)?.into()))
    }
}

/// A message that a flow sends.
#[derive(Debug, PartialEq)]
pub(super) struct Outgoing {
    pub(super) headers: Vec<(String, String)>,
    pub(super) payload: Vec<u8>,
}

impl Outgoing {
    /// A map with `data` and perhaps `headers`, or a text.
    pub(super) fn read(record: Value) -> Result<Self, Failure> {
        let is_map = match &record {
            Value::Map(_) => true,
            Value::Secret(inner) => matches!(**inner, Value::Map(_)),
            _ => false,
        };
        if !is_map {
            return Ok(Self { headers: Vec::new(), payload: SerdeType::String.write(&record)? });
        }
        let map = map_of(record)?;
        let unknown = map.keys().find(|key| !["data", "headers", "subject", "timestamp"].contains(&&***key));
        if let Some(key) = unknown {
            return Err(Failure::new(format!(
                "a message has `{key}`, which is unknown: it has `data`, and perhaps `headers`"
            )));
        }
        let payload = match map.get("data") {
            None | Some(Value::Null) => Vec::new(),
            Some(data) => SerdeType::String.write(data)?,
        };
        Ok(Self { headers: headers(map.get("headers"))?, payload })
    }
}

/// A header may have one value or a list of them.
fn headers(written: Option<&Value>) -> Result<Vec<(String, String)>, Failure> {
    let wrong = |_| Failure::new("the `headers` of a message are no map of texts");
    let map = Map::from_rendered(written.cloned().unwrap_or_default()).map_err(wrong)?;
    let mut headers = Vec::new();
    for (name, value) in map {
        let values = match value {
            Value::List(items) => items.to_vec(),
            other => vec![other],
        };
        for value in values {
            let text = text_of(&value).map_err(|error| Failure::new(error.text()))?;
            headers.push((name.to_string(), text.expose().to_owned()));
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain::from_json;

    use super::*;

    #[test]
    fn messages_are_maps_or_texts() {
        let read = |text: &str| Outgoing::read(from_json(text).unwrap());
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read(r#""hi""#).unwrap(), Outgoing { headers: Vec::new(), payload: b"hi".to_vec() });
        let message = read(r#"{"data": {"a": 1}, "headers": {"k": "v", "l": ["1", 2]}}"#).unwrap();
        assert_eq!(message.payload, br#"{"a":1}"#);
        assert_eq!(message.headers, [header("k", "v"), header("l", "1"), header("l", "2")]);
        assert!(read(r#"{"message": "hi"}"#).unwrap_err().to_string().contains("`message`"));
    }
}
