//! Members of `Map`. What they pick keeps its own mark of secrecy.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::{Arguments, count};
use crate::expression::equality::same;
use crate::expression::error::Outcome;
use crate::expression::run::Run;

pub(super) fn plain(map: &Map, name: &str) -> Option<Value> {
    Some(match name {
        "size" => count(map.len()),
        "isempty" => Value::Bool(map.is_empty()),
        "keyset" => list(map.keys().map(|key| Value::from(&**key))),
        "values" => list(map.values().cloned()),
        "entryset" => list(map.iter().map(|(key, value)| {
            let entry = [("key".into(), Value::from(&**key)), ("value".into(), value.clone())];
            Value::Map(Arc::new(entry.into_iter().collect()))
        })),
        _ => return None,
    })
}

pub(super) fn with_arguments(
    map: &Map,
    name: &str,
    arguments: &Arguments<'_>,
    _run: &mut Run<'_>,
) -> Option<Outcome> {
    let argument = arguments.value(0)?;
    // Keys are texts, so that no other argument is one.
    let entry = arguments.text(0).and_then(|key| map.get(key));
    Some(Ok(match (name, arguments.count()) {
        ("get", 1) => entry.cloned().unwrap_or_default(),
        ("getordefault", 2) => match entry {
            Some(value) => value.clone(),
            None => arguments.value(1)?.clone(),
        },
        ("containskey", 1) => Value::Bool(entry.is_some()),
        ("containsvalue", 1) => {
            let is_in = Value::Bool(map.values().any(|value| same(value, argument)));
            if map.values().any(Value::has_secret) { is_in.into_secret() } else { is_in }
        }
        _ => return None,
    }))
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    Value::List(Arc::new(items.collect()))
}
