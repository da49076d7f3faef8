//! Regular expressions.

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::super::error::{Error, Outcome};
use super::super::{form, pattern};
use super::text::deep::each_leaf;
use super::{Builtin, Call, optional, required};
use crate::pattern::Pattern;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter(
        "regexExtract",
        "The first part of the text that a regular expression matches, or one group of it; null \
         without a match.",
        extract,
    )
    .takes(&[required("regex"), optional("group", "0")])
    .gives("{{ 'order-12345-done' | regexExtract('[0-9]+') }}", "12345"),
    Builtin::filter("regexMatch", "Whether a regular expression matches some part of the text.", matches)
        .takes(&[required("regex")])
        .gives("{{ 'abc123' | regexMatch('[0-9]+') }}", "true"),
    Builtin::filter(
        "regexReplace",
        "The text with every match of a regular expression replaced; `$1` in the replacement is a group.",
        replace_matches,
    )
    .takes(&[required("regex"), required("replacement")])
    .gives("{{ 'john doe' | regexReplace('(\\w+) (\\w+)', '$2 $1') }}", "doe john"),
    Builtin::filter(
        "replace",
        "The text with every key of a map replaced by its value, in lists and maps too.",
        replace,
    )
    .takes(&[required("replace_pairs"), optional("regexp", "false")])
    .gives("{{ 'red fish, red boat' | replace({'red': 'blue'}) }}", "blue fish, blue boat"),
    Builtin::filter("split", "The parts of the text between the matches of a regular expression.", split)
        .takes(&[required("delimiter"), optional("limit", "0")])
        .gives("{{ 'a, b,c' | split(', *') }}", "[\"a\",\"b\",\"c\"]"),
];

fn extract(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let compiled = pattern::compile(call.required_text(0)?.expose())?;
    let wanted = call.given_integer(1)?.unwrap_or(0);
    let text = form::java_text(&call.input, call.run.bytes_left())?;
    let found = compiled.first_match(text.expose());
    let Some(spans) = pattern::explained(found, compiled.source())? else {
        return Ok(Value::Null);
    };
    let group = usize::try_from(wanted).ok().and_then(|index| spans.get(index));
    let Some(group) = group else {
        let count = compiled.groups();
        return Err(Error::argument(format!(
            "No group {wanted}: the regular expression `{}` has {}",
            form::short(compiled.source()),
            match count {
                0 => "no groups".to_owned(),
                1 => "one group".to_owned(),
                _ => format!("{count} groups"),
            }
        ))
        .help("put parentheses around the part to extract; group 0 is the whole match"));
    };
    Ok(group.clone().and_then(|span| text.slice(span)).map_or(Value::Null, Value::Str))
}

fn matches(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Bool(false));
    }
    let compiled = pattern::compile(call.required_text(0)?.expose())?;
    let text = form::java_text(&call.input, call.run.bytes_left())?;
    Ok(Value::Bool(pattern::is_match(&compiled, text.expose())?))
}

fn replace_matches(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let compiled = pattern::compile(call.required_text(0)?.expose())?;
    let replacement = call.required_text(1)?.clone();
    let text = form::java_text(&call.input, call.run.bytes_left())?;
    let replaced = pattern::replace_all(&compiled, text.expose(), replacement.expose(), call.run)?;
    Ok(Value::Str(replaced.map_or(text, Text::from)))
}

fn split(call: &mut Call<'_, '_>) -> Outcome {
    if matches!(call.input, Value::Null) {
        return Ok(Value::Null);
    }
    let text = call.input_text()?.clone();
    let compiled = pattern::compile(call.required_text(0)?.expose())?;
    let limit = call.given_integer(1)?.unwrap_or(0);
    let parts = pattern::split(&compiled, text.expose(), limit, call.run)?;
    Ok(Value::List(Arc::new(parts.into_iter().map(Value::from).collect())))
}

/// What is looked for in `replace`.
enum Wanted {
    Literal(Arc<str>),
    Matching(Arc<Pattern>),
}

fn replace(call: &mut Call<'_, '_>) -> Outcome {
    let input = call.take_input();
    if matches!(input, Value::Null) {
        return Ok(Value::Null);
    }
    let is_pattern = match call.given(1) {
        None => false,
        Some(Value::Bool(on)) => *on,
        Some(other) => return Err(call.wrong_argument(1, "`true` or `false`", other)),
    };
    let given = match call.required(0)? {
        Value::Map(map) => Arc::clone(map),
        other => {
            let error = call.wrong_argument(0, "a map", other);
            return Err(error.help("write what is replaced and by what: `replace({'old': 'new'})`"));
        }
    };
    let mut pairs = Vec::with_capacity(given.len());
    for (key, value) in given.iter() {
        if matches!(value, Value::Null) {
            let key = form::short(key);
            return Err(Error::null(format!("`{key}` cannot be replaced by null"))
                .help("write '' to remove it, or give a default: `value ?? ''`"));
        }
        let wanted = if is_pattern {
            Wanted::Matching(pattern::compile(key)?)
        } else {
            Wanted::Literal(Arc::clone(key))
        };
        pairs.push((wanted, form::java_text(value, call.run.bytes_left())?));
    }
    each_leaf(&input, call.run, &mut |mut text, run| {
        for (wanted, replacement) in &pairs {
            let replacement = replacement.expose();
            let replaced = match wanted {
                Wanted::Matching(compiled) => {
                    pattern::replace_all(compiled, text.expose(), replacement, run)?
                }
                Wanted::Literal(wanted) => replace_literal(text.expose(), wanted, replacement, run)?,
            };
            if let Some(replaced) = replaced {
                text = Text::from(replaced);
            }
        }
        Ok(text)
    })
}

/// Replaces a plain text; nothing if it is not there.
fn replace_literal(
    text: &str,
    wanted: &str,
    replacement: &str,
    run: &mut super::super::run::Run<'_>,
) -> Outcome<Option<String>> {
    if !text.contains(wanted) {
        return Ok(None);
    }
    let added = replacement.len().saturating_sub(wanted.len());
    if added > 0 {
        let count = text.matches(wanted).count();
        run.allocate(text.len().saturating_add(count.saturating_mul(added)))?;
    } else {
        run.allocate(text.len())?;
    }
    Ok(Some(text.replace(wanted, replacement)))
}

#[cfg(test)]
mod tests;
