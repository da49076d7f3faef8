//! Text.

mod case;
mod cut;
pub(super) mod deep;
mod escape;
mod lines;
mod slug;

use kapelle_model::{Text, Value};

use super::super::error::Outcome;
use super::super::form;
use super::{Builtin, Call, optional, required};

pub(in crate::expression) use slug::slug;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter("abbreviate", "The text cut to a length, with three dots at the end.", cut::abbreviate)
        .takes(&[required("length")])
        .gives("{{ 'a rather long line of text' | abbreviate(9) }}", "a rath...")
        .keeps_marks(),
    Builtin::filter("capitalize", "The text with its first letter as a capital.", case::capitalize)
        .gives("{{ 'article title' | capitalize }}", "Article title"),
    Builtin::filter("endsWith", "Whether the text ends with another.", ends_with)
        .takes(&[required("value")])
        .gives("{{ 'report.csv' | endsWith('.csv') }}", "true"),
    Builtin::filter(
        "escapeChar",
        "The text with its quotes escaped: `single`, `double` or `shell`.",
        escape::escape_char,
    )
    .takes(&[required("type")])
    .gives("{{ \"it's\" | escapeChar('shell') }}", r"it'\''s"),
    Builtin::filter("indent", "The text with blanks in front of every line but the first.", lines::indent)
        .takes(&[required("amount"), optional("prefix", "' '")])
        .gives("{{ \"a\nb\" | indent(2) }}", "a\n  b"),
    Builtin::filter("lower", "The text in lower case.", case::lower)
        .gives("{{ 'LOUD TEXT' | lower }}", "loud text"),
    Builtin::filter("nindent", "The text on a new line, with blanks in front of every line.", lines::nindent)
        .takes(&[required("amount"), optional("prefix", "' '")])
        .gives("key:{{ \"a\nb\" | nindent(2) }}", "key:\n  a\n  b"),
    Builtin::filter("nl2br", "The text with `<br />` for every line break.", lines::nl2br)
        .gives("{{ \"a\nb\" | nl2br }}", "a<br />b"),
    Builtin::filter(
        "slugify",
        "The text as a part of an address: lower-case letters, digits and dashes.",
        slug::slugify,
    )
    .gives("{{ 'Été à Paris!' | slugify }}", "ete-a-paris"),
    Builtin::filter("startsWith", "Whether the text starts with another.", starts_with)
        .takes(&[required("value")])
        .gives("{{ 'kestra:///a.csv' | startsWith('kestra://') }}", "true"),
    Builtin::filter("string", "The value as text.", string)
        .gives("{{ (5 | string) == '5' }}", "true")
        .keeps_marks(),
    Builtin::filter(
        "substringAfter",
        "The text behind the first separator; empty if there is none.",
        cut::substring_after,
    )
    .takes(&[required("separator")])
    .gives("{{ 'a.b.c' | substringAfter('.') }}", "b.c")
    .keeps_marks(),
    Builtin::filter(
        "substringAfterLast",
        "The text behind the last separator; empty if there is none.",
        cut::substring_after_last,
    )
    .takes(&[required("separator")])
    .gives("{{ 'a.b.c' | substringAfterLast('.') }}", "c")
    .keeps_marks(),
    Builtin::filter(
        "substringBefore",
        "The text before the first separator; all of it if there is none.",
        cut::substring_before,
    )
    .takes(&[required("separator")])
    .gives("{{ 'a.b.c' | substringBefore('.') }}", "a")
    .keeps_marks(),
    Builtin::filter(
        "substringBeforeLast",
        "The text before the last separator; all of it if there is none.",
        cut::substring_before_last,
    )
    .takes(&[required("separator")])
    .gives("{{ 'a.b.c' | substringBeforeLast('.') }}", "a.b")
    .keeps_marks(),
    Builtin::filter("title", "The text with the first letter of every word as a capital.", case::title)
        .gives("{{ 'article title' | title }}", "Article Title"),
    Builtin::filter("trim", "The text without blanks and control characters at both ends.", cut::trim)
        .gives("[{{ '   padded text   ' | trim }}]", "[padded text]")
        .keeps_marks(),
    Builtin::filter("upper", "The text in upper case.", case::upper)
        .gives("{{ 'quiet sentence' | upper }}", "QUIET SENTENCE"),
];

fn starts_with(call: &mut Call<'_, '_>) -> Outcome {
    let (text, part) = two_texts(call)?;
    Ok(Value::Bool(text.expose().starts_with(part.expose())))
}

fn ends_with(call: &mut Call<'_, '_>) -> Outcome {
    let (text, part) = two_texts(call)?;
    Ok(Value::Bool(text.expose().ends_with(part.expose())))
}

/// The input and the first argument as texts. Null as input is an error.
fn two_texts(call: &mut Call<'_, '_>) -> Outcome<(Text, Text)> {
    if matches!(call.input, Value::Null) {
        return Err(call.wrong_input("text", &call.input).help("give a default: `(value ?? '') | …`"));
    }
    let bytes_max = call.run.bytes_left();
    Ok((form::java_text(&call.input, bytes_max)?, form::java_text(call.required(0)?, bytes_max)?))
}

fn string(call: &mut Call<'_, '_>) -> Outcome {
    let input = call.take_input();
    if is_null(&input) {
        return Ok(input);
    }
    Ok(Value::Str(form::java_text(&input, call.run.bytes_left())?))
}

/// Whether it is null, be it a secret one.
fn is_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Secret(inner) => matches!(**inner, Value::Null),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
