//! What values of records are as numbers, booleans, moments and texts, and how they compare.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::time::date;
use kapelle_model::Value;
use kapelle_plugin::ion::ROW_BYTES_MAX;
use num_bigint::BigInt;

use crate::numbers::{self, DIGITS_MAX, bounded};

/// What a value is, for people.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Int(_)
        | Value::BigInt(_)
        | Value::Float(_)
        | Value::Float32(_)
        | Value::Decimal(_)
        | Value::Duration(_) => "a number",
        Value::Str(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Instant(_)
        | Value::Zoned(_)
        | Value::LocalDateTime(_)
        | Value::LocalDate(_)
        | Value::LocalTime(_) => "a date or time",
        Value::Bytes(_) => "bytes",
        Value::Secret(_) => "a secret",
    }
}

/// That a value is not what is needed.
pub(super) fn unfit(value: &Value, wanted: &str) -> String {
    let shown = plain::start_of_json(value, &TimeZone::UTC, true, 60);
    format!("{wanted} is expected, and `{shown}` is {}", kind_of(value))
}

/// A number, or a text that is one.
pub(super) fn decimal_of(value: &Value) -> Result<BigDecimal, String> {
    let number = match value {
        Value::Str(text) => {
            return decimal_from(text.expose().trim()).ok_or_else(|| unfit(value, "a number"));
        }
        other => numbers::decimal(other).ok_or_else(|| unfit(value, "a number"))?,
    };
    bounded(number)
}

/// The number that a text is, if it is one that can be worked with.
pub(super) fn decimal_from(text: &str) -> Option<BigDecimal> {
    let is_plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.len() > DIGITS_MAX as usize || !text.bytes().all(is_plain) {
        return None;
    }
    // Only a zero may have a large exponent, and none is worth it.
    bounded(text.parse().ok()?).ok()
}

/// A whole number, without cutting anything off.
pub(super) fn integer_of(value: &Value) -> Result<Value, String> {
    let number = decimal_of(value)?;
    if !number.is_integer() {
        return Err(unfit(value, "a whole number"));
    }
    let (whole, _) = number.with_scale(0).into_bigint_and_scale();
    Ok(i64::try_from(&whole).map_or_else(|_| Value::BigInt(whole.into()), Value::Int))
}

pub(super) fn boolean_of(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::Str(text) if text.expose().eq_ignore_ascii_case("true") => Ok(true),
        Value::Str(text) if text.expose().eq_ignore_ascii_case("false") => Ok(false),
        other => Err(unfit(other, "true or false")),
    }
}

/// A moment, or a text that is one. What has no zone is meant in UTC, a date without a time its beginning.
pub(super) fn moment_of(value: &Value) -> Result<Timestamp, String> {
    let in_utc = |local: jiff::civil::DateTime| {
        local.to_zoned(TimeZone::UTC).map(|moment| moment.timestamp()).map_err(|_| unfit(value, "a moment"))
    };
    match value {
        Value::Instant(moment) => Ok(*moment),
        Value::Zoned(moment) => Ok(moment.timestamp()),
        Value::LocalDateTime(moment) => in_utc(*moment),
        Value::LocalDate(day) => in_utc(day.to_datetime(jiff::civil::Time::midnight())),
        Value::Str(text) => date::instant(text.expose().trim())
            .map_err(|_| unfit(value, "a moment such as 2026-05-06T07:08:09Z")),
        other => Err(unfit(other, "a moment")),
    }
}

fn is_moment(value: &Value) -> bool {
    matches!(value, Value::Instant(_) | Value::Zoned(_) | Value::LocalDateTime(_) | Value::LocalDate(_))
}

/// The text of a value; of lists and maps, as they stand in a file.
pub(super) fn text_of(value: &Value) -> Result<String, String> {
    let too_long = |_| format!("a text has more than {} MB", ROW_BYTES_MAX >> 20);
    let text = match value {
        Value::Decimal(number) => return Ok(number.to_plain_string()),
        Value::List(_) | Value::Map(_) | Value::Bytes(_) => plain::to_ion(value, ROW_BYTES_MAX),
        other => kapelle_core::property::text_of(other),
    };
    Ok(text.map_err(too_long)?.expose().to_owned())
}

/// Which of two values comes first: numbers, texts, moments and booleans compare with their like, and a text that is
/// a number or a moment with numbers or moments.
pub(super) fn order(left: &Value, right: &Value) -> Result<Ordering, String> {
    Ok(match (left, right) {
        (Value::Str(left), Value::Str(right)) => {
            left.expose().encode_utf16().cmp(right.expose().encode_utf16())
        }
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::LocalTime(left), Value::LocalTime(right)) => left.cmp(right),
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        _ if is_moment(left) || is_moment(right) => moment_of(left)?.cmp(&moment_of(right)?),
        _ => decimal_of(left)?.cmp(&decimal_of(right)?),
    })
}

/// Whether two values are the same; nothing is the same as nothing only.
pub(super) fn is_same(left: &Value, right: &Value) -> bool {
    if is_moment(left) || is_moment(right) {
        return match (moment_of(left), moment_of(right)) {
            (Ok(left), Ok(right)) => left == right,
            _ => false,
        };
    }
    numbers::is_equal(left, right)
}

/// Digits behind the point that a quotient keeps.
const QUOTIENT_DIGITS: u64 = 10;

/// A quotient, rounded half up to ten digits behind the point and without zeros at its end; nothing where the divisor is
/// zero.
pub(super) fn quotient(left: &BigDecimal, right: &BigDecimal) -> Option<BigDecimal> {
    let (left, left_scale) = left.as_bigint_and_scale();
    let (right, right_scale) = right.as_bigint_and_scale();
    if *right == BigInt::ZERO {
        return None;
    }
    let power = right_scale - left_scale + QUOTIENT_DIGITS as i64;
    let ten = BigInt::from(10).pow(power.unsigned_abs() as u32);
    let (above, below) = if power >= 0 {
        (left.into_owned() * ten, right.into_owned())
    } else {
        (left.into_owned(), right.into_owned() * ten)
    };
    let is_negative = (above.sign() == num_bigint::Sign::Minus) != (below.sign() == num_bigint::Sign::Minus);
    let (above, below) = (above.magnitude(), below.magnitude());
    let rounded = BigInt::from((above * 2u8 + below) / (below * 2u8));
    let rounded = if is_negative { -rounded } else { rounded };
    let number = BigDecimal::new(rounded, QUOTIENT_DIGITS as i64).normalized();
    Some(if number.fractional_digit_count() < 0 { number.with_scale(0) } else { number })
}

/// About how many bytes a value takes.
pub(super) fn weight(value: &Value) -> usize {
    const EACH: usize = 32;
    EACH + match value {
        Value::Str(text) => text.expose().len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::BigInt(_) | Value::Decimal(_) => EACH,
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(map) => map.iter().map(|(name, item)| name.len() + weight(item)).sum(),
        Value::Secret(inner) => weight(inner),
        _ => 0,
    }
}
