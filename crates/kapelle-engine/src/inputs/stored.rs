//! The form in which values of inputs and outputs are kept: plain data, as an execution shows it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use kapelle_core::expression::form;
use kapelle_model::{Map, Text, Value};

/// Dates and times become text, durations seconds, floats as wide as JSON has them. Expressions see this form too: it
/// must not matter whether an execution was read back from a store.
pub(crate) fn stored(value: &Value) -> Value {
    match value {
        Value::Instant(moment) => Value::Str(Text::from(instant(*moment))),
        Value::Zoned(moment) => Value::Str(Text::from(form::iso_offset_full(moment))),
        Value::LocalDateTime(moment) => Value::Str(Text::from(form::iso_date_time_full(*moment))),
        Value::LocalDate(date) => Value::Str(Text::from(date.to_string())),
        Value::LocalTime(time) => Value::Str(Text::from(time.to_string())),
        Value::Duration(duration) => Value::Float(duration.as_secs_f64()),
        Value::Float32(number) => Value::Float(widened(*number)),
        Value::List(items) => Value::List(Arc::new(items.iter().map(stored).collect())),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (Arc::clone(key), stored(value)));
            Value::Map(Arc::new(entries.collect::<Map>()))
        }
        Value::Secret(inner) => stored(inner).into_secret(),
        other => other.clone(),
    }
}

/// Always with microseconds.
fn instant(moment: Timestamp) -> String {
    let local = Offset::UTC.to_datetime(moment);
    let time = local.time();
    let micros = time.subsec_nanosecond() / 1000;
    format!("{}T{:02}:{:02}:{:02}.{micros:06}Z", local.date(), time.hour(), time.minute(), time.second())
}

/// The number that the same digits are: 0.1, not 0.10000000149011612.
fn widened(number: f32) -> f64 {
    form::float32_text(number).parse().unwrap_or_else(|_| f64::from(number))
}
