//! Members of `String`.

use std::cmp::Ordering;
use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::{Arguments, count, dates, out_of_range, patterns};
use crate::expression::builtin::collections::{utf16_length, utf16_slice};
use crate::expression::error::{Error, Outcome};
use crate::expression::pattern;
use crate::expression::run::Run;

pub(super) fn plain(text: &str, name: &str) -> Option<Value> {
    let white = char::is_whitespace;
    let result = match name {
        "length" => return Some(count(utf16_length(text))),
        "isempty" => return Some(Value::Bool(text.is_empty())),
        "isblank" => return Some(Value::Bool(text.chars().all(white))),
        "getbytes" => return Some(Value::Bytes(text.as_bytes().into())),
        "touppercase" => return Some(Value::from(text.to_uppercase().as_str())),
        "tolowercase" => return Some(Value::from(text.to_lowercase().as_str())),
        "trim" => text.trim_matches(|character| character <= ' '),
        "strip" => text.trim_matches(white),
        "stripleading" => text.trim_start_matches(white),
        "striptrailing" => text.trim_end_matches(white),
        "tostring" | "intern" => text,
        // Date-times often come as text.
        _ => return dates::of_text(text, name),
    };
    Some(Value::from(result))
}

pub(super) fn with_arguments(
    text: &str,
    name: &str,
    arguments: &Arguments<'_>,
    run: &mut Run<'_>,
) -> Option<Outcome> {
    if let Some(index) = arguments.int(0) {
        return with_index(text, name, index, arguments, run);
    }
    let argument = arguments.text(0)?;
    Some(match (name, arguments.count()) {
        ("startswith", 1) => Ok(Value::Bool(text.starts_with(argument))),
        ("endswith", 1) => Ok(Value::Bool(text.ends_with(argument))),
        ("contentequals", 1) => Ok(Value::Bool(text == argument)),
        ("equalsignorecase", 1) => Ok(Value::Bool(folded(text).eq(folded(argument)))),
        ("compareto", 1) => Ok(compared(text.encode_utf16(), argument.encode_utf16())),
        ("comparetoignorecase", 1) => {
            let (a, b): (String, String) = (folded(text).collect(), folded(argument).collect());
            Ok(compared(a.encode_utf16(), b.encode_utf16()))
        }
        ("concat", 1) => run
            .allocate(text.len().saturating_add(argument.len()))
            .map(|()| Value::Str(Text::concat(&text.into(), &argument.into()))),
        ("indexof", 1) => Ok(index_of(text, text.find(argument))),
        ("lastindexof", 1) => Ok(index_of(text, text.rfind(argument))),
        ("indexof", 2) => {
            let from = usize::try_from(arguments.int(1)?).unwrap_or(0);
            let rest = utf16_slice(&text.into(), from, usize::MAX);
            let before = text.len() - rest.expose().len();
            Ok(index_of(text, rest.expose().find(argument).map(|at| at + before)))
        }
        ("startswith", 2) => {
            let from = arguments.int(1)?;
            let is_inside = usize::try_from(from).is_ok_and(|from| from <= utf16_length(text));
            let rest = utf16_slice(&text.into(), usize::try_from(from).unwrap_or(0), usize::MAX);
            Ok(Value::Bool(is_inside && rest.expose().starts_with(argument)))
        }
        ("matches", 1) => pattern::compile(argument)
            .and_then(|compiled| pattern::matches_whole(&compiled, text))
            .map(Value::Bool),
        ("replaceall" | "replacefirst", 2) => {
            replaced_matches(text, argument, arguments.text(1)?, name == "replaceall", run)
        }
        ("split", 1) => split(text, argument, 0, run),
        ("split", 2) => split(text, argument, arguments.int(1)?, run),
        ("replace", 2) => replaced(text, argument, arguments.text(1)?, run),
        _ => return patterns::with_arguments(text, name, arguments, run),
    })
}

