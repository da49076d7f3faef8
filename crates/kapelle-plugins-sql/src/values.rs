//! Values of flows as databases take them.

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::Value;

/// Bytes of one value.
pub(crate) const VALUE_BYTES_MAX: usize = 256 << 20;

/// A value as text that every database reads: dates in their ISO form, lists and maps as JSON. Bytes are no text.
pub(crate) fn text(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::BigInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Float32(number) => number.to_string(),
        Value::Decimal(number) => number.to_plain_string(),
        Value::Str(text) => text.expose().to_owned(),
        Value::Instant(moment) => moment.strftime("%Y-%m-%d %H:%M:%S%.f+00:00").to_string(),
        Value::Zoned(moment) => moment.strftime("%Y-%m-%d %H:%M:%S%.f%:z").to_string(),
        Value::LocalDateTime(moment) => moment.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
        Value::LocalDate(date) => date.to_string(),
        Value::LocalTime(time) => time.to_string(),
        Value::Duration(duration) => duration.to_string(),
        Value::List(_) | Value::Map(_) => plain::to_json(value, &TimeZone::UTC, false, VALUE_BYTES_MAX)
            .map_err(|error| error.text())?
            .expose()
            .to_owned(),
        Value::Secret(inner) => text(inner)?,
        Value::Bytes(_) => return Err("is bytes, and text is needed".to_owned()),
    })
}

/// Bytes as digits in base 16.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |digit: u8| char::from(DIGITS[usize::from(digit)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A local date and time, or a date alone at its first moment, as databases write them.
pub(crate) fn date_time(text: &str) -> Option<jiff::civil::DateTime> {
    text.trim().replacen(' ', "T", 1).parse().ok()
}
