//! The order of all values: null, false, true, numbers, strings, arrays, objects.

use std::cmp::Ordering;

use super::meter::{Fallible, Meter};
use super::value::Json;

/// Compares two values, paid for by the smaller one.
pub(super) fn compare(left: &Json, right: &Json, meter: &mut Meter<'_, '_>) -> Fallible<Ordering> {
    meter.bytes(left.weight().min(right.weight()))?;
    Ok(order(left, right))
}

/// Pays for sorting so many bytes of so many items.
pub(super) fn pay_for_sorting(weight: usize, count: usize, meter: &mut Meter<'_, '_>) -> Fallible<()> {
    let rounds = usize::BITS - count.leading_zeros();
    meter.bytes(weight.saturating_mul(rounds as usize))
}

/// Whoever calls it pays for it.
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
        _ => match (left.as_float(), right.as_float()) {
            // Nothing is smaller than what is no number.
            (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(if left.is_nan() {
                Ordering::Less
            } else {
                Ordering::Greater
            }),
            _ => rank(left).cmp(&rank(right)),
        },
    }
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
