//! Between the values of expressions and the JSON that providers speak.

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::{Failure, Value};
use serde_json::Value as Json;

/// Bytes of a value as JSON.
const JSON_MAX: usize = 16 << 20;

/// A value as it is sent; its secrets too.
pub(crate) fn json(value: &Value) -> Result<Json, Failure> {
    let text =
        plain::to_json(value, &TimeZone::UTC, false, JSON_MAX).map_err(|error| Failure::new(error.text()))?;
    serde_json::from_str(text.expose()).map_err(|error| Failure::new(error.to_string()))
}

/// What came in, as a value.
pub(crate) fn value(json: &Json) -> Value {
    plain::from_json(&json.to_string()).unwrap_or_default()
}