fn with_index(
    text: &str,
    name: &str,
    index: i32,
    arguments: &Arguments<'_>,
    run: &mut Run<'_>,
) -> Option<Outcome> {
    let length = utf16_length(text);
    let inside = |index: i32| usize::try_from(index).ok().filter(|index| *index <= length);
    Some(match (name, arguments.count()) {
        ("charat", 1) => match inside(index).filter(|index| *index < length) {
            Some(at) => Ok(Value::Str(utf16_slice(&text.into(), at, at + 1))),
            None => out_of_range("text", index, length),
        },
        ("substring", 1) => match inside(index) {
            Some(from) => Ok(Value::Str(utf16_slice(&text.into(), from, length))),
            None => out_of_range("text", index, length),
        },
        ("substring", 2) => {
            let end = arguments.int(1)?;
            match (inside(index), inside(end)) {
                (Some(from), Some(to)) if from <= to => Ok(Value::Str(utf16_slice(&text.into(), from, to))),
                (Some(_), None) => out_of_range("text", end, length),
                (Some(_), _) => {
                    Err(Error::argument(format!("the part of a text cannot go from {index} to {end}")))
                }
                (None, _) => out_of_range("text", index, length),
            }
        }
        ("repeat", 1) => match usize::try_from(index) {
            Ok(times) => run
                .allocate(text.len().saturating_mul(times))
                .map(|()| Value::from(text.repeat(times).as_str())),
            Err(_) => Err(Error::argument(format!("a text cannot be repeated {index} times"))),
        },
        ("indexof", 1) => {
            let found =
                u32::try_from(index).ok().and_then(char::from_u32).and_then(|character| text.find(character));
            Ok(index_of(text, found))
        }
        _ => return None,
    })
}

/// The size is known before it is made, since a text can be replaced by a longer one very often.
fn replaced(text: &str, from: &str, to: &str, run: &mut Run<'_>) -> Outcome {
    let count = text.matches(from).count();
    run.allocate(text.len().saturating_add(count.saturating_mul(to.len())))?;
    Ok(Value::from(text.replace(from, to).as_str()))
}

fn replaced_matches(text: &str, source: &str, to: &str, all: bool, run: &mut Run<'_>) -> Outcome {
    let compiled = pattern::compile(source)?;
    let replace = if all { pattern::replace_all } else { pattern::replace_first };
    let replaced = replace(&compiled, text, to, run)?;
    Ok(Value::Str(replaced.map_or_else(|| Text::from(text), Text::from)))
}

fn split(text: &str, source: &str, limit: i32, run: &mut Run<'_>) -> Outcome {
    let compiled = pattern::compile(source)?;
    let parts = pattern::split(&compiled, text, limit.into(), run)?;
    Ok(Value::List(Arc::new(parts.into_iter().map(Value::from).collect())))
}

fn index_of(text: &str, at: Option<usize>) -> Value {
    at.and_then(|at| text.get(..at)).map_or(Value::Int(-1), |before| count(utf16_length(before)))
}

/// Character by character, so that no text changes its length.
fn folded(text: &str) -> impl Iterator<Item = char> {
    let single = |mut characters: Box<dyn Iterator<Item = char>>, otherwise: char| {
        let first = characters.next().unwrap_or(otherwise);
        if characters.next().is_some() { otherwise } else { first }
    };
    text.chars().map(move |character| {
        let upper = single(Box::new(character.to_uppercase()), character);
        single(Box::new(upper.to_lowercase()), upper)
    })
}

/// The difference of the first units that differ, or of the lengths.
fn compared(a: impl Iterator<Item = u16> + Clone, b: impl Iterator<Item = u16> + Clone) -> Value {
    let differing = a.clone().zip(b.clone()).find(|(a, b)| a.cmp(b) != Ordering::Equal);
    if let Some((a, b)) = differing {
        return Value::Int(i64::from(a) - i64::from(b));
    }
    let length = |units: usize| i64::try_from(units).unwrap_or(i64::MAX);
    Value::Int(length(a.count()) - length(b.count()))
}
