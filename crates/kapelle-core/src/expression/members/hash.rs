//! `Object.hashCode`, where its value is defined.

use kapelle_model::Value;

use crate::expression::numeric::long_value;

/// The hash code of a value; `None` for those whose code nobody could rely on.
pub(in crate::expression) fn hash_code(value: &Value) -> Option<u32> {
    Some(match value {
        Value::Null => 0,
        Value::Bool(true) => 1231,
        Value::Bool(false) => 1237,
        Value::Int(_) => folded(long_value(value)?.cast_unsigned()),
        Value::Float(number) => folded(if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }),
        Value::Float32(number) => number.to_bits(),
        Value::Str(text) => text.expose().encode_utf16().fold(0, |code, unit| next(code, unit.into())),
        Value::List(items) => {
            items.iter().try_fold(1, |code, item| hash_code(item).map(|item| next(code, item)))?
        }
        Value::Map(map) => map.iter().try_fold(0_u32, |code, (key, value)| {
            Some(code.wrapping_add(hash_code(&Value::from(&**key))? ^ hash_code(value)?))
        })?,
        Value::Secret(inner) => hash_code(inner)?,
        _ => return None,
    })
}

fn next(code: u32, item: u32) -> u32 {
    code.wrapping_mul(31).wrapping_add(item)
}

fn folded(bits: u64) -> u32 {
    (bits ^ bits >> 32) as u32
}
