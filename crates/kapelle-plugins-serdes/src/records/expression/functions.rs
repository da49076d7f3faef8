//! The functions of expressions.

use std::cmp::Ordering;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_model::Value;
use kapelle_plugin::ion::ROW_BYTES_MAX;

use super::super::values::{boolean_of, decimal_of, integer_of, moment_of, order, quotient, text_of, unfit};
use super::tree::Aggregator;
use crate::numbers::bounded;

/// A function of values.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// What it does with its arguments, where it takes one; `None` where it takes any number of them.
    pub(super) work: Work,
    /// What it is over the records of a group.
    pub(super) aggregator: Option<Aggregator>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// Takes one value. Nothing gives nothing.
    One(fn(&Value) -> Result<Value, String>),
    /// Takes any number of values.
    Many(fn(&[Value]) -> Result<Value, String>),
    /// Takes any number of values, and looks only at as many as it needs.
    Coalesce,
}

const fn one(name: &'static str, work: fn(&Value) -> Result<Value, String>) -> Function {
    Function { name, work: Work::One(work), aggregator: None }
}

const fn over(
    name: &'static str,
    aggregator: Aggregator,
    work: fn(&Value) -> Result<Value, String>,
) -> Function {
    Function { name, work: Work::One(work), aggregator: Some(aggregator) }
}

/// All functions. Their names are the same in capitals and in small letters.
pub(super) const FUNCTIONS: &[Function] = &[
    over("avg", Aggregator::Average, average),
    Function { name: "coalesce", work: Work::Coalesce, aggregator: None },
    Function { name: "concat", work: Work::Many(concat), aggregator: None },
    over("count", Aggregator::Count, count),
    over("first", Aggregator::First, |list| {
        Ok(items(list)?.iter().find(|item| !is_null(item)).cloned().unwrap_or_default())
    }),
    over("last", Aggregator::Last, |list| {
        Ok(items(list)?.iter().rfind(|item| !is_null(item)).cloned().unwrap_or_default())
    }),
    over("max", Aggregator::Greatest, |list| extreme(list, Ordering::Greater)),
    over("min", Aggregator::Least, |list| extreme(list, Ordering::Less)),
    one("parseTimestamp", |value| moment_of(value).map(Value::Instant)),
    over("sum", Aggregator::Sum, |list| Ok(decimal(total(list)?.0))),
    one("toBoolean", |value| boolean_of(value).map(Value::Bool)),
    one("toDecimal", |value| decimal_of(value).map(decimal)),
    one("toInt", integer_of),
    one("toString", |value| text_of(value).map(|text| Value::from(text.as_str()))),
];

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))
}

fn decimal(number: BigDecimal) -> Value {
    Value::Decimal(Arc::new(number))
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Null)
}

fn items(list: &Value) -> Result<&[Value], String> {
    match list {
        Value::List(items) => Ok(items),
        other => Err(unfit(other, "a list, as `items[].price` gives one,")),
    }
}

/// The values of a list and of the lists within, but for those that are nothing.
fn each<'v>(list: &'v Value, found: &mut Vec<&'v Value>) -> Result<(), String> {
    for item in items(list)? {
        match item {
            Value::Null => {}
            Value::List(_) => each(item, found)?,
            other => found.push(other),
        }
    }
    Ok(())
}

/// The sum, and how many values there are.
fn total(list: &Value) -> Result<(BigDecimal, usize), String> {
    let mut found = Vec::new();
    each(list, &mut found)?;
    let mut total = BigDecimal::default();
    for value in &found {
        total = bounded(total + decimal_of(value)?)?;
    }
    Ok((total, found.len()))
}

fn average(list: &Value) -> Result<Value, String> {
    let (total, count) = total(list)?;
    Ok(quotient(&total, &BigDecimal::from(count as u64)).map(decimal).unwrap_or_default())
}

fn count(list: &Value) -> Result<Value, String> {
    Ok(Value::Int(items(list)?.len() as i64))
}

/// The least or the greatest value. Texts that are all numbers are meant as such.
fn extreme(list: &Value, wanted: Ordering) -> Result<Value, String> {
    let mut found = Vec::new();
    each(list, &mut found)?;
    let numbers: Result<Vec<_>, _> = found.iter().map(|value| decimal_of(value)).collect();
    if let Ok(numbers) = numbers {
        let best =
            numbers.into_iter().reduce(|best, next| if next.cmp(&best) == wanted { next } else { best });
        return Ok(best.map(decimal).unwrap_or_default());
    }
    let mut values = found.into_iter();
    let Some(mut best) = values.next() else { return Ok(Value::Null) };
    for value in values {
        if order(value, best)? == wanted {
            best = value;
        }
    }
    Ok(best.clone())
}

/// The texts of all values; nothing adds nothing.
fn concat(values: &[Value]) -> Result<Value, String> {
    let mut text = String::new();
    for value in values.iter().filter(|value| !is_null(value)) {
        text.push_str(&text_of(value)?);
        if text.len() > ROW_BYTES_MAX {
            return Err(format!("a text has more than {} MB", ROW_BYTES_MAX >> 20));
        }
    }
    Ok(Value::from(text.as_str()))
}
