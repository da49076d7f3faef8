//! Labels: as they are written, put over each other, rendered, and as expressions see them.

use std::sync::Arc;

use kapelle_core::expression::{Outcome, form, plain};
use kapelle_core::flow;
use kapelle_model::execution::Labels;
use kapelle_model::{Failure, Map, Node, Value};

use crate::variables::Variables;
use kapelle_core::property::{Property, text_of};

/// Labels in their order, as text.
pub type Pairs = Vec<(Arc<str>, Arc<str>)>;

/// What all labels of the platform begin with; flows cannot set them.
pub const SYSTEM: &str = "system.";

/// Executions that belong together carry the same value.
pub const CORRELATION: &str = "system.correlationId";

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

/// The labels of an execution as a variable; none without any.
pub(crate) fn as_variables(labels: &Labels) -> Option<Value> {
    let all = nested(labels.iter().map(|(key, value)| (&**key, &**value)));
    (!all.is_empty()).then(|| Value::Map(Arc::new(all)))
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

/// Labels with others put over them; each key keeps its first place.
pub(crate) fn merged(labels: &Labels, over: &[(Arc<str>, Arc<str>)]) -> Labels {
    let mut all = labels.to_vec();
    for (key, value) in over {
        match all.iter_mut().find(|(known, _)| known == key) {
            Some(place) => place.1 = Arc::clone(value),
            None => all.push((Arc::clone(key), Arc::clone(value))),
        }
    }
    all.into()
}

/// Labels in any of their forms: a map, a list of keys and values, or a text in JSON that is one of them.
pub(crate) fn rendered_labels(property: Option<&Property>, all: &Variables<'_>) -> Result<Pairs, Failure> {
    let Some(property) = property else { return Ok(Vec::new()) };
    let value = property.render(all.environment()).map_err(|error| Failure::new(error.text()))?;
    let value = match &value {
        Value::Str(text) => plain::from_json(text.expose())
            .map_err(|reason| Failure::new(format!("the labels are no map and no JSON: {reason}")))?,
        _ => value,
    };
    let text = |value: &Value| -> Outcome<Arc<str>> { Ok(Arc::from(&*text_of(value)?.masked())) };
    let pairs: Outcome<Vec<_>> = match &value {
        Value::Null => Ok(Vec::new()),
        Value::Map(map) => map.iter().map(|(key, value)| Ok((Arc::clone(key), text(value)?))).collect(),
        Value::List(items) => items
            .iter()
            .map(|item| match item {
                Value::Map(map) => {
                    let part = |name| text(map.get(name).unwrap_or(&Value::Null));
                    Ok((part("key")?, part("value")?))
                }
                other => Err(kapelle_core::expression::Error::invalid(format!(
                    "a label is a map with `key` and `value`, not {}",
                    form::describe(other)
                ))),
            })
            .collect(),
        other => {
            return Err(Failure::new(format!(
                "labels are a map or a list of keys and values, not {}",
                form::describe(other)
            )));
        }
    };
    let mut labels = Pairs::new();
    for (key, value) in pairs.map_err(|error| Failure::new(error.text()))? {
        match labels.iter_mut().find(|(known, _)| *known == key) {
            Some(place) => place.1 = value,
            None => labels.push((key, value)),
        }
    }
    Ok(labels)
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
