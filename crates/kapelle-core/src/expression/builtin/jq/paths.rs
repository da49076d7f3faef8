//! Members of values: read, set and removed by key, index, slice or a path of them.

use std::collections::HashSet;
use std::sync::Arc;

use super::meter::{Failure, Fallible, Meter, raised};
use super::order;
use super::value::{CELL, DEPTH_MAX, Entries, Json};
use crate::expression::Error;

/// `.[key]`
pub(super) fn index(value: &Json, key: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    match (value, key) {
        (Json::Map(map), Json::Text(key)) => Ok(map.entries.get(key).cloned().unwrap_or(Json::Null)),
        (Json::List(list), Json::Int(_) | Json::Float(_) | Json::Exact(_)) => {
            // Between two items is none.
            let index = key.as_float().filter(|index| index.fract() == 0.0).unwrap_or(f64::NAN);
            let index = if index < 0.0 { index + list.items.len() as f64 } else { index };
            let is_inside = index >= 0.0 && index < list.items.len() as f64;
            Ok(if is_inside { list.items[index as usize].clone() } else { Json::Null })
        }
        (Json::Null, Json::Text(_) | Json::Int(_) | Json::Float(_) | Json::Exact(_)) => Ok(Json::Null),
        (_, Json::Map(bounds))
            if matches!(value, Json::Null | Json::List(_) | Json::Text(_))
                && bounds.entries.contains_key("start")
                && bounds.entries.contains_key("end") =>
        {
            let bound = |name: &str| bounds.entries.get(name).cloned().unwrap_or(Json::Null);
            slice(value, &bound("start"), &bound("end"), meter)
        }
        (Json::List(list), Json::List(wanted)) => {
            let (items, wanted) = (&list.items, &wanted.items);
            let mut found = Vec::new();
            if !wanted.is_empty() {
                for (at, window) in items.windows(wanted.len()).enumerate() {
                    meter.step(1)?;
                    let mut is_same = true;
                    for (left, right) in window.iter().zip(wanted) {
                        if order::compare(left, right, meter)?.is_ne() {
                            is_same = false;
                            break;
                        }
                    }
                    if is_same {
                        found.push(Json::Int(at as i64));
                    }
                }
            }
            Json::list(found)
        }
        (_, Json::Text(key)) => Err(raised(format!("Cannot index {} with string \"{key}\"", value.kind()))),
        _ => Err(raised(format!("Cannot index {} with {}", value.kind(), key.kind()))),
    }
}

/// `.[from:to]`
pub(super) fn slice(value: &Json, from: &Json, to: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    match value {
        Json::Null => Ok(Json::Null),
        Json::List(list) => {
            let (from, to) = bounds(list.items.len(), from, to)?;
            meter.bytes((to - from) * CELL)?;
            Json::list(list.items[from..to].to_vec())
        }
        Json::Text(text) => {
            meter.bytes(text.len())?;
            let (from, to) = bounds(text.chars().count(), from, to)?;
            Ok(Json::text(text.chars().skip(from).take(to - from).collect::<String>()))
        }
        other => Err(raised(format!("Cannot index {} with object", other.kind()))),
    }
}

/// Where a slice starts and ends in so many items.
fn bounds(count: usize, from: &Json, to: &Json) -> Fallible<(usize, usize)> {
    let bound = |bound: &Json, default: usize, round: fn(f64) -> f64| match bound {
        Json::Null => Ok::<_, Failure>(default),
        other => {
            let number = other
                .as_float()
                .ok_or_else(|| raised("Start and end indices of an array slice must be numbers"))?;
            let number = if number < 0.0 { number + count as f64 } else { number };
            Ok(round(number).clamp(0.0, count as f64) as usize)
        }
    };
    let from = bound(from, 0, f64::floor)?;
    let to = bound(to, count, f64::ceil)?;
    Ok((from, to.max(from)))
}

/// The keys of a path value.
pub(super) fn keys(path: &Json) -> Fallible<&[Json]> {
    let keys = path.as_items().ok_or_else(|| raised("Path must be specified as an array"))?;
    if keys.len() > DEPTH_MAX {
        return Err(Error::limit(format!("a path of the jq program has more than {DEPTH_MAX} parts")).into());
    }
    Ok(keys)
}

pub(super) fn get(value: &Json, path: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let mut found = value.clone();
    for key in path {
        found = index(&found, key, meter)?;
    }
    Ok(found)
}

