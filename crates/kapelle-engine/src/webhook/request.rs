//! A request as it came, and as expressions see it.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{Map, Text, Value};

/// A request to the address of a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookRequest {
    pub method: String,
    /// In the order in which they came; a name may come more than once.
    pub headers: Vec<(String, String)>,
    /// Those of the address, decoded.
    pub parameters: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl WebhookRequest {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim())
    }

    /// The body: an object or a list if it is one in JSON, else the text; null if there is none.
    pub(super) fn body_value(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        let text = String::from_utf8_lossy(&self.body);
        match plain::from_json(&text) {
            Ok(value @ (Value::Map(_) | Value::List(_))) => value,
            _ => Value::from(&*text),
        }
    }

    /// What `trigger` is for expressions. The header that shows who the sender is stays secret.
    pub(super) fn variables(&self, secret_header: Option<&str>) -> Map {
        let is_secret = |name: &str| secret_header.is_some_and(|secret| name.eq_ignore_ascii_case(secret));
        let header = |(name, value): &(String, String)| {
            let text = Text::from(value.as_str());
            (name.as_str().into(), Value::Str(if is_secret(name) { text.into_secret() } else { text }))
        };
        let parameter =
            |(name, value): &(String, String)| (name.as_str().into(), Value::from(value.as_str()));
        Map::from_iter([
            ("body".into(), self.body_value()),
            ("headers".into(), lists(self.headers.iter().map(header), str::eq_ignore_ascii_case)),
            ("parameters".into(), lists(self.parameters.iter().map(parameter), |left, right| left == right)),
        ])
    }
}

/// The values of each name as a list; names are as they came first.
fn lists(pairs: impl Iterator<Item = (Arc<str>, Value)>, is_same: fn(&str, &str) -> bool) -> Value {
    let mut all: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
    for (name, value) in pairs {
        match all.iter_mut().find(|(known, _)| is_same(known, &name)) {
            Some((_, values)) => values.push(value),
            None => all.push((name, vec![value])),
        }
    }
    let all = all.into_iter().map(|(name, values)| (name, Value::List(Arc::new(values))));
    Value::Map(Arc::new(all.collect()))
}
