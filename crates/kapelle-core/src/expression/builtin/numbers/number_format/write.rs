//! Digits laid out by a pattern.

#![expect(clippy::cast_possible_wrap, reason = "counts of digits are far below the end of integers")]

use super::pattern::Pattern;
use crate::expression::builtin::numbers::digits::{Decimal, Middle};

pub(super) fn write(pattern: &Pattern, mut number: Decimal) -> String {
    let digits = match pattern.exponent_min {
        Some(exponent_min) => with_exponent(pattern, &mut number, exponent_min),
        None => plain(pattern, &mut number),
    };
    pattern.framed(&digits, number.is_negative)
}

fn plain(pattern: &Pattern, number: &mut Decimal) -> String {
    number.round_fraction(pattern.fraction_max, Middle::Even);
    let whole = usize::try_from(number.point).unwrap_or(0);
    let count = whole.max(pattern.integer_min);
    let mut text = String::new();
    for left in (0..count).rev() {
        let digit = if left < whole { number.digits.get(whole - 1 - left).copied() } else { None };
        text.push(shown(digit));
        if pattern.group > 0 && left > 0 && left % pattern.group == 0 {
            text.push(',');
        }
    }
    let available = (number.digits.len() as i64).saturating_sub(number.point);
    let available = if number.is_zero() { 0 } else { usize::try_from(available).unwrap_or(0) };
    let fraction = available.clamp(pattern.fraction_min, pattern.fraction_max.max(pattern.fraction_min));
    if text.is_empty() && fraction == 0 {
        text.push('0');
    }
    if fraction > 0 || pattern.has_point_always {
        text.push('.');
    }
    for index in 0..fraction as i64 {
        let digit = usize::try_from(number.point + index).ok().and_then(|index| number.digits.get(index));
        text.push(shown(digit.copied()));
    }
    text
}

fn with_exponent(pattern: &Pattern, number: &mut Decimal, exponent_min: usize) -> String {
    number.round((pattern.integer_max + pattern.fraction_max) as i64, Middle::Even);
    let (repeat, integer_min) = (pattern.integer_max as i64, pattern.integer_min as i64);
    let (exponent, integer_min) = if repeat > 1 && repeat > integer_min {
        // The exponent is a multiple of the digits there may be before the point.
        ((number.point - 1).div_euclid(repeat) * repeat, 1)
    } else {
        (number.point - integer_min, integer_min)
    };
    let exponent = if number.is_zero() { 0 } else { exponent };
    let whole = if number.is_zero() { integer_min } else { number.point - exponent };
    let whole = usize::try_from(whole).unwrap_or(0);
    let total = (pattern.integer_min + pattern.fraction_min).max(whole).max(number.digits.len());
    let mut text = String::new();
    for index in 0..total {
        if index == whole {
            text.push('.');
        }
        text.push(shown(number.digits.get(index).copied()));
    }
    if pattern.has_point_always && total == whole {
        text.push('.');
    }
    let sign = if exponent < 0 { "-" } else { "" };
    text + &format!("E{sign}{:0exponent_min$}", exponent.unsigned_abs())
}

fn shown(digit: Option<u8>) -> char {
    char::from(b'0' + digit.unwrap_or(0))
}
