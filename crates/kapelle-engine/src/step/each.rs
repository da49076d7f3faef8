//! What a loop runs over.

use std::sync::Arc;

use indexmap::IndexSet;
use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::{Outcome, plain};
use kapelle_model::{Failure, Value};

use super::words;
use kapelle_core::property::Property;

/// Bytes that the values of a loop may have as text.
const VALUE_BYTES_MAX: usize = 1 << 20;

/// The values of a loop as texts, each once, in their order.
pub(super) fn values(property: &Property, environment: Environment<'_>) -> Result<Vec<Arc<str>>, Failure> {
    let rendered = property.render(environment).map_err(|error| words(&error))?;
    let items = match &rendered {
        Value::List(items) => {
            for item in items.iter() {
                check_element(item)?;
            }
            Arc::clone(items)
        }
        other => from_text(other)?,
    };
    let nulls = items.iter().filter(|item| matches!(item, Value::Null)).count();
    if nulls > 0 {
        return Err(Failure::new(format!(
            "Found '{nulls}' null values on Each, with values={}",
            shown(&items)
        )));
    }
    let texts: Outcome<IndexSet<Arc<str>>> = items.iter().map(|item| text(item, environment)).collect();
    Ok(texts.map_err(|error| words(&error))?.into_iter().collect())
}

/// What a loop runs over whose iterations are executions; the same value may come more than once.
pub(super) struct LoopValues {
    pub(super) values: Vec<Arc<str>>,
    /// Those of a map.
    pub(super) keys: Option<Vec<Arc<str>>>,
}

/// The values of such a loop: a list, a map, either of them as JSON, or the lines of a file in the storage.
pub(super) fn loop_values(property: &Property, environment: Environment<'_>) -> Result<LoopValues, Failure> {
    let rendered = property.render(environment).map_err(|error| words(&error))?;
    let rendered = match &rendered {
        Value::Str(uri) if uri.expose().starts_with("kestra://") => {
            let values = crate::children::lines(uri.expose(), environment).map_err(|error| words(&error))?;
            return Ok(LoopValues { values, keys: None });
        }
        Value::Str(text) => plain::from_json(text.expose()).map_err(|reason| {
            let shown = kapelle_core::expression::form::short(&text.masked());
            Failure::new(format!("the values of a loop are no list, map or file: {reason}, in `{shown}`"))
        })?,
        _ => rendered,
    };
    let texts = |values: &mut dyn Iterator<Item = &Value>| {
        let texts: Outcome<Vec<Arc<str>>> = values.map(|value| text(value, environment)).collect();
        texts.map_err(|error| words(&error))
    };
    match &rendered {
        Value::List(items) => Ok(LoopValues { values: texts(&mut items.iter())?, keys: None }),
        Value::Map(map) => {
            Ok(LoopValues { values: texts(&mut map.values())?, keys: Some(map.keys().cloned().collect()) })
        }
        other => Err(Failure::new(format!(
            "the values of a loop have to be a list, a map or a file, not {}",
            kapelle_core::expression::form::describe(other)
        ))),
    }
}

/// A list that was written in YAML holds texts, whole numbers and maps.
fn check_element(item: &Value) -> Result<(), Failure> {
    let name = match item {
        Value::Bool(_) => "class java.lang.Boolean",
        Value::Float(_) | Value::Float32(_) => "class java.lang.Double",
        Value::List(_) => "class java.util.ArrayList",
        _ => return Ok(()),
    };
    Err(Failure::new(format!("Unknown value element type: {name}")))
}

/// A text is a list in JSON.
fn from_text(value: &Value) -> Result<Arc<Vec<Value>>, Failure> {
    let text = kapelle_core::property::text_of(value).map_err(|error| words(&error))?;
    match plain::from_json(text.expose()) {
        Ok(Value::List(items)) => Ok(items),
        Ok(other) => Err(Failure::new(format!(
            "the values of a loop have to be a list, not {}",
            kapelle_core::expression::form::describe(&other)
        ))),
        Err(reason) => Err(Failure::new(format!(
            "the values of a loop have to be a list in JSON: {reason}, in `{}`",
            kapelle_core::expression::form::short(&text.masked())
        ))),
    }
}

/// Texts as they are, everything else as JSON.
fn text(item: &Value, environment: Environment<'_>) -> Outcome<Arc<str>> {
    match item {
        Value::Str(text) => Ok(Arc::from(text.expose())),
        other => {
            let text = plain::to_json(other, &environment.settings.zone, false, VALUE_BYTES_MAX)?;
            Ok(Arc::from(text.expose()))
        }
    }
}

/// The list as Java prints it.
fn shown(items: &Arc<Vec<Value>>) -> String {
    let list = Value::List(Arc::clone(items));
    kapelle_core::expression::form::java_text(&list, 1_000)
        .map_or_else(|_| "a long list".to_owned(), |text| text.masked())
}
