//! Functions of lists and maps.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_model::Value;

use super::super::data::entry;
use super::super::numbers::compare;
use super::{
    Arguments, BuiltIn, Data, Evaluation, Function, Outcome, decimal, float, from_decimal, from_float,
    function, map, nothing,
};
use crate::numbers::is_equal;

/// The numbers of a list; nothing if there is no list.
fn numbers(arguments: &mut Arguments) -> Outcome<Option<Vec<Value>>> {
    let given = arguments.take(0);
    if matches!(given, Data::Nothing) {
        return Ok(None);
    }
    let items = given.items();
    if items.iter().any(|item| decimal(item).is_none()) {
        return Err("all items have to be numbers".to_owned());
    }
    Ok(Some(items))
}

fn sum(items: &[Value]) -> Outcome<Value> {
    if items.iter().any(|item| matches!(item, Value::Float(_) | Value::Float32(_))) {
        return from_float(items.iter().filter_map(float).sum());
    }
    Ok(from_decimal(items.iter().filter_map(decimal).sum::<BigDecimal>()))
}

fn extreme(arguments: &mut Arguments, wanted: Ordering) -> Outcome {
    let mut best: Option<Value> = None;
    for item in numbers(arguments)?.unwrap_or_default() {
        if best.as_ref().is_none_or(|best| compare(&item, best).is_ok_and(|order| order == wanted)) {
            best = Some(item);
        }
    }
    Ok(best.into())
}

/// Calls a function with an item, its place, and all items.
fn called(
    evaluation: &Evaluation<'_>,
    function: &Rc<Function>,
    item: &Value,
    place: usize,
    all: &Arc<Vec<Value>>,
) -> Outcome {
    let arguments = vec![
        Data::One(item.clone()),
        Data::One(Value::Int(place as i64)),
        Data::One(Value::List(Arc::clone(all))),
    ];
    evaluation.call_back(function, arguments)
}

fn list(items: Vec<Value>) -> Data {
    Data::One(Value::List(Arc::new(items)))
}

/// The entries of a map, or of the maps of a list.
fn entries(value: &Value, found: &mut Vec<(Arc<str>, Value)>) {
    match value {
        Value::Map(map) => found.extend(map.iter().map(|(key, value)| (Arc::clone(key), value.clone()))),
        Value::List(items) => items.iter().for_each(|item| entries(item, found)),
        _ => {}
    }
}

fn all_entries(data: Data) -> Vec<(Arc<str>, Value)> {
    let mut found = Vec::new();
    if let Some(value) = data.value() {
        entries(&value, &mut found);
    }
    found
}

