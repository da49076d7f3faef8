//! Which of two values comes first. A total order within each kind of values, so that it can sort.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use kapelle_model::Value;
use num_bigint::{BigInt, Sign};

/// Integers up to this size are floats without loss.
const EXACT_FLOAT_MAX: u64 = 1 << 53;

/// Orders numbers by value, texts by UTF-16 units, booleans, and dates and times of one kind; `None` for all others.
pub(in crate::expression) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Secret(a), b) => return order(a, b),
        (a, Value::Secret(b)) => return order(a, b),
        (Value::Str(a), Value::Str(b)) => texts(a.expose(), b.expose()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
        (Value::Zoned(a), Value::Zoned(b)) => a.cmp(b).then_with(|| a.datetime().cmp(&b.datetime())),
        (Value::LocalDateTime(a), Value::LocalDateTime(b)) => a.cmp(b),
        (Value::LocalDate(a), Value::LocalDate(b)) => a.cmp(b),
        (Value::LocalTime(a), Value::LocalTime(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        _ => return numbers(a, b),
    })
}

/// The order of UTF-16 units, which puts characters outside of the basic plane before U+E000.
pub(in crate::expression) fn texts(a: &str, b: &str) -> Ordering {
    // The same text is in a list more often than not, and may be long.
    if std::ptr::eq(a, b) { Ordering::Equal } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

fn numbers(a: &Value, b: &Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::BigInt(a), Value::BigInt(b)) => a.cmp(b),
        _ => match (float(a), float(b)) {
            (Some(a), Some(b)) => floats(a, b),
            // What is left differs in kind. The exact values decide, or the order would not be transitive.
            _ => match (exact(a)?, exact(b)?) {
                (Exact::Number(a), Exact::Number(b)) => decimals(&a, &b),
                (Exact::Beyond(a), Exact::Beyond(b)) => a.cmp(&b),
                (Exact::Beyond(a), Exact::Number(_)) => a.cmp(&0),
                (Exact::Number(_), Exact::Beyond(b)) => 0.cmp(&b),
            },
        },
    })
}

/// The number if it is a float, or exactly like one.
#[expect(clippy::cast_precision_loss, reason = "only where there is none")]
fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Float32(number) => Some(f64::from(*number)),
        Value::Int(number) if number.unsigned_abs() <= EXACT_FLOAT_MAX => Some(*number as f64),
        _ => None,
    }
}

/// What is not a number comes last; the two zeros are one.
fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

enum Exact {
    Number(BigDecimal),
    /// Infinite (-1 or 1), or not a number (2).
    Beyond(i8),
}

fn exact(value: &Value) -> Option<Exact> {
    Some(Exact::Number(match value {
        Value::Int(number) => BigDecimal::from(*number),
        Value::BigInt(number) => BigDecimal::from(BigInt::clone(number)),
        Value::Decimal(number) => BigDecimal::clone(number),
        _ => {
            let number = float(value)?;
            match BigDecimal::try_from(number) {
                Ok(number) => number,
                Err(_) if number.is_nan() => return Some(Exact::Beyond(2)),
                Err(_) => return Some(Exact::Beyond(if number > 0.0 { 1 } else { -1 })),
            }
        }
    }))
}

/// Compares without writing out exponents: their size comes from strangers.
fn decimals(a: &BigDecimal, b: &BigDecimal) -> Ordering {
    let sign = |number: &BigDecimal| match number.sign() {
        Sign::Minus => -1,
        Sign::NoSign => 0,
        Sign::Plus => 1,
    };
    let (sign, other) = (sign(a), sign(b));
    if sign != other || sign == 0 {
        return sign.cmp(&other);
    }
    let magnitude =
        |number: &BigDecimal| i128::from(number.digits()) - i128::from(number.as_bigint_and_scale().1);
    let by_magnitude = magnitude(a).cmp(&magnitude(b));
    match by_magnitude {
        Ordering::Equal => a.cmp(b),
        _ if sign < 0 => by_magnitude.reverse(),
        _ => by_magnitude,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn numbers_of_all_kinds_are_in_one_order() {
        let decimal = |text: &str| Value::Decimal(Arc::new(text.parse().unwrap()));
        let ascending = [
            Value::Float(f64::NEG_INFINITY),
            decimal("-1E+900000000"),
            Value::BigInt(Arc::new(BigInt::from(i64::MIN) * 4)),
            Value::Int(i64::MIN),
            Value::Float(-1.5),
            decimal("-1E-900000000"),
            Value::Int(0),
            decimal("0.1"),
            Value::Float(0.1),
            Value::Float32(0.1),
            Value::Int(1),
            Value::Float(9_007_199_254_740_992.0),
            Value::Int(9_007_199_254_740_993),
            Value::Float(f64::INFINITY),
            Value::Float(f64::NAN),
        ];
        for (index, a) in ascending.iter().enumerate() {
            for (other, b) in ascending.iter().enumerate() {
                assert_eq!(order(a, b), Some(index.cmp(&other)), "{a:?} {b:?}");
            }
        }
        assert_eq!(order(&Value::Float(-0.0), &Value::Int(0)), Some(Ordering::Equal));
    }

    #[test]
    fn other_kinds_do_not_mix() {
        assert_eq!(order(&Value::from("\u{e000}"), &Value::from("😀")), Some(Ordering::Greater));
        assert_eq!(order(&Value::from("10"), &Value::from("9").into_secret()), Some(Ordering::Less));
        assert_eq!(order(&Value::from("1"), &Value::Int(1)), None);
        assert_eq!(order(&Value::Null, &Value::Null), None);
        assert_eq!(order(&Value::Bool(false), &Value::Bool(true)), Some(Ordering::Less));
    }
}
