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
use super::{Builtin, Call, Kind, Levels, Parameter, Parameters, Secrecy, optional, required};

const fn filter(
    name: &'static str,
    parameters: &'static [Parameter],
    secrecy: Secrecy,
    call: fn(&mut Call<'_, '_>) -> Outcome,
    summary: &'static str,
    example: (&'static str, &'static str),
) -> Builtin {
    Builtin {
        kind: Kind::Filter,
        name,
        parameters: Parameters::Named(parameters),
        summary,
        example: (example.0, Some(example.1)),
        secrecy,
        levels: Levels::Both,
        call,
    }
}

pub(super) const BUILTINS: &[Builtin] = &[
    filter(
        "abbreviate",
        &[required("length")],
        Secrecy::Own,
        cut::abbreviate,
        "The text cut to a length, with three dots at the end.",
        ("{{ 'a rather long line of text' | abbreviate(9) }}", "a rath..."),
    ),
    filter(
        "capitalize",
        &[],
        Secrecy::Whole,
        case::capitalize,
        "The text with its first letter as a capital.",
        ("{{ 'article title' | capitalize }}", "Article title"),
    ),
    filter(
        "endsWith",
        &[required("value")],
        Secrecy::Whole,
        ends_with,
        "Whether the text ends with another.",
        ("{{ 'report.csv' | endsWith('.csv') }}", "true"),
    ),
    filter(
        "escapeChar",
        &[required("type")],
        Secrecy::Whole,
        escape::escape_char,
        "The text with its quotes escaped: `single`, `double` or `shell`.",
        ("{{ \"it's\" | escapeChar('shell') }}", r"it'\''s"),
    ),
    filter(
        "indent",
        &[required("amount"), optional("prefix", "' '")],
        Secrecy::Whole,
        lines::indent,
        "The text with blanks in front of every line but the first.",
        ("{{ \"a\nb\" | indent(2) }}", "a\n  b"),
    ),
    filter(
        "lower",
        &[],
        Secrecy::Whole,
        case::lower,
        "The text in lower case.",
        ("{{ 'LOUD TEXT' | lower }}", "loud text"),
    ),
    filter(
        "nindent",
        &[required("amount"), optional("prefix", "' '")],
        Secrecy::Whole,
        lines::nindent,
        "The text on a new line, with blanks in front of every line.",
        ("key:{{ \"a\nb\" | nindent(2) }}", "key:\n  a\n  b"),
    ),
    filter(
        "nl2br",
        &[],
        Secrecy::Whole,
        lines::nl2br,
        "The text with `<br />` for every line break.",
        ("{{ \"a\nb\" | nl2br }}", "a<br />b"),
    ),
    filter(
        "slugify",
        &[],
        Secrecy::Whole,
        slug::slugify,
        "The text as a part of an address: lower-case letters, digits and dashes.",
        ("{{ 'Été à Paris!' | slugify }}", "ete-a-paris"),
    ),
    filter(
        "startsWith",
        &[required("value")],
        Secrecy::Whole,
        starts_with,
        "Whether the text starts with another.",
        ("{{ 'kestra:///a.csv' | startsWith('kestra://') }}", "true"),
    ),
    filter("string", &[], Secrecy::Own, string, "The value as text.", ("{{ (5 | string) == '5' }}", "true")),
    filter(
        "substringAfter",
        &[required("separator")],
        Secrecy::Own,
        cut::substring_after,
        "The text behind the first separator; empty if there is none.",
        ("{{ 'a.b.c' | substringAfter('.') }}", "b.c"),
    ),
    filter(
        "substringAfterLast",
        &[required("separator")],
        Secrecy::Own,
        cut::substring_after_last,
        "The text behind the last separator; empty if there is none.",
        ("{{ 'a.b.c' | substringAfterLast('.') }}", "c"),
    ),
    filter(
        "substringBefore",
        &[required("separator")],
        Secrecy::Own,
        cut::substring_before,
        "The text before the first separator; all of it if there is none.",
        ("{{ 'a.b.c' | substringBefore('.') }}", "a"),
    ),
    filter(
        "substringBeforeLast",
        &[required("separator")],
        Secrecy::Own,
        cut::substring_before_last,
        "The text before the last separator; all of it if there is none.",
        ("{{ 'a.b.c' | substringBeforeLast('.') }}", "a.b"),
    ),
    filter(
        "title",
        &[],
        Secrecy::Whole,
        case::title,
        "The text with the first letter of every word as a capital.",
        ("{{ 'article title' | title }}", "Article Title"),
    ),
    filter(
        "trim",
        &[],
        Secrecy::Own,
        cut::trim,
        "The text without blanks and control characters at both ends.",
        ("[{{ '   padded text   ' | trim }}]", "[padded text]"),
    ),
    filter(
        "upper",
        &[],
        Secrecy::Whole,
        case::upper,
        "The text in upper case.",
        ("{{ 'quiet sentence' | upper }}", "QUIET SENTENCE"),
    ),
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
