//! The order of all values: null, false, true, numbers, strings, arrays, objects.

use std::cmp::Ordering;

use super::meter::{Fallible, Meter};
use super::value::Json;

/// Compares two values, paid for by the smaller one. What is not a number is smaller than every number, itself too.
pub(super) fn compare(left: &Json, right: &Json, meter: &mut Meter<'_, '_>) -> Fallible<Ordering> {
    meter.bytes(left.weight().min(right.weight()))?;
    if is_nan(left) && is_nan(right) {
        return Ok(Ordering::Less);
    }
    Ok(order(left, right))
}

/// Whether two neighbours of a sorted list are the same value. The keys of `group_by` and the like are lists.
pub(super) fn is_same(left: &Json, right: &Json) -> bool {
    let has_nan = is_nan(left) || left.as_items().is_some_and(|items| items.iter().any(is_nan));
    !has_nan && order(left, right).is_eq()
}

fn is_nan(value: &Json) -> bool {
    matches!(value, Json::Float(number) if number.is_nan())
}

/// Pays for sorting so many bytes of so many items.
pub(super) fn pay_for_sorting(weight: usize, count: usize, meter: &mut Meter<'_, '_>) -> Fallible<()> {
    let rounds = usize::BITS - count.leading_zeros();
    meter.bytes(weight.saturating_mul(rounds as usize))
}

/// A total order, as sorting needs one: what is not a number comes before all numbers. Whoever calls it pays for it.
pub(super) fn order(left: &Json, right: &Json) -> Ordering {
    match (left, right) {
        (Json::Text(left), Json::Text(right)) => left.cmp(right),
        (Json::List(left), Json::List(right)) => {
            let mut pairs = left.items.iter().zip(&right.items).map(|(left, right)| order(left, right));
            let first = pairs.find(|ordering| ordering.is_ne());
            first.unwrap_or_else(|| left.items.len().cmp(&right.items.len()))
        }
        (Json::Map(left), Json::Map(right)) => {
            let sorted = |map: &super::value::Object| {
                let mut keys: Vec<_> = map.entries.keys().cloned().collect();
                keys.sort_unstable();
                keys
            };
            let keys = sorted(left);
            keys.cmp(&sorted(right)).then_with(|| {
                let pairs =
                    keys.iter().filter_map(|key| Some((left.entries.get(key)?, right.entries.get(key)?)));
                pairs
                    .map(|(left, right)| order(left, right))
                    .find(|ordering| ordering.is_ne())
                    .unwrap_or(Ordering::Equal)
            })
        }
        (Json::Int(left), Json::Int(right)) => left.cmp(right),
        // Integers are compared exactly, or some would be equal to floats that are in turn equal to others.
        (Json::Int(left), _) if let Some(right) = right.as_float() => whole_and_float(*left, right),
        (_, Json::Int(right)) if let Some(left) = left.as_float() => whole_and_float(*right, left).reverse(),
        _ => match (left.as_float(), right.as_float()) {
            (Some(left), Some(right)) => {
                left.partial_cmp(&right).unwrap_or_else(|| right.is_nan().cmp(&left.is_nan()))
            }
            _ => rank(left).cmp(&rank(right)),
        },
    }
}

fn whole_and_float(whole: i64, float: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() || float < -BEYOND {
        return Ordering::Greater;
    }
    if float >= BEYOND {
        return Ordering::Less;
    }
    whole.cmp(&(float.trunc() as i64)).then_with(|| 0.0f64.total_cmp(&(float.fract() + 0.0)))
}

fn rank(value: &Json) -> u8 {
    match value {
        Json::Null => 0,
        Json::Bool(false) => 1,
        Json::Bool(true) => 2,
        Json::Int(_) | Json::Float(_) | Json::Exact(_) => 3,
        Json::Text(_) => 4,
        Json::List(_) => 5,
        Json::Map(_) => 6,
    }
}
