//! Filters that take a list: `chunk`, `flatten`, `join`, `reverse`.

use std::sync::Arc;

use kapelle_model::Value;

use super::{list_bytes, opened, sealed};
use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::numeric::long_value;
use crate::expression::output::Output;

/// The list that a filter is given; nothing for null.
pub(super) fn input_list(call: &mut Call<'_, '_>) -> Outcome<Option<(Arc<Vec<Value>>, bool)>> {
    match opened(call.take_input()) {
        (Value::Null, _) => Ok(None),
        (Value::List(items), is_secret) => Ok(Some((items, is_secret))),
        (Value::Str(text), _) => Err(call
            .wrong_input("a list", &Value::Str(text))
            .help("`split` makes a list of a text, `fromJson` one of a JSON array")),
        (other, true) => Err(call.wrong_input("a list", &other.into_secret())),
        (other, false) => Err(call.wrong_input("a list", &other)),
    }
}

pub(super) fn chunk(call: &mut Call<'_, '_>) -> Outcome {
    let Some((items, is_secret)) = input_list(call)? else { return Ok(Value::Null) };
    let given = call.required(0)?;
    let (size, is_size_secret) = (long_value(given), given.has_secret());
    let size = match size.map(usize::try_from) {
        Some(Ok(size)) if size > 0 => size,
        _ => return Err(call.wrong_argument(0, "a number of items, at least 1", given)),
    };
    call.run.allocate(list_bytes(items.len().saturating_add(items.len() / size)))?;
    let chunks = items.chunks(size).map(|chunk| Value::List(Arc::new(chunk.to_vec()))).collect();
    Ok(sealed(Value::List(Arc::new(chunks)), is_secret || is_size_secret))
}

pub(super) fn flatten(call: &mut Call<'_, '_>) -> Outcome {
    let Some((items, is_secret)) = input_list(call)? else { return Ok(Value::Null) };
    let mut flat = Vec::new();
    for item in items.iter() {
        let (inner, is_inner_secret) = opened(item.clone());
        match inner {
            Value::List(inner) => {
                call.run.allocate(list_bytes(inner.len()))?;
                flat.extend(inner.iter().map(|item| sealed(item.clone(), is_inner_secret)));
            }
            _ => flat.push(item.clone()),
        }
    }
    Ok(sealed(Value::List(Arc::new(flat)), is_secret))
}

pub(super) fn join(call: &mut Call<'_, '_>) -> Outcome {
    let Some((items, is_secret)) = input_list(call)? else { return Ok(Value::Null) };
    let mut out = Output::new(call.run.bytes_left());
    {
        let separator = call.given_text(0)?;
        for (index, item) in items.iter().enumerate() {
            if let Some(separator) = separator
                && index > 0
            {
                out.push(separator);
            }
            form::java(item, &mut out);
            if out.is_full() {
                break;
            }
        }
    }
    out.check().map_err(|_| {
        Error::limit("the joined text would take more memory than an expression may use")
            .help("join fewer items, or leave the work to a task")
    })?;
    call.run.allocate(out.len())?;
    Ok(sealed(Value::Str(out.into_text()), is_secret))
}

pub(super) fn reverse(call: &mut Call<'_, '_>) -> Outcome {
    let Some((items, is_secret)) = input_list(call)? else { return Ok(Value::Null) };
    call.run.allocate(list_bytes(items.len()))?;
    Ok(sealed(Value::List(Arc::new(items.iter().rev().cloned().collect())), is_secret))
}
