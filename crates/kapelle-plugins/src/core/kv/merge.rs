//! How `kv.Put` changes a value that is there.

use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};

/// How deep a path of fields may go.
const DEPTH_MAX: usize = 64;

/// The value after a change: a map is merged into a map, a list of `key` and `value` changes fields, everything else
/// replaces what was there. If one of them is secret as a whole, so is the result.
pub(super) fn merged(before: Option<Value>, change: Value) -> Result<Value, Failure> {
    let is_secret = [before.as_ref(), Some(&change)].into_iter().flatten().any(is_wrapped);
    let (before, change) = (before.map(unwrapped), unwrapped(change));
    let value = match edits(&change)? {
        Some(Edits::Whole(value)) => value,
        Some(Edits::Fields(fields)) => edited(before, fields)?,
        None => deep(before, change),
    };
    Ok(if is_secret { value.into_secret() } else { value })
}

fn is_wrapped(value: &Value) -> bool {
    matches!(value, Value::Secret(_))
}

fn unwrapped(value: Value) -> Value {
    match value {
        Value::Secret(inner) => Arc::unwrap_or_clone(inner),
        other => other,
    }
}

/// What a list of maps with `key` and `value` asks for.
enum Edits {
    /// One item without a key: the whole value.
    Whole(Value),
    /// Fields by their paths with dots.
    Fields(Vec<(String, Value)>),
}

fn edits(change: &Value) -> Result<Option<Edits>, Failure> {
    let Value::List(items) = change else { return Ok(None) };
    let maps: Vec<&Map> = items.iter().filter_map(|item| as_edit(item)).collect();
    if maps.is_empty() || maps.len() < items.len() {
        return Ok(None);
    }
    let mut fields = Vec::new();
    for map in &maps {
        let value = map.get("value").cloned().unwrap_or_default();
        match map.get("key") {
            Some(Value::Str(key)) if !key.expose().trim().is_empty() => {
                fields.push((key.expose().to_owned(), value));
            }
            Some(other) if *other != Value::Null => {
                return Err(Failure::new("each `key` in the property `value` is the name of a field"));
            }
            _ if maps.len() == 1 => return Ok(Some(Edits::Whole(value))),
            _ => {
                return Err(Failure::new(
                    "an item of the property `value` without `key` replaces everything: let it stand alone",
                ));
            }
        }
    }
    Ok(Some(Edits::Fields(fields)))
}

/// A map with `value`, and nothing but `key` besides.
fn as_edit(item: &Value) -> Option<&Map> {
    let Value::Map(map) = item else { return None };
    let is_edit = map.contains_key("value") && map.keys().all(|name| matches!(&**name, "key" | "value"));
    is_edit.then_some(map)
}

fn edited(before: Option<Value>, fields: Vec<(String, Value)>) -> Result<Value, Failure> {
    if !matches!(before, None | Some(Value::Null | Value::Map(_))) {
        return Err(Failure::new(
            "what is kept under the key has no fields: leave `key` out of the property `value` to replace it",
        ));
    }
    if let Some((path, _)) = fields.iter().find(|(path, _)| path.split('.').count() > DEPTH_MAX) {
        return Err(Failure::new(format!("the field `{path}` is more than {DEPTH_MAX} levels deep")));
    }
    let nested = fields.into_iter().map(|(path, value)| {
        path.rsplit('.')
            .fold(value, |inner, name| Value::Map(Arc::new(Map::from_iter([(Arc::from(name), inner)]))))
    });
    Ok(nested.fold(before.unwrap_or_default(), |value, change| deep(Some(value), change)))
}

/// Maps are merged field by field, everything else is replaced.
fn deep(before: Option<Value>, change: Value) -> Value {
    match (before, change) {
        (Some(Value::Map(before)), Value::Map(change)) => {
            let mut merged = Arc::unwrap_or_clone(before);
            for (name, value) in Arc::unwrap_or_clone(change) {
                let value = deep(merged.get(&name).cloned(), value);
                merged.insert(name, value);
            }
            Value::Map(Arc::new(merged))
        }
        (_, change) => change,
    }
}
