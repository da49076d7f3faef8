//! Labels as conditions ask for them, and as expressions see them.

use std::sync::Arc;

use kapelle_core::flow;
use kapelle_model::{Map, Node, Value};

/// Labels in their order, as text.
pub type Pairs = Vec<(Arc<str>, Arc<str>)>;

/// What all labels of the platform begin with; flows cannot set them.
pub const SYSTEM_PREFIX: &str = "system.";

/// Executions that belong together carry the same value.
pub const CORRELATION_ID: &str = "system.correlationId";

/// Labels in either form, a map or a list, as text.
pub fn read(node: Option<&Node>) -> Vec<(String, String)> {
    flow::labels(node).into_iter().map(|label| (label.key.value, label.value.value)).collect()
}

/// Labels as variables: dots nest them, and of those that do not fit together the last one stays.
pub fn nested<'l>(labels: impl IntoIterator<Item = (&'l str, &'l str)>) -> Map {
    let mut all = Map::new();
    for (key, value) in labels {
        insert(&mut all, key, value);
    }
    all
}

fn insert(map: &mut Map, key: &str, value: &str) {
    let mut map = map;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            map.insert(part.into(), Value::from(value));
            return;
        }
        let inner = map.entry(part.into()).or_insert_with(empty);
        if !matches!(inner, Value::Map(_)) {
            *inner = empty();
        }
        let Value::Map(inner) = inner else { return };
        map = Arc::make_mut(inner);
    }
}

fn empty() -> Value {
    Value::Map(Arc::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_nest_and_the_last_of_those_that_collide_stays() {
        let json = |labels: &[(&str, &str)]| {
            let value = Value::Map(nested(labels.iter().copied()).into());
            let text = kapelle_core::expression::plain::to_json(&value, &jiff::tz::TimeZone::UTC, true, 1000);
            text.unwrap().expose().to_owned()
        };
        assert_eq!(
            json(&[("a", "1"), ("system.from", "api"), ("system.x.y", "2")]),
            r#"{"a":"1","system":{"from":"api","x":{"y":"2"}}}"#
        );
        assert_eq!(json(&[("a", "1"), ("a.b", "2")]), r#"{"a":{"b":"2"}}"#);
        assert_eq!(json(&[("a.b", "2"), ("a", "1")]), r#"{"a":"1"}"#);
        assert_eq!(json(&[("a", "1"), ("a", "2")]), r#"{"a":"2"}"#);
    }
}
