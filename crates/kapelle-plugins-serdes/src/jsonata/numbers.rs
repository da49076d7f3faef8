//! Numbers: whole ones and decimals stay exact, floats are floats.

use std::cmp::Ordering;
use std::sync::Arc;

use bigdecimal::{BigDecimal, ToPrimitive};
use kapelle_model::Value;

use super::tree::Operator;
use crate::numbers::{DIGITS_MAX, decimal};

pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Float32(number) => Some(f64::from(*number)),
        other => decimal(other)?.to_f64(),
    }
}

/// A number: whole if it is, and short enough.
pub(super) fn from_decimal(number: BigDecimal) -> Value {
    match number.is_integer().then(|| number.to_i64()).flatten() {
        Some(whole) => Value::Int(whole),
        None => Value::Decimal(Arc::new(number)),
    }
}

pub(super) fn from_float(number: f64) -> Result<Value, String> {
    if !number.is_finite() {
        return Err("the number is too large, or none at all".to_owned());
    }
    #[expect(clippy::float_cmp, reason = "whole numbers are exact")]
    let is_whole = number.trunc() == number && number.abs() < 9e15;
    Ok(if is_whole { Value::Int(number as i64) } else { Value::Float(number) })
}

pub(super) fn calculate(operator: Operator, left: &Value, right: &Value) -> Result<Value, String> {
    let is_float = |value: &Value| matches!(value, Value::Float(_) | Value::Float32(_));
    let wrong = || "both sides of an arithmetic operator have to be numbers".to_owned();
    if let (Value::Int(left), Value::Int(right)) = (left, right) {
        let exact = match operator {
            Operator::Add => left.checked_add(*right),
            Operator::Subtract => left.checked_sub(*right),
            Operator::Multiply => left.checked_mul(*right),
            Operator::Remainder => left.checked_rem(*right),
            _ if left.checked_rem(*right) == Some(0) => left.checked_div(*right),
            _ => None,
        };
        if let Some(number) = exact {
            return Ok(Value::Int(number));
        }
    }
    if is_float(left) || is_float(right) || matches!(operator, Operator::Divide | Operator::Remainder) {
        let (left, right) = (float(left).ok_or_else(wrong)?, float(right).ok_or_else(wrong)?);
        return from_float(match operator {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Remainder => left % right,
            _ => left / right,
        });
    }
    let (left, right) = (decimal(left).ok_or_else(wrong)?, decimal(right).ok_or_else(wrong)?);
    if left.digits() + right.digits() > DIGITS_MAX {
        return Err(format!("a number would have more than {DIGITS_MAX} digits"));
    }
    Ok(from_decimal(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        _ => left * right,
    }))
}

/// Numbers against numbers, texts against texts.
pub(super) fn compare(left: &Value, right: &Value) -> Result<Ordering, String> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => Ok(left.expose().cmp(right.expose())),
        _ => match (decimal(left), decimal(right)) {
            (Some(left), Some(right)) => Ok(left.cmp(&right)),
            _ => Err("only two numbers or two texts can be compared".to_owned()),
        },
    }
}