pub(super) const FUNCTIONS: &[BuiltIn] = &[
    function("sum", 1, 1, |_, mut arguments| match numbers(&mut arguments)? {
        None => nothing(),
        Some(items) => Ok(Data::One(sum(&items)?)),
    }),
    function("average", 1, 1, |_, mut arguments| match numbers(&mut arguments)? {
        Some(items) if !items.is_empty() => {
            let total = float(&sum(&items)?).unwrap_or_default();
            #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
            let count = items.len() as f64;
            Ok(Data::One(from_float(total / count)?))
        }
        _ => nothing(),
    }),
    function("max", 1, 1, |_, mut arguments| extreme(&mut arguments, Ordering::Greater)),
    function("min", 1, 1, |_, mut arguments| extreme(&mut arguments, Ordering::Less)),
    function("count", 1, 1, |_, mut arguments| {
        Ok(Data::One(Value::Int(arguments.take(0).items().len() as i64)))
    }),
    function("append", 2, 2, |evaluation, mut arguments| {
        let (first, second) = (arguments.take(0), arguments.take(1));
        match (&first, &second) {
            (Data::Nothing, _) => Ok(second),
            (_, Data::Nothing) => Ok(first),
            _ => {
                let mut items = first.items();
                items.extend(second.items());
                evaluation.count(items.len() as u64)?;
                Ok(list(items))
            }
        }
    }),
    function("reverse", 1, 1, |_, mut arguments| match arguments.take(0) {
        Data::Nothing => nothing(),
        given => Ok(list(given.items().into_iter().rev().collect())),
    }),
    function("distinct", 1, 1, |evaluation, mut arguments| {
        let given = arguments.take(0);
        if !matches!(given, Data::One(Value::List(_)) | Data::Many { .. }) {
            return Ok(given);
        }
        let mut kept: Vec<Value> = Vec::new();
        for item in given.items() {
            evaluation.count(kept.len() as u64 / 16 + 1)?;
            if !kept.iter().any(|known| is_equal(known, &item)) {
                kept.push(item);
            }
        }
        Ok(list(kept))
    }),
    function("sort", 1, 2, |evaluation, mut arguments| {
        let given = arguments.take(0);
        if matches!(given, Data::Nothing) {
            return nothing();
        }
        let by = if arguments.given.len() > 1 { Some(arguments.function(1)?) } else { None };
        let mut items = given.items();
        let mut problem = None;
        items.sort_by(|left, right| {
            let order = match &by {
                None => compare(left, right),
                Some(function) => {
                    // The function says whether the first one comes after the second one.
                    let is_after = |first: &Value, second: &Value| {
                        let pair = vec![Data::One(first.clone()), Data::One(second.clone())];
                        evaluation.call_back(function, pair).map(|data| data.is_true())
                    };
                    is_after(left, right).and_then(|is_after_right| {
                        if is_after_right {
                            return Ok(Ordering::Greater);
                        }
                        is_after(right, left)
                            .map(|is_before| if is_before { Ordering::Less } else { Ordering::Equal })
                    })
                }
            };
            order.unwrap_or_else(|reason| {
                problem.get_or_insert(reason);
                Ordering::Equal
            })
        });
        problem.map_or_else(|| Ok(list(items)), Err)
    }),
    function("zip", 1, usize::MAX, |_, mut arguments| {
        let count = arguments.given.len();
        let lists: Vec<Vec<Value>> = (0..count).map(|place| arguments.take(place).items()).collect();
        let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
        let row =
            |place: usize| Value::List(Arc::new(lists.iter().map(|items| items[place].clone()).collect()));
        Ok(list((0..shortest).map(row).collect()))
    }),
    function("keys", 1, 1, |_, mut arguments| {
        let mut keys: Vec<Value> = Vec::new();
        for (key, _) in all_entries(arguments.take(0)) {
            let key = Value::from(&*key);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(Data::many(keys))
    }),
    function("lookup", 2, 2, |_, mut arguments| {
        let (Some(value), Some(key)) = (arguments.value(0), arguments.text(1)?) else { return nothing() };
        Ok(super::super::data::lookup(&value, &key))
    }),
    function("spread", 1, 1, |_, mut arguments| {
        let spread = all_entries(arguments.take(0)).into_iter().map(|(key, value)| entry(&key, value));
        Ok(Data::many(spread.collect()))
    }),
    function("merge", 1, 1, |_, mut arguments| match arguments.take(0) {
        Data::Nothing => nothing(),
        given => Ok(Data::One(map(all_entries(given)))),
    }),
    function("each", 2, 2, |evaluation, mut arguments| {
        let (given, function) = (arguments.take(0), arguments.function(1)?);
        let mut made = Vec::new();
        for (key, value) in all_entries(given) {
            let pair = vec![Data::One(value), Data::One(Value::from(&*key))];
            made.extend(evaluation.call_back(&function, pair)?.value());
        }
        Ok(Data::many(made))
    }),
    function("sift", 2, 2, |evaluation, mut arguments| {
        let (given, function) = (arguments.take(0), arguments.function(1)?);
        let mut kept = Vec::new();
        for (key, value) in all_entries(given) {
            let pair = vec![Data::One(value.clone()), Data::One(Value::from(&*key))];
            if evaluation.call_back(&function, pair)?.is_true() {
                kept.push((key, value));
            }
        }
        if kept.is_empty() { nothing() } else { Ok(Data::One(map(kept))) }
    }),
    function("map", 2, 2, |evaluation, mut arguments| {
        let (items, function) = (Arc::new(arguments.take(0).items()), arguments.function(1)?);
        let mut made = Vec::new();
        for (place, item) in items.iter().enumerate() {
            made.extend(called(evaluation, &function, item, place, &items)?.value());
        }
        Ok(Data::many(made))
    }),
    function("filter", 2, 2, |evaluation, mut arguments| {
        let (items, function) = (Arc::new(arguments.take(0).items()), arguments.function(1)?);
        let mut kept = Vec::new();
        for (place, item) in items.iter().enumerate() {
            if called(evaluation, &function, item, place, &items)?.is_true() {
                kept.push(item.clone());
            }
        }
        Ok(Data::many(kept))
    }),
    function("single", 1, 2, |evaluation, mut arguments| {
        let items = Arc::new(arguments.take(0).items());
        let function = if arguments.given.len() > 1 { Some(arguments.function(1)?) } else { None };
        let mut kept = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let is_kept = match &function {
                Some(function) => called(evaluation, function, item, place, &items)?.is_true(),
                None => true,
            };
            if is_kept {
                kept.push(item.clone());
            }
        }
        match kept.len() {
            1 => Ok(Data::One(kept.remove(0))),
            count => Err(format!("{count} items fit where there should be one")),
        }
    }),
    function("reduce", 2, 3, |evaluation, mut arguments| {
        let (items, function) = (arguments.take(0).items(), arguments.function(1)?);
        let mut items = items.into_iter();
        let mut sum = if arguments.given.len() > 2 { arguments.take(2) } else { items.next().into() };
        for item in items {
            sum = evaluation.call_back(&function, vec![sum, Data::One(item)])?;
        }
        Ok(sum)
    }),
];
