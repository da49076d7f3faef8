//! Functions on objects, on any value, and on paths.

use std::sync::Arc;

use super::super::meter::{Failure, Fallible, Meter, raised};
use super::super::order::{compare, pay_for_sorting};
use super::super::paths;
use super::super::value::{CELL, Entries, Json};
use super::{Native, native};

pub(super) const ALL: &[Native] = &[
    native("not", 0, |input, _, _| Ok(Json::Bool(!input.is_true()))),
    native("error", 0, |input, _, _| Err(Failure::Raised(input.clone()))),
    native("type", 0, |input, _, _| Ok(Json::text(input.kind()))),
    native("length", 0, length),
    native("utf8bytelength", 0, |input, _, _| match input.as_text() {
        Some(text) => Ok(Json::Int(text.len() as i64)),
        None => Err(raised(format!("{} only strings have UTF-8 byte length", input.shown()))),
    }),
    native("keys", 0, |input, _, meter| keys(input, true, meter)),
    native("keys_unsorted", 0, |input, _, meter| keys(input, false, meter)),
    native("has", 1, has),
    native("contains", 1, |input, arguments, meter| {
        let part = arguments.first().unwrap_or(&Json::Null);
        if input.kind() != part.kind() {
            let message =
                format!("{} and {} cannot have their containment checked", input.shown(), part.shown());
            return Err(raised(message));
        }
        Ok(Json::Bool(contains(input, part, meter)?))
    }),
    native("to_entries", 0, to_entries),
    native("from_entries", 0, from_entries),
    native("setpath", 2, |input, arguments, meter| {
        let [path, value] = arguments else { return Ok(Json::Null) };
        let mut changed = input.clone();
        paths::set(&mut changed, paths::keys(path)?, value.clone(), meter)?;
        Ok(changed)
    }),
    native("delpaths", 1, |input, arguments, meter| {
        let list = arguments
            .first()
            .and_then(Json::as_items)
            .ok_or_else(|| raised("Paths must be specified as an array"))?;
        meter.bytes(list.len() * CELL)?;
        paths::delete_all(input.clone(), list.to_vec(), meter)
    }),
    native("input_line_number", 0, |_, _, _| Ok(Json::Int(0))),
    native("builtins", 0, |_, _, _| Json::list(Vec::new())),
];

pub(super) fn length(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    Ok(match input {
        Json::Null => Json::Int(0),
        Json::Bool(_) => return Err(raised(format!("{} has no length", input.shown()))),
        Json::Text(text) => {
            meter.bytes(text.len())?;
            Json::Int(text.chars().count() as i64)
        }
        Json::List(list) => Json::Int(list.items.len() as i64),
        Json::Map(map) => Json::Int(map.entries.len() as i64),
        Json::Int(number) if *number >= 0 => input.clone(),
        _ => Json::number(input.as_float().unwrap_or(f64::NAN).abs()),
    })
}

fn keys(input: &Json, is_sorted: bool, meter: &mut Meter<'_, '_>) -> Fallible {
    match input {
        Json::Map(map) => {
            let mut keys: Vec<_> = map.entries.keys().cloned().collect();
            meter.bytes(keys.len() * CELL)?;
            if is_sorted {
                let bytes = keys.iter().map(|key| key.len() + CELL).sum();
                pay_for_sorting(bytes, keys.len(), meter)?;
                keys.sort_unstable();
            }
            Json::list(keys.into_iter().map(Json::Text).collect())
        }
        Json::List(list) => {
            meter.bytes(list.items.len() * CELL)?;
            Json::list((0..list.items.len() as i64).map(Json::Int).collect())
        }
        _ => Err(raised(format!("{} has no keys", input.shown()))),
    }
}

fn has(input: &Json, arguments: &[Json], _: &mut Meter<'_, '_>) -> Fallible {
    let key = arguments.first().unwrap_or(&Json::Null);
    match (input, key) {
        (Json::Map(map), Json::Text(key)) => Ok(Json::Bool(map.entries.contains_key(key))),
        (Json::Null, _) => Ok(Json::Bool(false)),
        (Json::List(list), _) if key.as_float().is_some() => {
            let index = key.as_float().unwrap_or(f64::NAN);
            Ok(Json::Bool(index >= 0.0 && index < list.items.len() as f64))
        }
        _ => Err(raised(format!("Cannot check whether {} has a {} key", input.kind(), key.kind()))),
    }
}

/// Recursion is bounded by the depth of values.
fn contains(whole: &Json, part: &Json, meter: &mut Meter<'_, '_>) -> Fallible<bool> {
    meter.step(1)?;
    match (whole, part) {
        (Json::Map(whole), Json::Map(part)) => {
            for (key, value) in &part.entries {
                let is_in = match whole.entries.get(key) {
                    Some(member) => contains(member, value, meter)?,
                    None => false,
                };
                if !is_in {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Json::List(whole), Json::List(part)) => {
            for wanted in &part.items {
                let mut is_in = false;
                for item in &whole.items {
                    is_in = contains(item, wanted, meter)?;
                    if is_in {
                        break;
                    }
                }
                if !is_in {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Json::Text(whole), Json::Text(part)) => {
            meter.bytes(whole.len())?;
            Ok(whole.contains(&**part))
        }
        _ => Ok(compare(whole, part, meter)?.is_eq()),
    }
}

/// Of an array, the keys are its indexes.
fn to_entries(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let (key_name, value_name): (Arc<str>, Arc<str>) = ("key".into(), "value".into());
    let entry = |key: Json, value: &Json| {
        let entry = [(Arc::clone(&key_name), key), (Arc::clone(&value_name), value.clone())];
        Json::map(entry.into_iter().collect())
    };
    let entries: Result<_, _> = match input {
        Json::Map(map) => {
            meter.bytes(map.entries.len() * CELL * 4)?;
            map.entries.iter().map(|(key, value)| entry(Json::Text(Arc::clone(key)), value)).collect()
        }
        Json::List(list) => {
            meter.bytes(list.items.len() * CELL * 4)?;
            let items = list.items.iter().enumerate();
            items.map(|(index, value)| entry(Json::Int(index as i64), value)).collect()
        }
        _ => return Err(raised(format!("{} has no keys", input.shown()))),
    };
    Json::list(entries?)
}

fn from_entries(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let values: Vec<&Json> = match input {
        Json::List(list) => list.items.iter().collect(),
        Json::Map(map) => map.entries.values().collect(),
        _ => return Err(raised(format!("Cannot iterate over {}", input.shown()))),
    };
    meter.bytes(values.len() * CELL * 2)?;
    let mut entries = Entries::with_capacity(values.len());
    for entry in values {
        let Json::Map(map) = entry else {
            return Err(raised(format!("Cannot index {} with string \"key\"", entry.kind())));
        };
        let key = ["key", "name", "Name", "Key"].iter().filter_map(|name| map.entries.get(*name));
        let key = match key.into_iter().find(|key| key.is_true()) {
            Some(Json::Text(key)) => Arc::clone(key),
            other => {
                let other = other.unwrap_or(&Json::Null).shown();
                return Err(raised(format!("Cannot use {other} as object key")));
            }
        };
        let value =
            map.entries.get("value").or_else(|| map.entries.get("Value")).cloned().unwrap_or(Json::Null);
        entries.insert(key, value);
    }
    Json::map(entries)
}
