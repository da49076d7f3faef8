//! Labels of executions: put over each other, and rendered from the properties of tasks.

use std::sync::Arc;

use kapelle_core::expression::{Outcome, form, plain};
use kapelle_model::execution::Labels;
use kapelle_model::{Failure, Value};

use crate::property::{Property, text_of};
use crate::variables::Variables;

/// Labels that only the system sets begin so.
pub const SYSTEM: &str = "system.";

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
pub(crate) fn rendered_labels(
    property: Option<&Property>,
    all: &Variables<'_>,
) -> Result<Vec<(Arc<str>, Arc<str>)>, Failure> {
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
    let mut labels: Vec<(Arc<str>, Arc<str>)> = Vec::new();
    for (key, value) in pairs.map_err(|error| Failure::new(error.text()))? {
        match labels.iter_mut().find(|(known, _)| *known == key) {
            Some(place) => place.1 = value,
            None => labels.push((key, value)),
        }
    }
    Ok(labels)
}
