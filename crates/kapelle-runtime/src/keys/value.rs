//! What the document of a key holds: its value with type, description and the mark of what is secret.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::time::{date, duration};
use kapelle_model::{Map, Value};
use kapelle_store::limits::DOCUMENT_MAX;

/// A value with what was said about it.
#[derive(Debug, PartialEq)]
pub(super) struct Read {
    pub(super) value: Value,
    pub(super) description: Option<String>,
}

/// The types that clients see.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "BOOLEAN",
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Float32(_) | Value::Decimal(_) => {
            "NUMBER"
        }
        Value::Instant(_) | Value::Zoned(_) | Value::LocalDateTime(_) => "DATETIME",
        Value::LocalDate(_) => "DATE",
        Value::Duration(_) => "DURATION",
        Value::Null | Value::List(_) | Value::Map(_) => "JSON",
        Value::Str(_) | Value::LocalTime(_) | Value::Bytes(_) => "STRING",
        Value::Secret(inner) => kind(inner),
    }
}

/// The document, or why there is none.
pub(super) fn write(value: &Value, description: Option<&str>) -> Result<Vec<u8>, String> {
    let mut document = Map::new();
    document.insert("type".into(), kind(value).into());
    if value.has_secret() {
        document.insert("secret".into(), Value::Bool(true));
    }
    if let Some(description) = description {
        document.insert("description".into(), description.into());
    }
    document.insert("value".into(), plainly(value));
    let text = plain::to_json(&Value::Map(Arc::new(document)), &TimeZone::UTC, false, DOCUMENT_MAX)
        .map_err(|error| error.text())?;
    Ok(text.expose().as_bytes().to_vec())
}

/// Moments with a zone are moments, and those without one are of UTC.
fn plainly(value: &Value) -> Value {
    match value {
        Value::Zoned(zoned) => Value::Instant(zoned.timestamp()),
        Value::LocalDateTime(local) => match local.to_zoned(TimeZone::UTC) {
            Ok(zoned) => Value::Instant(zoned.timestamp()),
            Err(_) => value.clone(),
        },
        // As a number of seconds it could not be told from a number.
        Value::Duration(duration) => Value::from(duration.to_string().as_str()),
        Value::Secret(inner) => plainly(inner),
        other => other.clone(),
    }
}

pub(super) fn read(data: &[u8]) -> Result<Read, String> {
    let text = std::str::from_utf8(data).map_err(|_| "it is no text".to_owned())?;
    let Value::Map(document) = plain::from_json(text)? else { return Err("it is no map".to_owned()) };
    let word = |name: &str| match document.get(name) {
        Some(Value::Str(text)) => Some(text.expose()),
        _ => None,
    };
    let value = document.get("value").cloned().unwrap_or_default();
    let value = typed(word("type").unwrap_or("JSON"), value)?;
    let is_secret = document.get("secret") == Some(&Value::Bool(true));
    Ok(Read {
        value: if is_secret { value.into_secret() } else { value },
        description: word("description").map(str::to_owned),
    })
}

fn typed(kind: &str, value: Value) -> Result<Value, String> {
    let Value::Str(text) = &value else { return Ok(value) };
    match kind {
        "DATETIME" => date::instant(text.expose()).map(Value::Instant),
        "DATE" => date::date(text.expose()).map(Value::LocalDate),
        "DURATION" => duration::parse(text.expose()).map(Value::Duration),
        _ => Ok(value),
    }
}
