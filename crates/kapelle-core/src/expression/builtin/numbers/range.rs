//! Ranges: the function `range` and the operator `..`.

use std::sync::Arc;

use kapelle_model::Value;

use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::numeric::long_value;
use crate::expression::run::Run;

const ITEMS_MAX: i128 = 1_000_000;

pub(super) fn function(call: &mut Call<'_, '_>) -> Outcome {
    let start = call.required(0)?.clone();
    let end = call.required(1)?.clone();
    let increment = call.given(2).cloned();
    range(&start, &end, increment.as_ref(), call.run)
}

/// The numbers or characters from `start` to `end`, both included, in steps of `increment` (1).
pub(in crate::expression) fn range(
    start: &Value,
    end: &Value,
    increment: Option<&Value>,
    run: &mut Run<'_>,
) -> Outcome {
    let is_secret = [Some(start), Some(end), increment].into_iter().flatten().any(Value::has_secret);
    let step = match increment {
        None | Some(Value::Null) => 1,
        Some(value) => match long_value(value) {
            Some(step) if step != 0 => step,
            _ => {
                return Err(Error::argument(format!(
                    "the increment of a range has to be a number other than 0, not {}",
                    form::describe(value)
                )));
            }
        },
    };
    let items = match (long_value(start), long_value(end)) {
        (Some(start), Some(end)) => positions(start, end, step, run)?.map(Value::Int).collect(),
        _ => match (character(start), character(end)) {
            (Some(start), Some(end)) => positions(start.into(), end.into(), step, run)?
                .filter_map(|unit| char::from_u32(u32::try_from(unit).ok()?))
                .map(|character| Value::from(character.encode_utf8(&mut [0; 4]) as &str))
                .collect(),
            _ => {
                return Err(Error::argument(format!(
                    "a range goes from a number to a number or from a character to a character, not from {} to {}",
                    form::describe(start),
                    form::describe(end)
                ))
                .help("turn texts into numbers with the filter `number`"));
            }
        },
    };
    let items = Value::List(Arc::new(items));
    Ok(if is_secret { items.into_secret() } else { items })
}

fn positions(start: i64, end: i64, step: i64, run: &mut Run<'_>) -> Outcome<impl Iterator<Item = i64>> {
    let steps = (i128::from(end) - i128::from(start)) / i128::from(step);
    let is_ahead = (end >= start) == (step > 0) || start == end;
    let count = if is_ahead { steps + 1 } else { 0 };
    if count > ITEMS_MAX {
        return Err(Error::limit(format!("the range would have {count} items, more than {ITEMS_MAX}"))
            .help("use a larger increment, or leave the loop to a task"));
    }
    let count = i64::try_from(count).unwrap_or_default();
    run.allocate(usize::try_from(count).unwrap_or_default() * size_of::<Value>())?;
    Ok((0..count).map(move |index| start.wrapping_add(index.wrapping_mul(step))))
}

/// The UTF-16 unit of a text that has just one.
fn character(value: &Value) -> Option<u16> {
    let text = match value {
        Value::Str(text) => text.expose(),
        Value::Secret(inner) => return character(inner),
        _ => return None,
    };
    let mut units = text.encode_utf16();
    let first = units.next()?;
    units.next().is_none().then_some(first)
}
