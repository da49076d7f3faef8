//! What answers look like, as pure functions of what is kept.

pub(crate) mod audit;
pub(crate) mod diagnostics;
pub(crate) mod difference;
pub(crate) mod file;
pub(crate) mod flow;
pub(crate) mod graph;
pub(crate) mod key;
pub(crate) mod language;
pub(crate) mod log;
pub(crate) mod metric;
pub(crate) mod namespace;
pub(crate) mod plugin;
pub(crate) mod reopened;
pub(crate) mod secret;
pub(crate) mod template;
pub(crate) mod tree;
pub(crate) mod trigger;
pub(crate) mod validation;
pub(crate) mod why;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::{Millis, Value};
use serde_json::Value as Json;

/// Bytes that a value may have as JSON.
const BYTES_MAX: usize = 64 << 20;

/// A moment, always with the same number of digits.
pub(crate) fn moment(at: Millis) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or_default();
    format!("{at:.3}")
}

/// A count, as far as such a number is exact.
#[expect(clippy::cast_precision_loss, reason = "a chart of so many things may be wrong by one")]
pub(crate) const fn count(number: u64) -> f64 {
    number as f64
}

/// Milliseconds as seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "no stretch of time here lasts for as long as this counts exactly"
)]
pub(crate) const fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

/// A value as JSON; what is secret is stars. A number that is too large for one is a text.
pub(crate) fn value(value: &Value) -> Json {
    let Ok(text) = plain::to_json(value, &TimeZone::UTC, true, BYTES_MAX) else { return Json::Null };
    serde_json::from_str(text.expose()).unwrap_or_else(|_| match value {
        Value::List(items) => items.iter().map(self::value).collect(),
        Value::Map(map) => map.iter().map(|(key, item)| (key.to_string(), self::value(item))).collect(),
        _ => Json::from(text.expose()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_too_large_costs_no_other_value() {
        let row = plain::from_ion("{a:[1,1d500],b:{c:1.50}}", 1).unwrap();
        assert_eq!(value(&row[0]).to_string(), r#"{"a":[1,"1E+500"],"b":{"c":1.5}}"#);
    }
}
