//! Values of flows as JSON that is sent to services.

use kapelle_core::expression::plain;
use kapelle_model::{Failure, Value as Data};
use serde_json::Value;

/// Bytes of a value that is sent: no service takes more.
const VALUE_MAX: usize = 16 << 20;

/// A value of a flow as JSON, with its secrets: it is sent.
pub fn json_of(value: &Data) -> Result<Value, Failure> {
    serde_json::from_str(&json_text(value)?).map_err(|error| Failure::new(error.to_string()))
}

/// The same as a text.
pub fn json_text(value: &Data) -> Result<String, Failure> {
    let text = plain::to_json(value, &jiff::tz::TimeZone::UTC, false, VALUE_MAX);
    let text = text.map_err(|_| Failure::new(format!("a value has more than {} MB", VALUE_MAX >> 20)))?;
    Ok(text.expose().to_owned())
}
