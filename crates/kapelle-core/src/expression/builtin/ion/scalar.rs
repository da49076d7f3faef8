//! Numbers and timestamps of Ion, and the dates that Kestra marks with annotations.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use kapelle_model::Value;
use num_bigint::BigInt;

/// Digits of a number, and of the exponent of a decimal; more would take long to convert or print.
const DIGITS_MAX: usize = 1_000;

/// What a value means by its annotation. Kestra writes dates that way; other annotations mean nothing here.
pub(super) fn annotated(annotation: &str, value: Value) -> Value {
    let Value::Str(text) = &value else { return value };
    let text = text.expose();
    let date = match annotation {
        "Instant" => text.parse().ok().map(Value::Instant),
        "ZonedDateTime" | "OffsetDateTime" => zoned(text).map(|moment| Value::Zoned(Arc::new(moment))),
        "LocalDateTime" => text.parse().ok().map(Value::LocalDateTime),
        "LocalDate" => text.parse().ok().map(Value::LocalDate),
        "LocalTime" => text.parse().ok().map(Value::LocalTime),
        "Duration" => text.parse().ok().map(Value::Duration),
        _ => None,
    };
    date.unwrap_or(value)
}

fn zoned(text: &str) -> Option<Zoned> {
    if text.ends_with(']') {
        return text.parse().ok();
    }
    let pieces = Pieces::parse(text).ok()?;
    let moment = pieces.date().to_datetime(pieces.time()?);
    moment.to_zoned(TimeZone::fixed(pieces.to_numeric_offset()?)).ok()
}

/// A number or a timestamp.
pub(super) fn number(written: &str) -> Result<Value, String> {
    let wrong = || format!("`{}` is no number", crate::expression::form::short(written));
    let bytes = written.as_bytes();
    if bytes.len() > 4 && bytes[..4].iter().all(u8::is_ascii_digit) && matches!(bytes[4], b'-' | b'T') {
        return timestamp(written).ok_or_else(|| format!("`{written}` is no timestamp"));
    }
    if written.len() > DIGITS_MAX {
        return Err(format!("a number has more than {DIGITS_MAX} digits"));
    }
    if written.ends_with('_') || written.contains("__") || written.contains([':']) {
        return Err(wrong());
    }
    let digits = written.replace('_', "");
    let unsigned = digits.trim_start_matches('-');
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2)] {
        if let Some(rest) = unsigned.strip_prefix(prefix) {
            let number = BigInt::parse_bytes(rest.as_bytes(), radix).ok_or_else(wrong)?;
            return Ok(integer(if digits.starts_with('-') { -number } else { number }));
        }
    }
    if digits.contains(['e', 'E']) {
        return digits.parse().map(Value::Float).map_err(|_| wrong());
    }
    if digits.contains(['.', 'd', 'D']) {
        let (mantissa, exponent) = digits.split_once(['d', 'D']).unwrap_or((&digits, "0"));
        let exponent: i64 = exponent.parse().map_err(|_| wrong())?;
        if exponent.unsigned_abs() > DIGITS_MAX as u64 {
            return Err(format!("the exponent of `{written}` is larger than {DIGITS_MAX}"));
        }
        let mantissa: BigDecimal = mantissa.trim_end_matches('.').parse().map_err(|_| wrong())?;
        let (unscaled, scale) = mantissa.into_bigint_and_exponent();
        return Ok(Value::Decimal(Arc::new(BigDecimal::new(unscaled, scale - exponent))));
    }
    digits.parse::<BigInt>().map(integer).map_err(|_| wrong())
}

pub(super) fn integer(number: BigInt) -> Value {
    i64::try_from(&number).map_or_else(|_| Value::BigInt(Arc::new(number)), Value::Int)
}

/// `2024T`, `2024-04T`, `2024-04-21`, `2024-04-21T23:00Z`, `2024-04-21T23:00:00.000+02:00`. What is not said is the first;
/// without a time it is a date.
fn timestamp(written: &str) -> Option<Value> {
    let (date, time) = written.split_once('T').unwrap_or((written, ""));
    let mut parts = date.split('-').map(str::parse::<i16>);
    let mut part = || parts.next().unwrap_or(Ok(1)).ok();
    let (year, month, day) = (part()?, part()?, part()?);
    let date = jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    if parts.next().is_some() {
        return None;
    }
    if time.is_empty() {
        return Some(Value::LocalDate(date));
    }
    let pieces = Pieces::parse(written).ok()?;
    moment(date.to_datetime(pieces.time()?), pieces.to_numeric_offset()?).map(Value::Instant)
}

pub(super) fn moment(local: DateTime, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(local).ok()
}
