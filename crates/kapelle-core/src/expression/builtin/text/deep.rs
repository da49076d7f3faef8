//! All texts of a list or map, however deep.

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::super::super::error::Outcome;
use super::super::super::form;
use super::super::super::run::Run;

/// Bytes of a value in a list or map besides its text.
const VALUE_BYTES: usize = 64;

/// The value with every leaf as text and changed. Null stays null, keys stay what they are.
pub(in super::super) fn each_leaf(
    value: &Value,
    run: &mut Run<'_>,
    change: &mut dyn FnMut(Text, &mut Run<'_>) -> Outcome<Text>,
) -> Outcome {
    // The depth of values is bounded where they are made.
    match value {
        Value::Null => Ok(Value::Null),
        Value::List(items) => {
            run.allocate(items.len().saturating_mul(VALUE_BYTES))?;
            let items: Outcome<Vec<_>> = items.iter().map(|item| each_leaf(item, run, change)).collect();
            Ok(Value::List(Arc::new(items?)))
        }
        Value::Map(map) => {
            run.allocate(map.len().saturating_mul(VALUE_BYTES))?;
            let entries: Outcome<_> =
                map.iter().map(|(key, item)| Ok((Arc::clone(key), each_leaf(item, run, change)?))).collect();
            Ok(Value::Map(Arc::new(entries?)))
        }
        leaf => {
            let text = form::java_text(leaf, run.bytes_left())?;
            Ok(Value::Str(change(text, run)?))
        }
    }
}
