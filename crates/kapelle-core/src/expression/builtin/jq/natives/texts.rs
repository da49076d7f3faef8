//! Functions on strings, and between values and their texts.

use std::sync::Arc;

use super::super::meter::{Failure, Fallible, Meter, raised};
use super::super::text::{to_json, to_text};
use super::super::value::{CELL, Json};
use super::{Native, native};
use crate::expression::builtin::json::parse_json_strictly;

pub(super) const ALL: &[Native] = &[
    native("tostring", 0, |input, _, meter| match input {
        Json::Text(_) => Ok(input.clone()),
        other => Ok(Json::text(to_json(other, meter)?)),
    }),
    native("tojson", 0, |input, _, meter| Ok(Json::text(to_json(input, meter)?))),
    native("fromjson", 0, from_json),
    native("tonumber", 0, to_number),
    native("ascii_downcase", 0, |input, _, meter| cased(input, "explode", str::to_ascii_lowercase, meter)),
    native("ascii_upcase", 0, |input, _, meter| cased(input, "explode", str::to_ascii_uppercase, meter)),
    native("startswith", 1, |input, arguments, _| {
        affix(input, arguments, "startswith", |text, part| text.starts_with(part))
    }),
    native("endswith", 1, |input, arguments, _| {
        affix(input, arguments, "endswith", |text, part| text.ends_with(part))
    }),
    native("ltrimstr", 1, |input, arguments, meter| {
        trimmed(input, arguments, |text, part| text.strip_prefix(part), meter)
    }),
    native("rtrimstr", 1, |input, arguments, meter| {
        trimmed(input, arguments, |text, part| text.strip_suffix(part), meter)
    }),
    native("trim", 0, |input, _, meter| cased(input, "trim", |text| text.trim().to_owned(), meter)),
    native("ltrim", 0, |input, _, meter| cased(input, "trim", |text| text.trim_start().to_owned(), meter)),
    native("rtrim", 0, |input, _, meter| cased(input, "trim", |text| text.trim_end().to_owned(), meter)),
    native("explode", 0, explode),
    native("implode", 0, implode),
    native("split", 1, |input, arguments, meter| match (input, arguments) {
        (Json::Text(text), [Json::Text(separator)]) => split_text(text, separator, meter),
        _ => Err(raised("split input and separator must be strings")),
    }),
    native("join", 1, join),
];

fn from_json(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let Some(text) = input.as_text() else {
        return Err(raised(format!("{} only strings can be parsed", input.shown())));
    };
    meter.bytes(text.len().saturating_mul(4))?;
    match parse_json_strictly(text) {
        Ok(value) => Json::from_parsed(value, meter),
        Err(message) => {
            Err(raised(format!("{message} (while parsing '{}')", crate::expression::form::short(text))))
        }
    }
}

fn to_number(input: &Json, _: &[Json], _: &mut Meter<'_, '_>) -> Fallible {
    match input {
        Json::Int(_) | Json::Float(_) | Json::Exact(_) => Ok(input.clone()),
        Json::Text(text) => {
            let written = text.trim();
            if let Ok(number) = written.parse::<i64>() {
                return Ok(Json::Int(number));
            }
            let is_number = written
                .starts_with(|character: char| character.is_ascii_digit() || "-+.".contains(character))
                && !written.ends_with(|character: char| character.is_ascii_alphabetic());
            let number = written.parse().ok().filter(|_| is_number);
            number
                .map(Json::number)
                .ok_or_else(|| raised(format!("{} cannot be parsed as a number", input.shown())))
        }
        other => Err(raised(format!("{} cannot be parsed as a number", other.shown()))),
    }
}

fn cased(input: &Json, name: &str, change: fn(&str) -> String, meter: &mut Meter<'_, '_>) -> Fallible {
    match input {
        Json::Text(text) => {
            meter.bytes(text.len())?;
            Ok(Json::text(change(text)))
        }
        _ => Err(raised(format!("{name} input must be a string"))),
    }
}

