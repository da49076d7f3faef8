//! Filters and functions that take maps: `keys`, `loopOutputs`, `merge`, `values`.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::{list_bytes, opened, sealed};
use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;

/// What an entry of a map takes beside its texts.
const ENTRY_BYTES: usize = size_of::<Value>() * 2;

pub(super) fn keys(call: &mut Call<'_, '_>) -> Outcome {
    let (input, is_secret) = opened(call.take_input());
    let keys = match &input {
        Value::Null => return Ok(Value::Null),
        Value::Map(map) => {
            let bytes: usize = map.keys().map(|key| key.len()).sum();
            call.run.allocate(list_bytes(map.len()) + bytes)?;
            map.keys().map(|key| Value::from(&**key)).collect()
        }
        Value::List(items) => {
            call.run.allocate(list_bytes(items.len()))?;
            (0_i64..).take(items.len()).map(Value::Int).collect()
        }
        _ => return Err(call.wrong_input("a map or a list", &sealed(input, is_secret))),
    };
    Ok(sealed(Value::List(Arc::new(keys)), is_secret))
}

pub(super) fn values(call: &mut Call<'_, '_>) -> Outcome {
    let (input, is_secret) = opened(call.take_input());
    let values = match &input {
        Value::Null => return Ok(Value::Null),
        Value::Map(map) => {
            call.run.allocate(list_bytes(map.len()))?;
            map.values().cloned().collect()
        }
        _ => return Err(call.wrong_input("a map", &sealed(input, is_secret))),
    };
    Ok(sealed(Value::List(Arc::new(values)), is_secret))
}

pub(super) fn merge(call: &mut Call<'_, '_>) -> Outcome {
    let (input, is_input_secret) = opened(call.take_input());
    let items = call.argument(0).cloned().unwrap_or_default();
    let (items, is_items_secret) = opened(items);
    let is_secret = is_input_secret || is_items_secret;
    let merged = match (&input, &items) {
        (Value::Null, Value::Null) => {
            return Err(Error::null("the filter `merge` cannot merge null with null")
                .help("give an empty list or map for a missing one: `(x ?? []) | merge(y)`"));
        }
        (Value::Null, Value::List(_) | Value::Map(_)) => items,
        // Whatever it is.
        (_, Value::Null) => input,
        (Value::List(left), Value::List(right)) => {
            call.run.allocate(list_bytes(left.len() + right.len()))?;
            Value::List(Arc::new(left.iter().chain(right.iter()).cloned().collect()))
        }
        (Value::List(left), Value::Map(right)) => {
            call.run.allocate(list_bytes(left.len()) + right.len() * (ENTRY_BYTES + list_bytes(1)))?;
            let entries = right.iter().map(|(key, value)| {
                Value::Map(Arc::new(std::iter::once((Arc::clone(key), value.clone())).collect()))
            });
            Value::List(Arc::new(left.iter().cloned().chain(entries).collect()))
        }
        (Value::Map(left), Value::Map(right)) => {
            call.run.allocate((left.len() + right.len()) * ENTRY_BYTES)?;
            let both = left.iter().chain(right.iter());
            Value::Map(Arc::new(both.map(|(key, value)| (Arc::clone(key), value.clone())).collect()))
        }
        (Value::Map(left), Value::List(right)) => {
            call.run.allocate((left.len() + right.len()) * ENTRY_BYTES)?;
            let mut both = Map::clone(left);
            let mut has_secret_key = false;
            for item in right.iter() {
                let key = form::java_text(item, call.run.bytes_left())?;
                call.run.allocate(key.expose().len())?;
                has_secret_key |= key.has_secret();
                both.insert(key.expose().into(), item.clone());
            }
            sealed(Value::Map(Arc::new(both)), has_secret_key)
        }
        (Value::Null | Value::List(_) | Value::Map(_), _) => {
            return Err(call.wrong_argument(0, "a list or a map", &sealed(items, is_items_secret)));
        }
        _ => return Err(call.wrong_input("a list or a map", &sealed(input, is_input_secret))),
    };
    Ok(sealed(merged, is_secret))
}

pub(super) fn loop_outputs(call: &mut Call<'_, '_>) -> Outcome {
    let (outputs, is_secret) = opened(call.required(0)?.clone());
    let Value::List(iterations) = &outputs else {
        return Err(call
            .wrong_argument(0, "the list of the outputs of a loop", &sealed(outputs, is_secret))
            .help("write `loopOutputs(outputs.myLoop.outputs, 'name')`"));
    };
    let name = call.required_text(1)?.clone();
    call.run.allocate(list_bytes(iterations.len()))?;
    let collected = iterations
        .iter()
        .map(|iteration| entry(entry(iteration.clone(), "outputs"), name.expose()))
        .collect();
    Ok(sealed(Value::List(Arc::new(collected)), is_secret || name.has_secret()))
}

/// The value of a key, null if there is none.
fn entry(value: Value, key: &str) -> Value {
    match opened(value) {
        (Value::Map(map), is_secret) => sealed(map.get(key).cloned().unwrap_or_default(), is_secret),
        _ => Value::Null,
    }
}
