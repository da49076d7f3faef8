//! Functions on arrays.

use super::super::meter::{Fallible, Meter, raised};
use super::super::operators;
use super::super::order::{self, order, pay_for_sorting};
use super::super::value::{CELL, Json};
use super::{Native, native};

pub(super) const ALL: &[Native] = &[
    native("add", 0, add),
    native("reverse", 0, reverse),
    native("sort", 0, sort),
    native("unique", 0, unique),
    native("min", 0, |input, _, meter| extreme(input, input, true, meter)),
    native("max", 0, |input, _, meter| extreme(input, input, false, meter)),
    native("_sort_by", 1, sort_by),
    native("_group_by", 1, group_by),
    native("_unique_by", 1, unique_by),
    native("_min_by", 1, |input, keys, meter| extreme(input, keys.first().unwrap_or(input), true, meter)),
    native("_max_by", 1, |input, keys, meter| extreme(input, keys.first().unwrap_or(input), false, meter)),
    native("flatten", 1, flatten),
    native("transpose", 0, transpose),
    native("bsearch", 1, search),
    native("indices", 1, indices),
    native("index", 1, |input, arguments, meter| one_of_indices(input, arguments, meter, <[Json]>::first)),
    native("rindex", 1, |input, arguments, meter| one_of_indices(input, arguments, meter, <[Json]>::last)),
    native("toarray", 0, |input, _, _| match input {
        Json::List(_) => Ok(input.clone()),
        _ => Json::list(vec![input.clone()]),
    }),
];

fn items<'i>(input: &'i Json, what: &str, meter: &mut Meter<'_, '_>) -> Fallible<&'i [Json]> {
    let items = input.as_items();
    let items =
        items.ok_or_else(|| raised(format!("{} cannot be {what}, as it is not an array", input.shown())))?;
    meter.bytes(items.len() * CELL)?;
    Ok(items)
}

