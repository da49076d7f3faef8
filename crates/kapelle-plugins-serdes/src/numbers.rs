//! Numbers of rows: what they are exactly, and which values are the same.

use bigdecimal::BigDecimal;
use kapelle_model::Value;

/// Digits that a calculated number may have.
pub(crate) const DIGITS_MAX: u64 = 1_000;

/// Bits of as many digits.
const BITS_MAX: u64 = DIGITS_MAX * 10 / 3;

/// A number that can be worked with: it has not too many digits, before the point or behind it.
pub(crate) fn bounded(number: BigDecimal) -> Result<BigDecimal, String> {
    let (digits, scale) = number.as_bigint_and_scale();
    if digits.bits() > BITS_MAX || scale.unsigned_abs() > DIGITS_MAX {
        return Err(format!("a number has more than {DIGITS_MAX} digits"));
    }
    drop(digits);
    Ok(number)
}

/// The exact number; of a float, the shortest one that is read as it.
pub(crate) fn decimal(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::BigInt(number) => Some(BigDecimal::from((**number).clone())),
        Value::Decimal(number) => Some((**number).clone()),
        Value::Float(number) => number.to_string().parse().ok(),
        Value::Float32(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// Numbers are the same if they are equally large, whatever their kind.
pub(crate) fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right.iter()).all(|(left, right)| is_equal(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, item)| right.get(key).is_some_and(|other| is_equal(item, other)))
        }
        _ => match (decimal(left), decimal(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}