fn affix(input: &Json, arguments: &[Json], name: &str, is_so: fn(&str, &str) -> bool) -> Fallible {
    match (input, arguments) {
        (Json::Text(text), [Json::Text(part)]) => Ok(Json::Bool(is_so(text, part))),
        _ => Err(raised(format!("{name}() requires string inputs"))),
    }
}

/// The text without its prefix or suffix; anything else stays as it is.
fn trimmed(
    input: &Json,
    arguments: &[Json],
    trim: for<'a> fn(&'a str, &str) -> Option<&'a str>,
    meter: &mut Meter<'_, '_>,
) -> Fallible {
    let (Json::Text(text), [Json::Text(part)]) = (input, arguments) else { return Ok(input.clone()) };
    meter.bytes(text.len())?;
    Ok(trim(text, part).map_or_else(|| input.clone(), Json::text))
}

fn explode(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let Some(text) = input.as_text() else { return Err(raised("explode input must be a string")) };
    meter.bytes(text.len().saturating_mul(CELL))?;
    Json::list(text.chars().map(|character| Json::Int(i64::from(u32::from(character)))).collect())
}

fn implode(input: &Json, _: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let Some(codes) = input.as_items() else { return Err(raised("implode input must be an array")) };
    meter.bytes(codes.len() * 4)?;
    let character = |code: &Json| {
        let code = code.as_float().ok_or_else(|| {
            raised(format!("{} can't be imploded, unicode codepoint needs to be numeric", code.shown()))
        })?;
        let code =
            Some(code.trunc()).filter(|code| *code >= 0.0).and_then(|code| char::from_u32(code as u32));
        Ok::<_, Failure>(code.unwrap_or(char::REPLACEMENT_CHARACTER))
    };
    Ok(Json::text(codes.iter().map(character).collect::<Result<String, _>>()?))
}

pub(in super::super) fn split_text(text: &Arc<str>, separator: &str, meter: &mut Meter<'_, '_>) -> Fallible {
    meter.bytes(text.len().saturating_mul(2))?;
    if text.is_empty() {
        return Json::list(Vec::new());
    }
    let mut parts = Vec::new();
    if separator.is_empty() {
        meter.bytes(text.len().saturating_mul(CELL))?;
        parts.extend(text.chars().map(|character| Json::text(character.to_string())));
    } else {
        for part in text.split(separator) {
            meter.bytes(CELL)?;
            parts.push(Json::text(part));
        }
    }
    Json::list(parts)
}

/// Numbers and booleans are joined as their text, null as nothing. The separator is added to the text before it, so that
/// null separates by nothing, and what is no text is an error if there is anything to separate.
fn join(input: &Json, arguments: &[Json], meter: &mut Meter<'_, '_>) -> Fallible {
    let items: Vec<&Json> = match input {
        Json::List(list) => list.items.iter().collect(),
        Json::Map(map) => map.entries.values().collect(),
        _ => return Err(raised(format!("Cannot iterate over {}", input.shown()))),
    };
    meter.bytes(items.len() * CELL)?;
    let separator = match arguments.first().unwrap_or(&Json::Null) {
        Json::Null => "",
        Json::Text(separator) => &**separator,
        other if items.len() > 1 => {
            return Err(raised(format!("string (\"\") and {} cannot be added", other.shown())));
        }
        _ => "",
    };
    let mut joined = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            meter.bytes(separator.len())?;
            joined.push_str(separator);
        }
        match item {
            Json::Null => meter.step(1)?,
            Json::List(_) | Json::Map(_) => {
                let before = Json::text(joined).shown();
                return Err(raised(format!("{before} and {} cannot be added", item.shown())));
            }
            _ => joined.push_str(&to_text(item, meter)?),
        }
    }
    Ok(Json::text(joined))
}
