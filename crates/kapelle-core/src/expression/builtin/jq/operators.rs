//! Arithmetic and comparison.

use super::meter::{Fallible, Meter, raised};
use super::natives::split_text;
use super::order;
use super::term::Operator;
use super::value::{CELL, Entries, Json};

pub(super) fn apply(operator: Operator, left: &Json, right: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    let ordering = |meter: &mut Meter<'_, '_>| order::compare(left, right, meter);
    match operator {
        Operator::Add => add(left, right, meter),
        Operator::Subtract => subtract(left, right, meter),
        Operator::Multiply => multiply(left, right, meter),
        Operator::Divide => divide(left, right, meter),
        Operator::Remainder => remainder(left, right),
        Operator::Equal => Ok(Json::Bool(ordering(meter)?.is_eq())),
        Operator::NotEqual => Ok(Json::Bool(ordering(meter)?.is_ne())),
        Operator::Less => Ok(Json::Bool(ordering(meter)?.is_lt())),
        Operator::LessOrEqual => Ok(Json::Bool(ordering(meter)?.is_le())),
        Operator::Greater => Ok(Json::Bool(ordering(meter)?.is_gt())),
        Operator::GreaterOrEqual => Ok(Json::Bool(ordering(meter)?.is_ge())),
    }
}

fn refused(left: &Json, right: &Json, what: &str) -> super::meter::Failure {
    raised(format!("{} and {} cannot be {what}", left.shown(), right.shown()))
}

/// Computes with integers as long as they fit, else with floats.
fn arithmetic(
    left: &Json,
    right: &Json,
    whole: fn(i64, i64) -> Option<i64>,
    float: fn(f64, f64) -> f64,
) -> Option<Json> {
    if let (Json::Int(left), Json::Int(right)) = (left, right)
        && let Some(number) = whole(*left, *right)
    {
        return Some(Json::Int(number));
    }
    Some(Json::number(float(left.as_float()?, right.as_float()?)))
}

pub(super) fn add(left: &Json, right: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    match (left, right) {
        (Json::Null, other) | (other, Json::Null) => Ok(other.clone()),
        (Json::Text(left), Json::Text(right)) => {
            meter.bytes(left.len() + right.len())?;
            Ok(Json::text([&**left, &**right].concat()))
        }
        (Json::List(left), Json::List(right)) => {
            meter.bytes((left.items.len() + right.items.len()) * CELL)?;
            Json::list([&left.items[..], &right.items[..]].concat())
        }
        (Json::Map(left), Json::Map(right)) => {
            meter.bytes((left.entries.len() + right.entries.len()) * CELL)?;
            let mut entries = left.entries.clone();
            entries.extend(right.entries.iter().map(|(key, value)| (key.clone(), value.clone())));
            Json::map(entries)
        }
        _ => arithmetic(left, right, i64::checked_add, |left, right| left + right)
            .ok_or_else(|| refused(left, right, "added")),
    }
}

fn subtract(left: &Json, right: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    if let (Json::List(items), Json::List(removed)) = (left, right) {
        let mut kept = Vec::new();
        for item in &items.items {
            let mut is_removed = false;
            for other in &removed.items {
                if order::compare(item, other, meter)?.is_eq() {
                    is_removed = true;
                    break;
                }
            }
            if !is_removed {
                kept.push(item.clone());
            }
        }
        return Json::list(kept);
    }
    arithmetic(left, right, i64::checked_sub, |left, right| left - right)
        .ok_or_else(|| refused(left, right, "subtracted"))
}

fn multiply(left: &Json, right: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    match (left, right) {
        (Json::Text(text), number) | (number, Json::Text(text)) => {
            let times = number.as_float().ok_or_else(|| refused(left, right, "multiplied"))?;
            if times.is_nan() || times <= 0.0 {
                return Ok(Json::Null);
            }
            // Below one it is once, as in jq 1.6.
            let times = if times < 1.0 { 1 } else { times as usize };
            meter.bytes(text.len().saturating_mul(times))?;
            Ok(Json::text(text.repeat(times)))
        }
        (Json::Map(left), Json::Map(right)) => {
            meter.bytes(left_weight(left, right))?;
            Json::map(merge(&left.entries, &right.entries)?)
        }
        _ => arithmetic(left, right, i64::checked_mul, |left, right| left * right)
            .ok_or_else(|| refused(left, right, "multiplied")),
    }
}

fn left_weight(left: &super::value::Object, right: &super::value::Object) -> usize {
    let weight = |map: &super::value::Object| {
        map.entries.values().fold(0, |sum: usize, value| sum.saturating_add(value.weight()))
    };
    weight(left).saturating_add(weight(right))
}

/// The entries of both, objects on both sides merged. Recursion is bounded by the depth of values.
fn merge(left: &Entries, right: &Entries) -> Fallible<Entries> {
    let mut merged = left.clone();
    for (key, value) in right {
        let value = match (merged.get(key), value) {
            (Some(Json::Map(left)), Json::Map(right)) => Json::map(merge(&left.entries, &right.entries)?)?,
            _ => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    Ok(merged)
}

fn divide(left: &Json, right: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    if let (Json::Text(text), Json::Text(separator)) = (left, right) {
        return split_text(text, separator, meter);
    }
    let (Some(dividend), Some(divisor)) = (left.as_float(), right.as_float()) else {
        return Err(refused(left, right, "divided"));
    };
    if divisor == 0.0 {
        return Err(refused(left, right, "divided because the divisor is zero"));
    }
    if let (Json::Int(left), Json::Int(right)) = (left, right)
        && left.checked_rem(*right) == Some(0)
        && let Some(number) = left.checked_div(*right)
    {
        return Ok(Json::Int(number));
    }
    Ok(Json::number(dividend / divisor))
}

/// The remainder of the whole parts, with the sign of the left one.
fn remainder(left: &Json, right: &Json) -> Fallible {
    let (Some(dividend), Some(divisor)) = (left.as_float(), right.as_float()) else {
        return Err(refused(left, right, "divided (remainder)"));
    };
    // What is no number leaves nothing, and takes nothing away.
    if dividend.is_nan() {
        return Ok(Json::Int(0));
    }
    if divisor.is_nan() {
        return Ok(left.clone());
    }
    let whole = |value: &Json, float: f64| match value {
        Json::Int(number) => *number,
        _ => float as i64,
    };
    let (dividend, divisor) = (whole(left, dividend), whole(right, divisor));
    if divisor == 0 {
        return Err(refused(left, right, "divided (remainder) because the divisor is zero"));
    }
    Ok(Json::Int(dividend.wrapping_rem(divisor)))
}

pub(super) fn negate(value: &Json) -> Fallible {
    match value {
        Json::Int(number) if *number != i64::MIN => Ok(Json::Int(-number)),
        other => match other.as_float() {
            Some(number) => Ok(Json::number(-number)),
            None => Err(raised(format!("{} cannot be negated", other.shown()))),
        },
    }
}
