//! The labels that a flow run by an expression is given.

use kapelle_model::{Map, Value};

use super::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;

/// What the system alone may set, but for one.
const RESERVED: &str = "system.";
const ALLOWED: &str = "system.correlationId";

/// The labels of a map, or of a list of maps with `key` and `value`, and the one that tells where the run comes from.
pub(super) fn labels(call: &Call<'_, '_>, index: usize) -> Outcome<Map> {
    let mut labels = Map::new();
    match call.given(index) {
        None => {}
        Some(Value::Map(map)) => {
            for (key, value) in map.iter() {
                insert(call, &mut labels, key, value)?;
            }
        }
        Some(Value::List(items)) => {
            for item in items.iter() {
                let entry = match item {
                    Value::Map(map) => map.get("key").zip(map.get("value")),
                    _ => None,
                };
                let Some((Value::Str(key), value)) = entry else {
                    return Err(call.wrong_argument(
                        index,
                        "a map, or a list of maps with `key` and `value`",
                        item,
                    ));
                };
                insert(call, &mut labels, key.expose(), value)?;
            }
        }
        Some(other) => return Err(call.wrong_argument(index, "a map", other)),
    }
    labels.insert("system.from".into(), Value::from("subflow"));
    Ok(labels)
}

fn insert(call: &Call<'_, '_>, labels: &mut Map, key: &str, value: &Value) -> Outcome<()> {
    if key.starts_with(RESERVED) && key != ALLOWED {
        return Err(Error::argument(format!(
            "System labels can only be set by Kapelle itself, but '{key}' is given."
        ))
        .help(format!("use another name; of those with `{RESERVED}` only `{ALLOWED}` may be set")));
    }
    if !matches!(value, Value::Null) {
        let text = form::java_text(value, call.run.bytes_left())?;
        labels.insert(key.into(), Value::Str(text));
    }
    Ok(())
}