/// Replaces what is at a path. The value is changed in place as far as nobody else has it.
pub(super) fn set(value: &mut Json, path: &[Json], new: Json, meter: &mut Meter<'_, '_>) -> Fallible<()> {
    let Some((key, rest)) = path.split_first() else {
        *value = new;
        return Ok(());
    };
    meter.step(1)?;
    match (&mut *value, key) {
        (Json::Null, Json::Text(_)) => *value = Json::map(Entries::new())?,
        (Json::Null, Json::Int(_) | Json::Float(_) | Json::Map(_)) => *value = Json::list(Vec::new())?,
        _ => {}
    }
    match (value, key) {
        (Json::Map(map), Json::Text(key)) => {
            let mut member = map.entries.get(key).cloned().unwrap_or(Json::Null);
            if Arc::strong_count(map) > 1 {
                meter.bytes(map.entries.len() * CELL)?;
            }
            let map = Arc::make_mut(map);
            if !rest.is_empty() {
                // So that the member has one owner while it is changed.
                map.insert(Arc::clone(key), Json::Null)?;
            }
            set(&mut member, rest, new, meter)?;
            map.insert(Arc::clone(key), member)
        }
        (Json::List(list), Json::Int(_) | Json::Float(_)) => {
            let number = key.as_float().unwrap_or(0.0).floor();
            let count = list.items.len();
            let at = if number < 0.0 { number + count as f64 } else { number };
            if at < 0.0 || at.is_nan() {
                return Err(raised("Out of bounds negative array index"));
            }
            let at = at as usize;
            if at >= count {
                let grown = at.saturating_add(1).saturating_mul(CELL);
                meter.bytes(grown)?;
                let mut items = list.items.clone();
                items.resize(at + 1, Json::Null);
                set(&mut items[at], rest, new, meter)?;
                let Json::List(longer) = Json::list(items)? else { return Ok(()) };
                *list = longer;
                return Ok(());
            }
            if Arc::strong_count(list) > 1 {
                meter.bytes(count * CELL)?;
            }
            let list = Arc::make_mut(list);
            let mut member = list.take(at);
            set(&mut member, rest, new, meter)?;
            list.replace(at, member)
        }
        (Json::List(list), Json::Map(range)) => {
            let bound = |name: &str| range.entries.get(name).cloned().unwrap_or(Json::Null);
            let (from, to) = bounds(list.items.len(), &bound("start"), &bound("end"))?;
            let mut part = Json::list(list.items[from..to].to_vec())?;
            set(&mut part, rest, new, meter)?;
            let Json::List(part) = part else {
                return Err(raised("A slice of an array can only be assigned another array"));
            };
            meter.bytes((list.items.len() + part.items.len()) * CELL)?;
            let items = [&list.items[..from], &part.items, &list.items[to..]].concat();
            let Json::List(whole) = Json::list(items)? else { return Ok(()) };
            *list = whole;
            Ok(())
        }
        (Json::Map(_), key) => Err(raised(format!("Cannot index object with {}", key.kind()))),
        (Json::List(_), Json::Text(key)) => Err(raised(format!("Cannot index array with string \"{key}\""))),
        (Json::List(_), key) => Err(raised(format!("Cannot update field at array index of {}", key.kind()))),
        (value, Json::Text(key)) => {
            Err(raised(format!("Cannot index {} with string \"{key}\"", value.kind())))
        }
        (value, key) => Err(raised(format!("Cannot index {} with {}", value.kind(), key.kind()))),
    }
}

/// Removes what is at the paths, the last ones first, so that indexes stay what they were.
pub(super) fn delete_all(mut value: Json, mut paths: Vec<Json>, meter: &mut Meter<'_, '_>) -> Fallible {
    let weight = paths.iter().fold(0, |sum: usize, path| sum.saturating_add(path.weight()));
    order::pay_for_sorting(weight, paths.len(), meter)?;
    paths.sort_by(|left, right| order::order(right, left));
    let paths: Vec<&[Json]> = paths.iter().map(keys).collect::<Result<_, _>>()?;
    for siblings in paths.chunk_by(|left, right| are_siblings(left, right)) {
        if let [first, _, ..] = siblings {
            let members: Vec<&Json> = siblings.iter().filter_map(|path| path.last()).collect();
            delete_members(&mut value, &first[..first.len() - 1], &members, meter)?;
        } else if let [path] = siblings {
            delete(&mut value, path, meter)?;
        }
    }
    Ok(value)
}

