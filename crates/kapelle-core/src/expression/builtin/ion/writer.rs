//! Writes values as Ion text, as the mapper of Kestra does it.

use bigdecimal::BigDecimal;
use kapelle_model::Value;

use crate::expression::builtin::encoding;
use crate::expression::escape;
use crate::expression::form;
use crate::expression::output::Output;

/// Words that are no symbols without quotes.
const KEYWORDS: &[&str] = &["null", "true", "false", "nan"];

pub(super) fn write(value: &Value, out: &mut Output) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => form::java(value, out),
        Value::Float(number) => float(*number, out),
        Value::Float32(number) => float(f64::from(*number), out),
        Value::Decimal(number) => decimal(number, out),
        Value::Str(text) => out.marked(text.has_secret(), |out| quoted(text.expose(), '"', out)),
        Value::List(items) => {
            out.enclosed(["[", ",", "]"], items.iter(), write);
        }
        Value::Map(map) => {
            out.enclosed(["{", ",", "}"], map.iter(), |(key, item), out| {
                symbol(key, out);
                out.push_char(':');
                write(item, out);
            });
        }
        Value::Instant(moment) => {
            let written = form::iso_instant(*moment);
            // A timestamp of Ion keeps its milliseconds, be they zero.
            match written.strip_suffix('Z') {
                Some(whole) if !whole.contains('.') => out.push_str(&format!("{whole}.000Z")),
                _ => out.push_str(&written),
            }
        }
        Value::Zoned(_) => annotated("ZonedDateTime", value, out),
        Value::LocalDateTime(_) => annotated("LocalDateTime", value, out),
        Value::LocalDate(_) => annotated("LocalDate", value, out),
        Value::LocalTime(_) => annotated("LocalTime", value, out),
        Value::Duration(_) => annotated("Duration", value, out),
        Value::Bytes(bytes) => {
            out.push_str("{{");
            out.push_str(&encoding::base64::encode(bytes));
            out.push_str("}}");
        }
        Value::Secret(inner) => out.marked(true, |out| write(inner, out)),
    }
}

fn annotated(annotation: &str, value: &Value, out: &mut Output) {
    out.push_str(annotation);
    out.push_str("::\"");
    form::java(value, out);
    out.push_char('"');
}

fn float(number: f64, out: &mut Output) {
    if number.is_nan() {
        out.push_str("nan");
    } else if number.is_infinite() {
        out.push_str(if number > 0.0 { "+inf" } else { "-inf" });
    } else {
        let text = form::float_text(number);
        match text.strip_suffix(".0") {
            Some(whole) => out.push_str(whole),
            None => out.push_str(&text),
        }
        if !text.contains('E') {
            out.push_str("e0");
        }
    }
}

fn decimal(number: &BigDecimal, out: &mut Output) {
    let (digits, scale) = number.as_bigint_and_exponent();
    if scale < 0 {
        out.push_str(&format!("{digits}d{}", -scale));
    } else if scale > 1_000 {
        out.push_str(&format!("{digits}d-{scale}"));
    } else {
        let plain = form::decimal_text(number);
        out.push_str(&plain);
        // Without the point it were an integer.
        if !plain.contains('.') {
            out.push_char('.');
        }
    }
}

fn symbol(name: &str, out: &mut Output) {
    let is_start = |character: char| character.is_ascii_alphabetic() || matches!(character, '_' | '$');
    let is_inner = |character: char| is_start(character) || character.is_ascii_digit();
    let is_id = name.strip_prefix('$').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let is_plain =
        name.starts_with(is_start) && name.chars().all(is_inner) && !is_id && !KEYWORDS.contains(&name);
    if is_plain {
        out.push_str(name);
    } else {
        quoted(name, '\'', out);
    }
}

fn quoted(text: &str, quote: char, out: &mut Output) {
    escape::quoted(text, quote, |_| None, out);
}
