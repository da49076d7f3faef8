//! Arithmetic of `java.math.BigDecimal`, whose results differ in the zeros at their ends from those of other libraries.
//!
//! A number is its digits and its scale: how many of them are the fraction. Sums have the larger scale, products the sum
//! of both, quotients the difference as far as it is exact.

use bigdecimal::BigDecimal;
use num_bigint::{BigInt, BigUint};

use crate::expression::error::{Error, Outcome};

use super::arithmetic::Calculation;

/// The digits of `MathContext.DECIMAL128`.
const DIGITS: u32 = 34;

/// Operands come from 64-bit floats, so none is larger than this.
const SCALE_MAX: i64 = 2_000;

type Parts = (BigInt, i64);

pub(super) fn calculate(
    left: &BigDecimal,
    right: &BigDecimal,
    calculation: Calculation,
) -> Outcome<BigDecimal> {
    let (left_parts, right_parts) = (left.as_bigint_and_exponent(), right.as_bigint_and_exponent());
    let is_zero = right_parts.0 == BigInt::ZERO;
    let sign = calculation.sign();
    let result = match calculation {
        Calculation::Divide | Calculation::Remainder if is_zero => {
            return Err(Error::wrong_type(format!("{left} {sign} 0: division by zero")));
        }
        Calculation::Plus => {
            aligned(&left_parts, &right_parts).map(|(left, right, scale)| (left + right, scale))
        }
        Calculation::Minus => {
            aligned(&left_parts, &right_parts).map(|(left, right, scale)| (left - right, scale))
        }
        Calculation::Times => {
            Some(rounded((left_parts.0 * right_parts.0, left_parts.1.saturating_add(right_parts.1))))
        }
        Calculation::Divide => quotient(&left_parts, &right_parts),
        Calculation::Remainder => remainder(&left_parts, &right_parts),
    };
    let (digits, scale) = result
        .ok_or_else(|| Error::wrong_type(format!("{left} {sign} {right} has more than {DIGITS} digits")))?;
    Ok(BigDecimal::new(digits, scale))
}

fn power(exponent: i64) -> Option<BigInt> {
    let exponent = u32::try_from(exponent).ok().filter(|exponent| i64::from(*exponent) <= 2 * SCALE_MAX)?;
    Some(BigInt::from(10u8).pow(exponent))
}

/// Both with the larger scale.
fn aligned(left: &Parts, right: &Parts) -> Option<(BigInt, BigInt, i64)> {
    let scale = left.1.max(right.1);
    let raised = |parts: &Parts| Some(&parts.0 * power(scale - parts.1)?);
    Some((raised(left)?, raised(right)?, scale))
}

fn digits_of(number: &BigUint) -> u32 {
    if *number == BigUint::ZERO { 1 } else { u32::try_from(number.to_string().len()).unwrap_or(u32::MAX) }
}

/// At most 34 digits, half of the last one rounded to the even neighbour.
fn rounded((digits, scale): Parts) -> Parts {
    let count = digits_of(digits.magnitude());
    let Some(surplus) = count.checked_sub(DIGITS).filter(|surplus| *surplus > 0) else {
        return (digits, scale);
    };
    let unit = BigUint::from(10u8).pow(surplus);
    let (mut kept, lost) = (digits.magnitude() / &unit, digits.magnitude() % &unit);
    let twice = lost * 2u8;
    if twice > unit || (twice == unit && kept.bit(0)) {
        kept += 1u8;
    }
    let parts = (BigInt::from_biguint(digits.sign(), kept), scale - i64::from(surplus));
    // All nines have become one digit more.
    if digits_of(parts.0.magnitude()) > DIGITS { rounded(parts) } else { parts }
}

/// Without zeros at the end, as long as the scale stays above the wanted one.
fn stripped((mut digits, mut scale): Parts, wanted: i64) -> Parts {
    let ten = BigInt::from(10u8);
    while scale > wanted && &digits % &ten == BigInt::ZERO {
        digits /= &ten;
        scale -= 1;
    }
    (digits, scale)
}

fn quotient(left: &Parts, right: &Parts) -> Option<Parts> {
    let wanted = left.1 - right.1;
    if left.0 == BigInt::ZERO {
        return Some((BigInt::ZERO, wanted));
    }
    let (left_count, right_count) = (digits_of(left.0.magnitude()), digits_of(right.0.magnitude()));
    // Enough digits that rounding sees more than it keeps.
    let more = i64::from(DIGITS) + 3 + i64::from(right_count) - i64::from(left_count);
    let (raised, scale) =
        if more > 0 { (&left.0 * power(more)?, wanted + more) } else { (left.0.clone(), wanted) };
    let (mut digits, rest) = (&raised / &right.0, &raised % &right.0);
    if rest == BigInt::ZERO {
        let exact = stripped((digits, scale), wanted);
        return Some(if digits_of(exact.0.magnitude()) > DIGITS { rounded(exact) } else { exact });
    }
    // A last digit that tells that something follows, so that no half is taken for exact.
    let is_negative =
        (left.0.sign() == num_bigint::Sign::Minus) != (right.0.sign() == num_bigint::Sign::Minus);
    digits = digits * 10u8 + if is_negative { -1 } else { 1 };
    Some(rounded((digits, scale + 1)))
}

fn remainder(left: &Parts, right: &Parts) -> Option<Parts> {
    let wanted = left.1 - right.1;
    let (dividend, divisor, _) = aligned(left, right)?;
    let whole = &dividend / &divisor;
    let times = if whole == BigInt::ZERO {
        (whole, wanted)
    } else if wanted < 0 {
        stripped((whole, 0), wanted)
    } else {
        let room = i64::from(DIGITS) - i64::from(digits_of(whole.magnitude()));
        let more = wanted.min(room.max(0));
        (whole * power(more)?, more)
    };
    if digits_of(times.0.magnitude()) > DIGITS {
        return None;
    }
    let product = (times.0 * &right.0, times.1 + right.1);
    let (left, product, scale) = aligned(left, &product)?;
    Some((left - product, scale))
}
