//! The conversions of integers: `%d`, `%o`, `%x`.

use kapelle_model::Value;
use num_bigint::Sign;

use super::mismatch;
use super::specifier::{Flag, Specifier};
use crate::expression::error::Outcome;

pub(super) fn integer(specifier: &Specifier<'_>, argument: &Value) -> Outcome<String> {
    let (is_negative, digits) = match (specifier.conversion, argument) {
        ('d', Value::Int(number)) => (*number < 0, number.unsigned_abs().to_string()),
        ('d', Value::BigInt(number)) => (number.sign() == Sign::Minus, number.magnitude().to_string()),
        // Of 64 bits the two's complement is shown.
        ('o', Value::Int(number)) => (false, format!("{number:o}")),
        ('x', Value::Int(number)) => (false, format!("{number:x}")),
        ('o', Value::BigInt(number)) => (number.sign() == Sign::Minus, number.magnitude().to_str_radix(8)),
        ('x', Value::BigInt(number)) => (number.sign() == Sign::Minus, number.magnitude().to_str_radix(16)),
        _ => {
            return Err(mismatch(
                specifier,
                argument,
                "it takes integers: use `%s` for texts, `%f` for floats, or the filter `number`",
            ));
        }
    };
    if specifier.conversion == 'd' {
        return Ok(specifier.numeric(is_negative, &specifier.grouped(&digits)));
    }
    if matches!(argument, Value::Int(_))
        && [Flag::Plus, Flag::Blank, Flag::Parentheses].into_iter().any(|flag| specifier.has(flag))
    {
        return Err(specifier.error("takes no flag for signs"));
    }
    let prefix = match (specifier.has(Flag::Alternate), specifier.conversion) {
        (false, _) => "",
        (true, 'o') => "0",
        (true, _) => "0x",
    };
    // The zeros stand between the prefix and the digits.
    let sign = usize::from(is_negative || specifier.has(Flag::Plus) || specifier.has(Flag::Blank));
    let length = sign + prefix.len() + digits.len();
    let zeros =
        if specifier.has(Flag::Zero) { specifier.width.unwrap_or(0).saturating_sub(length) } else { 0 };
    Ok(specifier.numeric(is_negative, &format!("{prefix}{}{digits}", "0".repeat(zeros))))
}
