//! Writes values as Ion text, as the mapper of Kestra does it.

use bigdecimal::BigDecimal;
use jiff::tz::{Offset, TimeZone};
use kapelle_model::Value;

use crate::expression::builtin::encoding;
use crate::expression::escape;
use crate::expression::form;
use crate::expression::output::Output;

/// Words that are no symbols without quotes.
const KEYWORDS: &[&str] = &["null", "true", "false", "nan"];

/// How moments are written.
#[derive(Clone, Copy)]
pub(super) enum Moments {
    /// With milliseconds, be they zero, and nothing finer.
    Millis,
    /// With milliseconds, and with nanoseconds where there are any.
    Exact,
}

pub(super) fn write(value: &Value, moments: Moments, out: &mut Output) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => form::java(value, out),
        Value::Float(number) => float(*number, out),
        Value::Float32(number) => float(f64::from(*number), out),
        Value::Decimal(number) => decimal(number, out),
        Value::Str(text) => out.marked(text.has_secret(), |out| quoted(text.expose(), '"', out)),
        Value::List(items) => {
            out.enclosed(["[", ",", "]"], items.iter(), |item, out| write(item, moments, out));
        }
        Value::Map(map) => {
            out.enclosed(["{", ",", "}"], map.iter(), |(key, item), out| {
                symbol(key, out);
                out.push_char(':');
                write(item, moments, out);
            });
        }
        Value::Instant(moment) => {
            let local = Offset::UTC.to_datetime(*moment);
            let is_finer = local.subsec_nanosecond() % 1_000_000 != 0;
            let digits = if is_finer && matches!(moments, Moments::Exact) { "%.9f" } else { "%.3f" };
            out.push_str(&format!("{}{}Z", local.strftime("%Y-%m-%dT%H:%M:%S"), local.strftime(digits)));
        }
        Value::Zoned(moment) => {
            let region = moment.time_zone().iana_name().filter(|name| *name != "UTC");
            let region = region.map(|name| format!("[{name}]")).unwrap_or_default();
            annotated("ZonedDateTime", &format!("{}{region}", form::iso_offset_full(moment)), out);
        }
        Value::LocalDateTime(moment) => annotated("LocalDateTime", &form::iso_date_time_full(*moment), out),
        Value::LocalDate(date) => out.push_str(&date.to_string()),
        Value::LocalTime(_) => {
            let mut text = Output::new(usize::MAX);
            form::java(value, &mut text);
            annotated("LocalTime", &text.into_string(), out);
        }
        // A decimal of seconds, as in JSON.
        Value::Duration(_) => form::json(value, &TimeZone::UTC, out),
        Value::Bytes(bytes) => {
            out.push_str("{{");
            out.push_str(&encoding::base64::encode(bytes));
            out.push_str("}}");
        }
        Value::Secret(inner) => out.marked(true, |out| write(inner, moments, out)),
    }
}

fn annotated(annotation: &str, text: &str, out: &mut Output) {
    out.push_str(annotation);
    out.push_str("::\"");
    out.push_str(text);
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
            None => out.push_str(&text.replace('E', "e")),
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
