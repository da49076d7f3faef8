//! Parts of a text. What was secret in them stays secret, and nothing else.

use std::ops::Range;

use kapelle_model::{Text, Value};

use super::super::super::error::Outcome;
use super::super::super::form;
use super::super::exposed;
use super::{Call, is_null};

pub(super) fn trim(call: &mut Call<'_, '_>) -> Outcome {
    let input = call.take_input();
    if is_null(&input) {
        return Ok(input);
    }
    let Value::Str(text) = input else {
        return Err(call.wrong_input("text", &input));
    };
    // Java takes everything up to the blank for white space, and nothing else.
    let shown = text.expose();
    let rest = shown.trim_start_matches(|character| character <= ' ');
    let start = shown.len() - rest.len();
    let end = start + rest.trim_end_matches(|character| character <= ' ').len();
    Ok(Value::Str(part(text, start..end)))
}

pub(super) fn substring_before(call: &mut Call<'_, '_>) -> Outcome {
    cut(call, |text, separator| 0..text.find(separator).unwrap_or(text.len()))
}

pub(super) fn substring_after(call: &mut Call<'_, '_>) -> Outcome {
    cut(call, |text, separator| {
        text.find(separator).map_or(text.len(), |at| at + separator.len())..text.len()
    })
}

pub(super) fn substring_before_last(call: &mut Call<'_, '_>) -> Outcome {
    cut(call, |text, separator| 0..text.rfind(separator).unwrap_or(text.len()))
}

pub(super) fn substring_after_last(call: &mut Call<'_, '_>) -> Outcome {
    cut(call, |text, separator| {
        text.rfind(separator).map_or(text.len(), |at| at + separator.len())..text.len()
    })
}

/// The part of the input that `choose` says for the separator.
fn cut(call: &mut Call<'_, '_>, choose: fn(&str, &str) -> Range<usize>) -> Outcome {
    let input = call.take_input();
    if is_null(&input) {
        return Ok(input);
    }
    let bytes_max = call.run.bytes_left();
    let text = form::java_text(&input, bytes_max)?;
    let separator = form::java_text(call.required(0)?, bytes_max)?;
    let range = choose(text.expose(), separator.expose());
    let result = Value::Str(part(text, range));
    Ok(if separator.has_secret() { result.into_secret() } else { result })
}

pub(super) fn abbreviate(call: &mut Call<'_, '_>) -> Outcome {
    let input = call.take_input();
    if is_null(&input) {
        return Ok(input);
    }
    let Value::Str(text) = input else {
        return Err(call.wrong_input("text", &input));
    };
    let given = call.required(0)?;
    let length = match exposed(given) {
        Value::Int(length) => match usize::try_from(length) {
            Ok(length) => length,
            Err(_) => return Err(call.wrong_argument(0, "zero or more", given)),
        },
        _ => return Err(call.wrong_argument(0, "an integer", given)),
    };
    let is_secret = given.has_secret();
    let result = shortened(text, length);
    Ok(Value::Str(if is_secret { result.into_secret() } else { result }))
}

/// Lengths are counted in units of UTF-16, as Java does; a character is not cut in two.
fn shortened(text: Text, length: usize) -> Text {
    let total = text.expose().chars().map(char::len_utf16).sum::<usize>();
    // A text of exactly this length is cut as well.
    if total < length || total <= 3 {
        return text;
    }
    let kept = if length <= 3 { length } else { length - 3 };
    let mut units = 0;
    let mut end = 0;
    for character in text.expose().chars() {
        units += character.len_utf16();
        if units > kept {
            break;
        }
        end += character.len_utf8();
    }
    let start = part(text, 0..end);
    if length <= 3 { start } else { Text::concat(&start, &Text::from("...")) }
}

/// A part between two character borders.
fn part(text: Text, range: Range<usize>) -> Text {
    if range == (0..text.expose().len()) {
        return text;
    }
    text.slice(range).unwrap_or_default()
}
