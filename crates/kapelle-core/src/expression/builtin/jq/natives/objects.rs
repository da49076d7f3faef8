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
        contains(input, arguments.first().unwrap_or(&Json::Null), meter)
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

fn length(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
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
        (Json::List(list), _) if key.as_float().is_some() => {
            let index = key.as_float().unwrap_or(f64::NAN);
            Ok(Json::Bool(index >= 0.0 && index < list.items.len() as f64))
        }
        _ => Err(raised(format!("Cannot check whether {} has a {} key", input.kind(), key.kind()))),
    }
}

/// Recursion is bounded by the depth of values.
fn contains(whole: &Json, part: &Json, meter: &mut Meter<'_, '_>) -> Fallible {
    let is_in = match (whole, part) {
        (Json::Map(whole), Json::Map(part)) => {
            let mut all = true;
            for (key, value) in &part.entries {
                all = match whole.entries.get(key) {
                    Some(member) => contains(member, value, meter)?.is_true(),
                    None => false,
                };
                if !all {
                    break;
                }
            }
            all
        }
        (Json::List(whole), Json::List(part)) => {
            let mut all = true;
            for wanted in &part.items {
                all = false;
                for item in &whole.items {
                    meter.step(1)?;
                    if item.kind() == wanted.kind() && contains(item, wanted, meter)?.is_true() {
                        all = true;
                        break;
                    }
                }
                if !all {
                    break;
                }
            }
            all
        }
        (Json::Text(whole), Json::Text(part)) => {
            meter.bytes(whole.len())?;
            whole.contains(&**part)
        }
        _ if whole.kind() == part.kind() => compare(whole, part, meter)?.is_eq(),
        _ => {
            let message =
                format!("{} and {} cannot have their containment checked", whole.shown(), part.shown());
            return Err(raised(message));
        }
    };
    Ok(Json::Bool(is_in))
}

fn to_entries(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let Json::Map(map) = input else { return Err(raised(format!("{} has no keys", input.shown()))) };
    meter.bytes(map.entries.len() * CELL * 4)?;
    let (key_name, value_name): (Arc<str>, Arc<str>) = ("key".into(), "value".into());
    let entries = map.entries.iter().map(|(key, value)| {
        let entry =
            [(Arc::clone(&key_name), Json::Text(key.clone())), (Arc::clone(&value_name), value.clone())];
        Json::map(entries_of(entry))
    });
    Json::list(entries.collect::<Result<_, _>>()?)
}

fn entries_of<const N: usize>(entries: [(Arc<str>, Json); N]) -> Entries {
    entries.into_iter().collect()
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
            return Err(raised(format!("Cannot index {} with \"key\"", entry.kind())));
        };
        let member = |names: &[&str]| {
            let mut found = names.iter().filter_map(|name| map.entries.get(*name));
            found.find(|value| value.is_true() || matches!(value, Json::Bool(false)))
        };
        let key = match member(&["key", "k", "name", "Name", "K", "Key"]) {
            Some(Json::Text(key)) => Arc::clone(key),
            Some(Json::Null) | None => "null".into(),
            Some(other @ (Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Exact(_))) => {
                super::super::text::to_json(other, meter)?.into()
            }
            Some(other) => return Err(raised(format!("Cannot use {} as object key", other.shown()))),
        };
        let value = member(&["value", "v", "Value", "V"]).cloned().unwrap_or(Json::Null);
        entries.insert(key, value);
    }
    Json::map(entries)
}
