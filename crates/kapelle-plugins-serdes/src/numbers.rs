//! Numbers of rows: what they are exactly, and which values are the same.

use bigdecimal::BigDecimal;
use kapelle_model::Value;

/// Digits that a calculated number may have.
pub(crate) const DIGITS_MAX: u64 = 1_000;

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
