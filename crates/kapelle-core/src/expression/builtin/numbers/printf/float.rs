//! The conversions of floats and decimals: `%f`, `%e`, `%g`, `%a`.

#![expect(clippy::cast_possible_wrap, reason = "counts of digits are far below the end of integers")]

use kapelle_model::Value;

use super::mismatch;
use super::specifier::{Flag, Specifier};
use crate::expression::builtin::numbers::digits::{Decimal, Middle, Number};
use crate::expression::error::Outcome;

const PRECISION: usize = 6;

pub(super) fn float(specifier: &Specifier<'_>, argument: &Value) -> Outcome<String> {
    let help =
        "it takes floats: add `* 1.0` to an integer, or use `%d`; for texts use `%s` or the filter `number`";
    let number = match argument {
        Value::Float(_) | Value::Float32(_) => Decimal::of(argument, 1)?,
        Value::Decimal(_) if specifier.conversion != 'a' => Decimal::of(argument, 1)?,
        _ => None,
    };
    let number = match number {
        None => return Err(mismatch(specifier, argument, help)),
        Some(Number::Undefined) => return Ok(specifier.padded("NaN")),
        Some(Number::Infinite { is_negative }) => return Ok(specifier.infinite(is_negative)),
        Some(Number::Finite(number)) => number,
    };
    let is_negative = number.is_negative;
    let digits = match specifier.conversion {
        'f' => specifier.grouped(&fixed(number, specifier.precision.unwrap_or(PRECISION))),
        'e' => scientific(number, specifier.precision.unwrap_or(PRECISION)),
        'g' => specifier.grouped(&general(number, specifier.precision.unwrap_or(PRECISION).max(1))),
        _ => match (argument, specifier.precision) {
            (Value::Float(number), None) => hexadecimal(*number),
            (Value::Float32(number), None) => hexadecimal(f64::from(*number)),
            _ => return Err(specifier.error("is supported without a precision only")),
        },
    };
    let has_point = digits.contains('.');
    let digits = match digits.split_once('e') {
        _ if has_point || !specifier.has(Flag::Alternate) => digits,
        Some((mantissa, exponent)) => format!("{mantissa}.e{exponent}"),
        None => digits + ".",
    };
    Ok(specifier.numeric(is_negative, &digits))
}

impl Specifier<'_> {
    /// Never with zeros before it.
    fn infinite(&self, is_negative: bool) -> String {
        self.padded(match is_negative {
            true if self.has(Flag::Parentheses) => "(Infinity)",
            true => "-Infinity",
            false if self.has(Flag::Plus) => "+Infinity",
            false if self.has(Flag::Blank) => " Infinity",
            false => "Infinity",
        })
    }
}

/// `123.450`
fn fixed(mut number: Decimal, precision: usize) -> String {
    number.round_fraction(precision, Middle::Up);
    let digit = |at: i64| digit(&number, at);
    let mut text: String = (0..number.point.max(0)).map(digit).collect();
    if text.is_empty() {
        text.push('0');
    }
    if precision > 0 {
        text.push('.');
        text.extend((0..precision as i64).map(|index| digit(number.point + index)));
    }
    text
}

/// `1.234500e+02`
fn scientific(mut number: Decimal, precision: usize) -> String {
    number.round(precision as i64 + 1, Middle::Up);
    let exponent = if number.is_zero() { 0 } else { number.point - 1 };
    let mut text = String::from(digit(&number, 0));
    if precision > 0 {
        text.push('.');
        text.extend((1..=precision as i64).map(|at| digit(&number, at)));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    text + &format!("e{sign}{:02}", exponent.unsigned_abs())
}

/// So many digits, with an exponent where the number is very small or has more digits before its point.
fn general(mut number: Decimal, precision: usize) -> String {
    number.round(precision as i64, Middle::Up);
    if number.is_zero() {
        return fixed(number, precision - 1);
    }
    let exponent = number.point - 1;
    if exponent < -4 || exponent >= precision as i64 {
        return scientific(number, precision - 1);
    }
    let fraction = usize::try_from(precision as i64 - number.point).unwrap_or(0);
    fixed(number, fraction)
}

fn digit(number: &Decimal, at: i64) -> char {
    let digit = usize::try_from(at).ok().and_then(|at| number.digits.get(at));
    char::from(b'0' + digit.copied().unwrap_or(0))
}

/// `Double.toHexString`, without the sign.
fn hexadecimal(number: f64) -> String {
    const FRACTION_BITS: u32 = 52;
    let bits = number.to_bits();
    let fraction = format!("{:013x}", bits & ((1 << FRACTION_BITS) - 1));
    let fraction = fraction.trim_end_matches('0');
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    match (bits >> FRACTION_BITS) & 0x7ff {
        0 if fraction == "0" => "0x0.0p0".to_owned(),
        0 => format!("0x0.{fraction}p-1022"),
        exponent => format!("0x1.{fraction}p{}", exponent.cast_signed() - 1023),
    }
}
