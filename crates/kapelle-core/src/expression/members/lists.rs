//! Members of `List`. What they pick keeps its own mark of secrecy.

use std::sync::Arc;

use kapelle_model::Value;

use super::{Arguments, count, out_of_range};
use crate::expression::equality::same;
use crate::expression::error::Outcome;
use crate::expression::run::Run;

pub(super) fn plain(items: &Arc<Vec<Value>>, name: &str) -> Option<Value> {
    Some(match name {
        "size" => count(items.len()),
        "isempty" => Value::Bool(items.is_empty()),
        // Java fails for an empty list; a missing item can be caught by `??`.
        "getfirst" => items.first()?.clone(),
        "getlast" => items.last()?.clone(),
        "reversed" => Value::List(Arc::new(items.iter().rev().cloned().collect())),
        "tolist" | "toarray" => Value::List(Arc::clone(items)),
        _ => return None,
    })
}

pub(super) fn with_arguments(
    items: &Arc<Vec<Value>>,
    name: &str,
    arguments: &Arguments<'_>,
    run: &mut Run<'_>,
) -> Option<Outcome> {
    let argument = arguments.value(0)?;
    let seals = |value: Value| if items.iter().any(Value::has_secret) { value.into_secret() } else { value };
    let found = |at: Option<usize>| Ok(seals(at.map_or(Value::Int(-1), count)));
    Some(match (name, arguments.count()) {
        ("indexof", 1) => found(items.iter().position(|item| same(item, argument))),
        ("lastindexof", 1) => found(items.iter().rposition(|item| same(item, argument))),
        ("containsall", 1) => {
            let Value::List(wanted) = argument else { return None };
            contains_all(items, wanted, run).map(|is_so| seals(Value::Bool(is_so)))
        }
        ("get", 1) => {
            let index = arguments.int(0)?;
            match usize::try_from(index).ok().and_then(|index| items.get(index)) {
                Some(item) => Ok(item.clone()),
                None => out_of_range("a list", index, items.len()),
            }
        }
        ("sublist", 2) => {
            let (from, to) = (arguments.int(0)?, arguments.int(1)?);
            let range =
                usize::try_from(from).unwrap_or(usize::MAX)..usize::try_from(to).unwrap_or(usize::MAX);
            match items.get(range) {
                Some(part) => run.allocate(size_of_val(part)).map(|()| Value::List(Arc::new(part.to_vec()))),
                None => out_of_range("a list", if from < 0 { from } else { to }, items.len()),
            }
        }
        _ => return None,
    })
}

/// Each wanted item costs the work of looking through all others.
fn contains_all(items: &[Value], wanted: &[Value], run: &mut Run<'_>) -> Outcome<bool> {
    for wanted in wanted {
        run.step(1 + items.len() as u64 / 16)?;
        if !items.iter().any(|item| same(item, wanted)) {
            return Ok(false);
        }
    }
    Ok(true)
}
