//! Filters that take lists and texts: `first`, `last`, `length`, `slice`.
//!
//! Indexes into texts count UTF-16 units. A border inside of a surrogate pair leaves the whole character out.

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::{list_bytes, opened, sealed};
use crate::expression::builtin::Call;
use crate::expression::error::{Error, Outcome};
use crate::expression::numeric::long_value;

pub(super) fn first(call: &mut Call<'_, '_>) -> Outcome {
    end(call, <[Value]>::first, |text| text.chars().next().map(|first| 0..first.len_utf8()))
}

pub(super) fn last(call: &mut Call<'_, '_>) -> Outcome {
    end(call, <[Value]>::last, |text| {
        text.chars().next_back().map(|last| text.len() - last.len_utf8()..text.len())
    })
}

fn end(
    call: &mut Call<'_, '_>,
    of_list: fn(&[Value]) -> Option<&Value>,
    of_text: fn(&str) -> Option<std::ops::Range<usize>>,
) -> Outcome {
    let (input, is_secret) = opened(call.take_input());
    let part = match &input {
        Value::Null => Value::Null,
        Value::List(items) => of_list(items).cloned().unwrap_or_default(),
        Value::Str(text) => match of_text(text.expose()).and_then(|range| text.slice(range)) {
            Some(character) => Value::Str(character),
            None => {
                return Err(Error::wrong_type(format!(
                    "the filter `{}` cannot be used on empty text",
                    call.builtin.name
                ))
                .help("give a value for this case with `default` before it"));
            }
        },
        _ => return Err(call.wrong_input("a list or text", &sealed(input, is_secret))),
    };
    Ok(sealed(part, is_secret))
}

pub(super) fn length(call: &mut Call<'_, '_>) -> Outcome {
    let (input, is_secret) = opened(call.take_input());
    let (length, is_secret) = match &input {
        Value::Str(text) => (utf16_length(text.expose()), text.has_secret()),
        Value::List(items) => (items.len(), is_secret),
        Value::Map(map) => (map.len(), is_secret),
        Value::Bytes(bytes) => (bytes.len(), is_secret),
        _ => (0, is_secret),
    };
    Ok(sealed(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)), is_secret))
}

pub(super) fn slice(call: &mut Call<'_, '_>) -> Outcome {
    let (input, is_secret) = opened(call.take_input());
    let length = match &input {
        Value::Null => return Ok(Value::Null),
        Value::List(items) => items.len(),
        Value::Str(text) => utf16_length(text.expose()),
        _ => return Err(call.wrong_input("a list or text", &sealed(input, is_secret))),
    };
    let is_secret = is_secret || call.all().any(Value::has_secret);
    let (from, to) = (index(call, 0)?, index(call, 1)?);
    let is_in_order = to.is_none_or(|to| from.unwrap_or(0) < to);
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(length));
    if !is_in_order || from > to || to > length {
        let error = if is_secret || input.has_secret() {
            Error::argument("`slice` cannot cut there; the values are secret")
        } else if to > length || from > length {
            Error::argument(format!("`slice` cannot cut from {from} to {to}: the length is {length}"))
        } else {
            Error::argument(format!("`slice` needs a start before its end, not {from} and {to}"))
        };
        return Err(error.help("compare with `length` before, or leave `toIndex` out to go to the end"));
    }
    let part = match &input {
        Value::List(items) => {
            call.run.allocate(list_bytes(to - from))?;
            Value::List(Arc::new(items.get(from..to).unwrap_or_default().to_vec()))
        }
        Value::Str(text) => Value::Str(utf16_slice(text, from, to)),
        _ => Value::Null,
    };
    Ok(sealed(part, is_secret))
}

fn index(call: &Call<'_, '_>, argument: usize) -> Outcome<Option<usize>> {
    let Some(given) = call.given(argument) else { return Ok(None) };
    let index = long_value(given).and_then(|index| usize::try_from(index).ok());
    index.map(Some).ok_or_else(|| call.wrong_argument(argument, "an index, 0 or more", given))
}

/// `String.length`
pub(in crate::expression) fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// The characters that lie wholly between two UTF-16 indexes.
pub(in crate::expression) fn utf16_slice(text: &Text, from: usize, to: usize) -> Text {
    let exposed = text.expose();
    let range = if exposed.is_ascii() {
        from.min(exposed.len())..to.min(exposed.len())
    } else {
        let end = utf16_floor(exposed, to);
        utf16_ceiling(exposed, from).min(end)..end
    };
    text.slice(range).unwrap_or_default()
}

/// The byte where the UTF-16 unit `index` starts, or the character around it.
fn utf16_floor(text: &str, index: usize) -> usize {
    let mut units = 0;
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > index {
            return at;
        }
    }
    text.len()
}

/// The byte where the UTF-16 unit `index` starts, or the character behind it.
fn utf16_ceiling(text: &str, index: usize) -> usize {
    let mut units = 0;
    for (at, character) in text.char_indices() {
        if units >= index {
            return at;
        }
        units += character.len_utf16();
    }
    text.len()
}
