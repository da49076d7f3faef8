//! Members of `Number`, `Double`, `BigDecimal`.

use std::cmp::Ordering;
use std::sync::Arc;

use kapelle_model::Value;

use super::Arguments;
use crate::expression::error::Outcome;
use crate::expression::numeric::{double_value, long_value};
use crate::expression::order::order;

pub(super) fn plain(value: &Value, name: &str) -> Option<Value> {
    Some(match (name, value) {
        ("longvalue", _) => Value::Int(long_value(value)?),
        ("intvalue", Value::Float(_) | Value::Float32(_)) => {
            Value::Int(long_value(value)?.clamp(i32::MIN.into(), i32::MAX.into()))
        }
        ("intvalue", _) => Value::Int((long_value(value)? as i32).into()),
        ("shortvalue", _) => Value::Int((long_value(value)? as i16).into()),
        ("bytevalue", _) => Value::Int((long_value(value)? as i8).into()),
        ("doublevalue", _) => Value::Float(double_value(value)?),
        ("floatvalue", _) => Value::Float32(double_value(value)? as f32),
        ("isnan", Value::Float(number)) => Value::Bool(number.is_nan()),
        ("isnan", Value::Float32(number)) => Value::Bool(number.is_nan()),
        ("isinfinite", Value::Float(number)) => Value::Bool(number.is_infinite()),
        ("isinfinite", Value::Float32(number)) => Value::Bool(number.is_infinite()),
        ("abs", Value::Decimal(number)) => Value::Decimal(Arc::new(number.abs())),
        ("negate", Value::Decimal(number)) => Value::Decimal(Arc::new(-&**number)),
        ("scale", Value::Decimal(number)) => Value::Int(number.as_bigint_and_scale().1),
        ("precision", Value::Decimal(number)) => Value::Int(i64::try_from(number.digits()).ok()?),
        ("signum", Value::Decimal(_) | Value::BigInt(_)) => Value::Int(sign(order(value, &Value::Int(0))?)),
        _ => return None,
    })
}

pub(super) fn with_arguments(value: &Value, name: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    match (name, arguments.count()) {
        ("compareto", 1) => Some(Ok(Value::Int(sign(order(value, arguments.value(0)?)?)))),
        _ => None,
    }
}

fn sign(order: Ordering) -> i64 {
    match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}