/// Whether both are plain members of one value, so that removing one does not change what the other means.
fn are_siblings(left: &[Json], right: &[Json]) -> bool {
    let (Some((last, before)), Some((other, other_before))) = (left.split_last(), right.split_last()) else {
        return false;
    };
    let are_plain = match (last, other) {
        (Json::Int(index), Json::Int(other)) => *index >= 0 && *other >= 0,
        (Json::Text(_), Json::Text(_)) => true,
        _ => false,
    };
    are_plain
        && before.len() == other_before.len()
        && before.iter().zip(other_before).all(|(left, right)| order::order(left, right).is_eq())
}

/// Removes many members of one value at once: one after the other, every one would move all that is behind it.
fn delete_members(
    value: &mut Json,
    path: &[Json],
    members: &[&Json],
    meter: &mut Meter<'_, '_>,
) -> Fallible<()> {
    if let Some((key, rest)) = path.split_first() {
        if matches!(value, Json::Null) {
            return Ok(());
        }
        let mut member = index(value, key, meter)?;
        if matches!(member, Json::Null) {
            return Ok(());
        }
        delete_members(&mut member, rest, members, meter)?;
        return set(value, std::slice::from_ref(key), member, meter);
    }
    meter.bytes(members.len() * CELL)?;
    match (&*value, members) {
        (Json::Map(map), [Json::Text(_), ..]) => {
            let removed: HashSet<&str> =
                members.iter().filter_map(|key| key.as_text().map(|key| &**key)).collect();
            meter.bytes(map.entries.len() * CELL)?;
            let mut entries = map.entries.clone();
            entries.retain(|key, _| !removed.contains(&**key));
            *value = Json::map(entries)?;
        }
        (Json::List(list), [Json::Int(_), ..]) => {
            let removed: HashSet<i64> = members
                .iter()
                .filter_map(|index| match index {
                    Json::Int(index) => Some(*index),
                    _ => None,
                })
                .collect();
            meter.bytes(list.items.len() * CELL)?;
            let kept = (0..).zip(&list.items).filter(|(at, _)| !removed.contains(at));
            *value = Json::list(kept.map(|(_, item)| item.clone()).collect())?;
        }
        _ => {
            for key in members {
                delete(value, std::slice::from_ref(*key), meter)?;
            }
        }
    }
    Ok(())
}

fn delete(value: &mut Json, path: &[Json], meter: &mut Meter<'_, '_>) -> Fallible<()> {
    let Some((key, rest)) = path.split_first() else {
        *value = Json::Null;
        return Ok(());
    };
    if matches!(value, Json::Null) {
        return Ok(());
    }
    if !rest.is_empty() {
        let mut member = index(value, key, meter)?;
        if matches!(member, Json::Null) {
            return Ok(());
        }
        delete(&mut member, rest, meter)?;
        return set(value, std::slice::from_ref(key), member, meter);
    }
    match (&*value, key) {
        (Json::Map(map), Json::Text(key)) => {
            meter.bytes(map.entries.len() * CELL)?;
            let mut entries = map.entries.clone();
            entries.shift_remove(key);
            *value = Json::map(entries)?;
        }
        (Json::List(list), Json::Int(_) | Json::Float(_)) => {
            let number = key.as_float().unwrap_or(0.0).floor();
            let at = if number < 0.0 { number + list.items.len() as f64 } else { number };
            if at >= 0.0 && at < list.items.len() as f64 {
                meter.bytes(list.items.len() * CELL)?;
                let mut items = list.items.clone();
                items.remove(at as usize);
                *value = Json::list(items)?;
            }
        }
        (Json::List(list), Json::Map(range)) => {
            let bound = |name: &str| range.entries.get(name).cloned().unwrap_or(Json::Null);
            let (from, to) = bounds(list.items.len(), &bound("start"), &bound("end"))?;
            meter.bytes(list.items.len() * CELL)?;
            *value = Json::list([&list.items[..from], &list.items[to..]].concat())?;
        }
        (Json::Map(_), key) => {
            return Err(raised(format!("Cannot delete {} field of object", key.kind())));
        }
        (Json::List(_), key) => {
            return Err(raised(format!("Cannot delete {} element of array", key.kind())));
        }
        (value, _) => return Err(raised(format!("Cannot delete fields from {}", value.kind()))),
    }
    Ok(())
}
