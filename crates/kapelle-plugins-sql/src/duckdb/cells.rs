//! Cells of DuckDB, from their texts and the types of their columns.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::civil::{Time, time};
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::Value;

use super::nested;
use super::types::Type;
use crate::values::date_time;

/// The last moment of a day. The database also knows 24:00.
const LAST: Time = time(23, 59, 59, 999_999_999);

/// A cell as a value of the language. What does not fit its type, such as a date before the year -9999, stays text.
pub(super) fn cell(text: &str, ty: &Type, zone: &TimeZone) -> Value {
    read(text, ty, zone).unwrap_or_else(|| Value::from(text))
}

fn read(text: &str, ty: &Type, zone: &TimeZone) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(text.parse().ok()?),
        Type::Whole => Value::Int(text.parse().ok()?),
        Type::Float => Value::Float32(text.parse().ok()?),
        Type::Double => Value::Float(text.parse().ok()?),
        Type::Decimal => Value::Decimal(Arc::new(text.parse::<BigDecimal>().ok()?)),
        Type::Date => Value::LocalDate(text.parse().ok()?),
        Type::Time => Value::LocalTime(day_time(text)?),
        Type::Moment => Value::Zoned(Arc::new(date_time(text)?.to_zoned(zone.clone()).ok()?)),
        Type::Zoned => {
            let moment: Timestamp = text.replacen(' ', "T", 1).parse().ok()?;
            Value::Zoned(Arc::new(moment.to_zoned(TimeZone::UTC)))
        }
        Type::Blob => Value::Bytes(bytes(text)?.into()),
        Type::Json => plain::from_json(text).ok()?,
        Type::List(_) | Type::Map(..) | Type::Struct(_) => nested::read(text, ty, zone)?,
        Type::Text => Value::from(text),
    })
}

/// A time of the day; its offset, if it has one, has no place in the value.
fn day_time(text: &str) -> Option<Time> {
    if text.starts_with("24:00:00") {
        return Some(LAST);
    }
    text.split(['+', '-']).next()?.parse().ok()
}

/// Bytes, those that are no plain characters as `\x00`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (escape, after) = rest.split_at_checked(3)?;
        let digits = std::str::from_utf8(escape.strip_prefix(b"x")?).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, ty: &str) -> String {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        format!("{:?}", cell(text, &Type::read(ty), &zone))
    }

    #[test]
    fn cells_keep_their_types() {
        for (text, ty, value) in [
            ("true", "BOOLEAN", "Bool(true)"),
            ("-9223372036854775808", "BIGINT", "Int(-9223372036854775808)"),
            ("0.1", "FLOAT", "Float32(0.1)"),
            ("1e+300", "DOUBLE", "Float(1e300)"),
            ("nan", "DOUBLE", "Float(NaN)"),
            ("-inf", "DOUBLE", "Float(-inf)"),
            ("2024-02-29", "DATE", "LocalDate(2024-02-29)"),
            ("12:30:00.5", "TIME", "LocalTime(12:30:00.5)"),
            ("24:00:00", "TIME", "LocalTime(23:59:59.999999999)"),
            ("12:30:00-02:30", "TIME WITH TIME ZONE", "LocalTime(12:30:00)"),
            ("2024-01-01 12:00:00", "TIMESTAMP", "Zoned(2024-01-01T12:00:00+01:00[Europe/Berlin])"),
            ("2024-01-01 12:00:00+00", "TIMESTAMP WITH TIME ZONE", "Zoned(2024-01-01T12:00:00+00:00[UTC])"),
        ] {
            assert_eq!(told(text, ty), value, "{text}");
        }
        let decimal = cell("1.50", &Type::Decimal, &TimeZone::UTC);
        assert_eq!(decimal, Value::Decimal(Arc::new("1.50".parse().unwrap())));
        assert_eq!(
            cell(r"a\x00\xFF\x5C", &Type::Blob, &TimeZone::UTC),
            Value::Bytes(b"a\0\xff\\"[..].into())
        );
        assert_eq!(
            cell(r#"{"a": [1]}"#, &Type::Json, &TimeZone::UTC),
            plain::from_json(r#"{"a": [1]}"#).unwrap()
        );
    }

    #[test]
    fn what_has_no_value_stays_text() {
        for (text, ty) in [
            ("170141183460469231731687303715884105727", "HUGEINT"),
            ("infinity", "DATE"),
            ("0044-03-15 (BC)", "DATE"),
            ("-infinity", "TIMESTAMP"),
            ("1 month 2 days 00:00:03", "INTERVAL"),
            ("a", "ENUM('a', 'b')"),
        ] {
            assert_eq!(cell(text, &Type::read(ty), &TimeZone::UTC), Value::from(text));
        }
    }
}
