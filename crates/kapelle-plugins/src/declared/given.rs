//! The properties of a task as values: what is written, else what stands in for it, else the default.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kapelle_core::catalogue::Type;
use kapelle_core::expression::plain;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::shape::{self, Kind};
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Expr, RunContext, missing, standing_in};

use super::definition::Definition;

/// Properties as the flow has them.
pub(super) type Given = BTreeMap<String, Expr<Value>>;

/// Whether everything is there that has to be.
pub(super) fn is_complete(definition: &Definition, entry: &Type, given: &Given) -> Result<(), Failure> {
    let missing = entry.properties.iter().find(|property| {
        property.required
            && property.default.is_none()
            && !given.contains_key(property.name)
            && !definition.known.contains_key(property.name)
            && has(definition, property)
    });
    match missing {
        Some(property) => Err(Failure::new(format!("the property `{}` is missing", property.name))),
        None => Ok(()),
    }
}

/// What all tasks have is no matter of a definition.
pub(super) fn has(definition: &Definition, property: &shape::Property) -> bool {
    definition.properties.contains_key(property.name) || super::schema::shared(property.name).is_some()
}

/// What the requests of the definition see as `it`: every property there is, null where nothing is known.
pub(super) fn values(
    cx: &RunContext,
    definition: &Definition,
    entry: &Type,
    given: &Given,
) -> Result<Map, Failure> {
    let mut values = Map::new();
    for property in entry.properties.iter().filter(|property| has(definition, property)) {
        let name = property.alias_of.unwrap_or(property.name);
        let mut value = match given.get(property.name) {
            Some(written) => rendered(cx, property.kind, written)?,
            None => Value::Null,
        };
        if value == Value::Null && values.contains_key(name) {
            continue;
        }
        if value == Value::Null
            && let Some(names) = definition.known.get(property.name)
        {
            value = standing_in(cx, names).ok_or_else(|| missing(property.name, names))?;
        }
        if value == Value::Null
            && let Some(default) = property.default
        {
            let default = plain::from_json(default).map_err(Failure::new)?;
            let default = match default {
                Value::Str(text) => Property::text(text, Language::One),
                other => Property::Fixed(other),
            };
            value = rendered(cx, property.kind, &Expr::of(default))?;
        }
        values.insert(name.into(), value);
    }
    Ok(values)
}

fn rendered(cx: &RunContext, kind: Kind, written: &Expr<Value>) -> Result<Value, Failure> {
    let null = Value::Null;
    Ok(match kind {
        Kind::Integer { .. } => cx.filled(Some(&written.cast::<i64>()))?.map_or(null, Value::Int),
        Kind::Number => cx.filled(Some(&written.cast::<f64>()))?.map_or(null, Value::Float),
        Kind::Boolean => cx.filled(Some(&written.cast::<bool>()))?.map_or(null, Value::Bool),
        Kind::Duration => cx.filled(Some(&written.cast::<SignedDuration>()))?.map_or(null, Value::Duration),
        Kind::List(_) => {
            let items = cx.filled(Some(&written.cast::<Vec<Value>>()))?;
            items.map_or(null, |items| Value::List(items.into()))
        }
        Kind::Map(_) | Kind::Object(_) | Kind::Labels => {
            cx.filled(Some(&written.cast::<Map>()))?.map_or(null, |map| Value::Map(map.into()))
        }
        // A text may be meant as a list or a map, and whoever reads it can tell.
        _ => cx.optional(Some(written))?.unwrap_or(null),
    })
}
