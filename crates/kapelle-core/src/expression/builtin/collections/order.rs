//! Filters that compare items: `distinct`, `sort`, `rsort`.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use kapelle_model::Value;

use super::list_bytes;
use super::lists::input_list;
use crate::expression::builtin::Call;
use crate::expression::equality::ByContent;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::order::order;
use crate::expression::run::Run;

pub(super) fn distinct(call: &mut Call<'_, '_>) -> Outcome {
    // Kestra prints a null that never was a list.
    let Some((items, _)) = input_list(call)? else { return Ok(Value::from("null")) };
    call.run.allocate(list_bytes(items.len()))?;
    look_at_all(&items, call.run)?;
    let mut seen = HashSet::new();
    let kept = items.iter().filter(|item| seen.insert(ByContent(item))).cloned().collect();
    Ok(Value::List(Arc::new(kept)))
}

pub(super) fn sort(call: &mut Call<'_, '_>) -> Outcome {
    sorted(call, order)
}

pub(super) fn rsort(call: &mut Call<'_, '_>) -> Outcome {
    sorted(call, |a, b| order(b, a))
}

fn sorted(call: &mut Call<'_, '_>, order: fn(&Value, &Value) -> Option<Ordering>) -> Outcome {
    let Some((items, _)) = input_list(call)? else { return Ok(Value::Null) };
    call.run.allocate(list_bytes(items.len()))?;
    look_at_all(&items, call.run)?;
    // The order is total within one kind of values, and everything is of the kind of the first.
    if let Some((first, others)) = items.split_first()
        && let Some(other) = others.iter().find(|other| order(first, other).is_none())
    {
        return Err(Error::wrong_type(format!(
            "the filter `{}` cannot compare {} with {}",
            call.builtin.name,
            form::describe(first),
            form::describe(other)
        ))
        .help("sort lists whose items are all texts, all numbers or all dates of one kind"));
    }
    let mut sorted = items.to_vec();
    sorted.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
    Ok(Value::List(Arc::new(sorted)))
}

/// Bytes of texts, or items, that are compared in one step.
const COMPARED_PER_STEP: usize = 64;

/// Takes the work of looking at all that is in a list. The list costs no more memory for a large value that is in it
/// many times, but to compare that takes its time.
fn look_at_all(items: &[Value], run: &mut Run<'_>) -> Outcome<()> {
    run.step((items.len() / COMPARED_PER_STEP) as u64)?;
    items.iter().try_for_each(|item| look_at(item, run))
}

fn look_at(item: &Value, run: &mut Run<'_>) -> Outcome<()> {
    match item {
        Value::Str(text) => run.step((text.expose().len() / COMPARED_PER_STEP) as u64),
        Value::Bytes(bytes) => run.step((bytes.len() / COMPARED_PER_STEP) as u64),
        Value::List(items) => {
            run.step(1)?;
            look_at_all(items, run)
        }
        Value::Map(map) => {
            run.step(1 + (map.len() / COMPARED_PER_STEP) as u64)?;
            map.values().try_for_each(|item| look_at(item, run))
        }
        Value::Secret(inner) => look_at(inner, run),
        _ => Ok(()),
    }
}
