//! Numbers of any kind turned into plain ones as Java's `Number` does it.

use bigdecimal::BigDecimal;
use kapelle_model::Value;
use num_bigint::BigInt;

/// Powers of ten from here on are multiples of 2^64.
const DIGITS_OF_64_BITS: i64 = 64;

/// `Number.longValue`: fractions are cut off, what is too large wraps around (floats stop at the borders).
pub(in crate::expression) fn long_value(value: &Value) -> Option<i64> {
    match value {
        Value::Secret(inner) => long_value(inner),
        Value::Int(number) => Some(*number),
        Value::BigInt(number) => Some(low_bits(number)),
        Value::Float(number) => Some(*number as i64),
        Value::Float32(number) => Some(*number as i64),
        Value::Decimal(number) => Some(low_bits(&whole_part(number))),
        _ => None,
    }
}

/// `Number.doubleValue`
#[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
pub(in crate::expression) fn double_value(value: &Value) -> Option<f64> {
    match value {
        Value::Secret(inner) => double_value(inner),
        Value::Int(number) => Some(*number as f64),
        Value::BigInt(number) => number.to_string().parse().ok(),
        Value::Float(number) => Some(*number),
        Value::Float32(number) => Some(f64::from(*number)),
        Value::Decimal(number) => {
            let (digits, scale) = number.as_bigint_and_scale();
            format!("{digits}e{}", -i128::from(scale)).parse().ok()
        }
        _ => None,
    }
}

/// The lowest 64 bits, as two's complement.
fn low_bits(number: &BigInt) -> i64 {
    let bits = number.iter_u64_digits().next().unwrap_or_default().cast_signed();
    if number.sign() == num_bigint::Sign::Minus { bits.wrapping_neg() } else { bits }
}

/// The part before the point, modulo 2^64. Never makes a number much larger than the one given.
fn whole_part(number: &BigDecimal) -> BigInt {
    let (digits, scale) = number.as_bigint_and_scale();
    let ten = BigInt::from(10);
    match scale {
        0 => digits.into_owned(),
        ..0 if -scale >= DIGITS_OF_64_BITS => BigInt::ZERO,
        ..0 => digits.into_owned() * ten.pow(scale.unsigned_abs() as u32),
        // A decimal digit has more than three bits.
        _ if scale.unsigned_abs() > digits.bits() / 3 + 1 => BigInt::ZERO,
        _ => digits.into_owned() / ten.pow(scale.unsigned_abs() as u32),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn all_numbers_become_long() {
        let decimal = |text: &str| Value::Decimal(Arc::new(text.parse().unwrap()));
        let cases = [
            (Value::Int(-5), -5),
            (Value::BigInt(Arc::new(BigInt::from(u64::MAX) + 3)), 2),
            (Value::BigInt(Arc::new(BigInt::from(-7))), -7),
            (Value::Float(-1.9), -1),
            (Value::Float(1e300), i64::MAX),
            (decimal("123.99"), 123),
            (decimal("-0.5"), 0),
            (decimal("1E+3"), 1000),
            (decimal("1E+900000000"), 0),
            (decimal("1E-900000000"), 0),
        ];
        for (value, expected) in cases {
            assert_eq!(long_value(&value), Some(expected), "{value:?}");
        }
        assert_eq!(long_value(&Value::from("1")), None);
        assert_eq!(double_value(&decimal("1E+900000000")), Some(f64::INFINITY));
        assert_eq!(double_value(&decimal("-1.25")), Some(-1.25));
    }
}