/// The sum of all items, texts and arrays built up in place.
fn add(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let values: Vec<&Json> = match input {
        Json::List(list) => list.items.iter().collect(),
        Json::Map(map) => map.entries.values().collect(),
        _ => return Err(raised(format!("Cannot iterate over {}", input.shown()))),
    };
    meter.bytes(values.len() * CELL)?;
    let values: Vec<&Json> = values.into_iter().filter(|value| !matches!(value, Json::Null)).collect();
    if !values.is_empty() && values.iter().all(|value| matches!(value, Json::Text(_))) {
        let bytes = values.iter().filter_map(|value| value.as_text()).map(|text| text.len()).sum();
        meter.bytes(bytes)?;
        let texts: Vec<&str> =
            values.iter().filter_map(|value| value.as_text()).map(|text| &**text).collect();
        return Ok(Json::text(texts.concat()));
    }
    if !values.is_empty() && values.iter().all(|value| matches!(value, Json::List(_))) {
        let count: usize = values.iter().filter_map(|value| value.as_items()).map(<[Json]>::len).sum();
        meter.bytes(count * CELL)?;
        let lists: Vec<&[Json]> = values.iter().filter_map(|value| value.as_items()).collect();
        return Json::list(lists.concat());
    }
    if !values.is_empty() && values.iter().all(|value| matches!(value, Json::Map(_))) {
        let mut sum = super::super::value::Entries::new();
        for entries in values.iter().filter_map(|value| value.as_entries()) {
            meter.bytes(entries.len() * CELL)?;
            sum.extend(entries.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        return Json::map(sum);
    }
    let mut sum = Json::Null;
    for value in values {
        sum = operators::add(&sum, value, meter)?;
    }
    Ok(sum)
}

/// What has no items is reversed to no items, be it an array or not.
fn reverse(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    match input {
        Json::List(list) => {
            meter.bytes(list.items.len() * CELL)?;
            Json::list(list.items.iter().rev().cloned().collect())
        }
        Json::Bool(_) => Err(raised(format!("{} has no length", input.shown()))),
        Json::Text(text) if !text.is_empty() => Err(raised("Cannot index string with number")),
        Json::Map(map) if !map.entries.is_empty() => Err(raised("Cannot index object with number")),
        Json::Int(_) | Json::Float(_) | Json::Exact(_) if input.as_float() != Some(0.0) => {
            Err(raised("Cannot index number with number"))
        }
        _ => Json::list(Vec::new()),
    }
}

fn sort(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let mut sorted = items(input, "sorted", meter)?.to_vec();
    pay_for_sorting(input.weight(), sorted.len(), meter)?;
    sorted.sort_by(order);
    Json::list(sorted)
}

fn unique(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let mut sorted = items(input, "sorted", meter)?.to_vec();
    pay_for_sorting(input.weight(), sorted.len(), meter)?;
    sorted.sort_by(order);
    sorted.dedup_by(|left, right| order::is_same(left, right));
    Json::list(sorted)
}

/// The items with their keys, sorted by them. Items with equal keys keep their order.
fn keyed<'i>(
    input: &'i Json,
    keys: &'i [Json],
    what: &str,
    meter: &mut Meter<'_, '_>,
) -> Fallible<Vec<(&'i Json, &'i Json)>> {
    let values = items(input, what, meter)?;
    let keys = keys.first().unwrap_or(input);
    let mut keyed: Vec<_> = keys.as_items().unwrap_or_default().iter().zip(values).collect();
    pay_for_sorting(keys.weight(), keyed.len(), meter)?;
    keyed.sort_by(|(left, _), (right, _)| order(left, right));
    Ok(keyed)
}

fn sort_by(input: &Json, keys: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    Json::list(keyed(input, keys, "sorted", meter)?.into_iter().map(|(_, value)| value.clone()).collect())
}

fn group_by(input: &Json, keys: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let keyed = keyed(input, keys, "grouped", meter)?;
    let groups = keyed.chunk_by(|(left, _), (right, _)| order::is_same(left, right));
    let groups: Result<_, _> =
        groups.map(|group| Json::list(group.iter().map(|(_, value)| (*value).clone()).collect())).collect();
    Json::list(groups?)
}

fn unique_by(input: &Json, keys: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let keyed = keyed(input, keys, "grouped", meter)?;
    let groups = keyed.chunk_by(|(left, _), (right, _)| order::is_same(left, right));
    Json::list(groups.filter_map(|group| group.first()).map(|(_, value)| (*value).clone()).collect())
}

/// The item with the smallest key, of equal ones the first; or with the largest, of equal ones the last.
fn extreme(input: &Json, keys: &Json, is_least: bool, meter: &mut Meter<'_, '_>) -> Fallible {
    let Some(values) = input.as_items() else {
        return Err(raised(format!("Cannot index {} with number", input.kind())));
    };
    meter.bytes(keys.weight())?;
    let mut best: Option<(&Json, &Json)> = None;
    for (key, value) in keys.as_items().unwrap_or_default().iter().zip(values) {
        let is_better = best.is_none_or(|(other, _)| {
            let ordering = order(key, other);
            if is_least { ordering.is_lt() } else { ordering.is_ge() }
        });
        if is_better {
            best = Some((key, value));
        }
    }
    Ok(best.map_or(Json::Null, |(_, value)| value.clone()))
}

fn flatten(input: &Json, arguments: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let depth = arguments
        .first()
        .and_then(Json::as_float)
        .ok_or_else(|| raised("flatten depth must not be negative"))?;
    if depth < 0.0 {
        return Err(raised("flatten depth must not be negative"));
    }
    meter.bytes(input.weight())?;
    let mut flat = Vec::new();
    match input {
        Json::List(list) => collect(&list.items, depth, &mut flat),
        Json::Map(map) => {
            let values: Vec<Json> = map.entries.values().cloned().collect();
            collect(&values, depth, &mut flat);
        }
        _ => return Err(raised(format!("Cannot iterate over {}", input.shown()))),
    }
    Json::list(flat)
}

/// Recursion is bounded by the depth of values.
fn collect(items: &[Json], depth: f64, flat: &mut Vec<Json>) {
    for item in items {
        match item {
            Json::List(list) if depth > 0.0 => collect(&list.items, depth - 1.0, flat),
            _ => flat.push(item.clone()),
        }
    }
}

fn transpose(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let rows = items(input, "transposed", meter)?;
    let mut width = 0;
    for row in rows {
        width = width.max(match super::objects::length(row, &[], meter)? {
            Json::Int(length) => usize::try_from(length).unwrap_or(usize::MAX),
            _ => usize::MAX,
        });
    }
    if width == 0 {
        return Json::list(Vec::new());
    }
    if let Some(row) = rows.iter().find(|row| !matches!(row, Json::List(_) | Json::Null)) {
        return Err(raised(format!("Cannot index {} with number", row.kind())));
    }
    meter.bytes(width.saturating_mul(rows.len()).saturating_mul(CELL))?;
    let cell = |row: &Json, column: usize| row.as_items().and_then(|row| row.get(column)).cloned();
    let columns = (0..width)
        .map(|column| Json::list(rows.iter().map(|row| cell(row, column).unwrap_or(Json::Null)).collect()));
    Json::list(columns.collect::<Result<_, _>>()?)
}

fn search(input: &Json, arguments: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let items = items(input, "searched from", meter)?;
    let wanted = arguments.first().unwrap_or(&Json::Null);
    meter.bytes(wanted.weight().saturating_mul(20))?;
    Ok(Json::Int(match items.binary_search_by(|item| order(item, wanted)) {
        Ok(at) => at as i64,
        Err(at) => -1 - at as i64,
    }))
}

fn indices(input: &Json, arguments: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let wanted = arguments.first().unwrap_or(&Json::Null);
    match (input, wanted) {
        (Json::Null, _) => Ok(Json::Null),
        (Json::Text(text), Json::Text(wanted)) => {
            meter.bytes(text.len().saturating_mul(2))?;
            if wanted.is_empty() {
                return Json::list(Vec::new());
            }
            // Matches may overlap. Comparing costs as much as the longest common start; that is paid for here.
            let mut found = Vec::new();
            for (index, (at, _)) in text.char_indices().enumerate() {
                if text[at..].starts_with(&**wanted) {
                    meter.bytes(wanted.len())?;
                    found.push(Json::Int(index as i64));
                }
            }
            Json::list(found)
        }
        (Json::List(_), Json::List(_)) => super::super::paths::index(input, wanted, meter),
        (Json::List(list), _) => {
            let mut found = Vec::new();
            for (index, item) in list.items.iter().enumerate() {
                if order::compare(item, wanted, meter)?.is_eq() {
                    found.push(Json::Int(index as i64));
                }
            }
            Json::list(found)
        }
        _ => super::super::paths::index(input, wanted, meter),
    }
}

fn one_of_indices(
    input: &Json,
    arguments: &[Json],
    meter: &mut Meter<'_, '_>,
    choose: fn(&[Json]) -> Option<&Json>,
) -> Fallible {
    let found = indices(input, arguments, meter)?;
    match &found {
        Json::List(list) => Ok(choose(&list.items).cloned().unwrap_or(Json::Null)),
        Json::Null => Ok(Json::Null),
        other => Err(raised(format!("Cannot index {} with number", other.kind()))),
    }
}
