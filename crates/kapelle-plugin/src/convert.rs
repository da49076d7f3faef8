//! From what an expression gave to what a task works with.
//!
//! A text is read as what is wanted; a list or a map that came as one text is read as JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Zoned};
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_core::time::{date, duration};
use kapelle_model::effect::Level;
use kapelle_model::{Map, State, Text, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;

/// What a property may give.
pub trait FromRendered: Sized {
    /// `Err` says what is wrong with the value, without showing it.
    fn from_rendered(value: Value) -> Result<Self, String>;

    /// The same for an entry of a list.
    fn from_entry(value: Value) -> Result<Self, String> {
        Self::from_rendered(value)
    }

    /// What may be written for it, apart from an expression.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// An enum whose variants are written as words.
pub trait Word: DeserializeOwned + JsonSchema {}

impl<T: Word> FromRendered for T {
    fn from_rendered(value: Value) -> Result<Self, String> {
        let text = plain_text(&value)?;
        T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text.expose().trim()))
            .map_err(|error| error.to_string())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<T>();
        json_schema!({ "allOf": [inner] })
    }
}

/// The words for a value that does not fit.
pub fn unfit(value: &Value, name: Option<&str>, reason: &str) -> String {
    let shown = match value {
        Value::Str(text) => text.masked(),
        Value::Secret(_) => kapelle_model::MASK.to_owned(),
        other => plain::start_of_json(other, &jiff::tz::TimeZone::UTC, true, 80),
    };
    match name {
        Some(name) => format!("`{shown}` in the property `{name}` does not fit: {reason}"),
        None => format!("`{shown}` does not fit: {reason}"),
    }
}

fn plain_text(value: &Value) -> Result<Text, String> {
    text_of(value).map_err(|error| error.text())
}

fn parsed<T: std::str::FromStr>(value: &Value, what: &str) -> Result<T, String> {
    plain_text(value)?.expose().trim().parse().map_err(|_| format!("it is no {what}"))
}

/// A list or a map that came as one text.
fn opened(value: Value, what: &str) -> Result<Value, String> {
    match value {
        Value::Str(text) => {
            let opened = plain::from_json(text.expose()).map_err(|_| format!("it is no {what}"))?;
            Ok(if text.has_secret() { opened.into_secret() } else { opened })
        }
        other => Ok(other),
    }
}

impl FromRendered for Value {
    fn from_rendered(value: Value) -> Result<Self, String> {
        Ok(value)
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }
}

/// A list or a map among texts is nearly always a text whose quotes were forgotten.
fn text_entry(value: Value) -> Result<Value, String> {
    match value {
        Value::List(_) | Value::Map(_) => Err(format!(
            "an entry is a {} and no text: put all of it in quotes, since YAML reads `a: b` as a map and `[a]` as a list",
            if matches!(value, Value::List(_)) { "list" } else { "map" }
        )),
        other => Ok(other),
    }
}

impl FromRendered for Text {
    fn from_rendered(value: Value) -> Result<Self, String> {
        plain_text(&value)
    }

    fn from_entry(value: Value) -> Result<Self, String> {
        Self::from_rendered(text_entry(value)?)
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// For words whose secrets do not matter: names, patterns, extensions.
impl FromRendered for String {
    fn from_rendered(value: Value) -> Result<Self, String> {
        Ok(plain_text(&value)?.expose().to_owned())
    }

    fn from_entry(value: Value) -> Result<Self, String> {
        Self::from_rendered(text_entry(value)?)
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

impl FromRendered for bool {
    fn from_rendered(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(value) => Ok(value),
            other => match plain_text(&other)?.expose().trim() {
                text if text.eq_ignore_ascii_case("true") => Ok(true),
                text if text.eq_ignore_ascii_case("false") => Ok(false),
                _ => Err("it is neither true nor false".to_owned()),
            },
        }
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

impl FromRendered for i64 {
    fn from_rendered(value: Value) -> Result<Self, String> {
        parsed(&value, "whole number")
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

impl FromRendered for u64 {
    fn from_rendered(value: Value) -> Result<Self, String> {
        parsed(&value, "whole number from 0 on")
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0 })
    }
}

impl FromRendered for u32 {
    fn from_rendered(value: Value) -> Result<Self, String> {
        parsed(&value, "whole number from 0 on")
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0 })
    }
}

impl FromRendered for u16 {
    fn from_rendered(value: Value) -> Result<Self, String> {
        parsed(&value, "whole number from 0 to 65535")
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0 })
    }
}

impl FromRendered for f64 {
    fn from_rendered(value: Value) -> Result<Self, String> {
        parsed(&value, "number")
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

impl FromRendered for SignedDuration {
    fn from_rendered(value: Value) -> Result<Self, String> {
        match value {
            Value::Duration(duration) => Ok(duration),
            other => duration::parse(plain_text(&other)?.expose().trim()),
        }
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "duration" })
    }
}

/// A moment; without a zone it is one of UTC.
impl FromRendered for Zoned {
    fn from_rendered(value: Value) -> Result<Self, String> {
        date::date_time_with_zone(plain_text(&value)?.expose().trim())
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl FromRendered for Level {
    fn from_rendered(value: Value) -> Result<Self, String> {
        let text = plain_text(&value)?;
        Self::from_name(text.expose().trim()).ok_or_else(|| format!("there are {}", Self::NAMES.join(", ")))
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::NAMES })
    }
}

impl FromRendered for State {
    fn from_rendered(value: Value) -> Result<Self, String> {
        let text = plain_text(&value)?;
        Self::from_name(text.expose().trim()).ok_or_else(|| format!("there are {}", Self::NAMES.join(", ")))
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::NAMES })
    }
}

impl<T: FromRendered> FromRendered for Vec<T> {
    fn from_rendered(value: Value) -> Result<Self, String> {
        match opened(value, "list")? {
            Value::Null => Ok(Self::new()),
            Value::List(items) => items.iter().cloned().map(T::from_entry).collect(),
            Value::Secret(inner) => match &*inner {
                Value::List(items) => {
                    items.iter().map(|item| T::from_rendered(item.clone().into_secret())).collect()
                }
                _ => Err("it is no list".to_owned()),
            },
            _ => Err("it is no list".to_owned()),
        }
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": T::schema(generator) })
    }
}

fn entries(value: Value) -> Result<Map, String> {
    match opened(value, "map")? {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(Arc::unwrap_or_clone(map)),
        Value::Secret(inner) => match &*inner {
            Value::Map(map) => {
                Ok(map.iter().map(|(key, value)| (key.clone(), value.clone().into_secret())).collect())
            }
            _ => Err("it is no map".to_owned()),
        },
        _ => Err("it is no map".to_owned()),
    }
}

impl FromRendered for Map {
    fn from_rendered(value: Value) -> Result<Self, String> {
        entries(value)
    }

    fn schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

impl<T: FromRendered> FromRendered for BTreeMap<String, T> {
    fn from_rendered(value: Value) -> Result<Self, String> {
        entries(value)?
            .into_iter()
            .map(|(key, value)| Ok((key.to_string(), T::from_rendered(value)?)))
            .collect()
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": T::schema(generator) })
    }
}
