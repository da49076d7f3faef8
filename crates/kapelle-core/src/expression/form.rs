//! Values as text: printed, as JSON, as Java writes them, and as an error shows them.
//!
//! All writers keep the secret parts secret and stop when the output is full. They may recurse over a value, since its
//! depth is bounded when it is made.

mod json;
mod moment;
mod number;

use std::borrow::Cow;

use jiff::tz::TimeZone;
use kapelle_model::{Text, Value};

use super::output::Output;
pub use json::{json, json_string, whole_json};
pub use moment::{iso_date_time, iso_date_time_full, iso_instant, iso_offset_full, iso_zoned};
pub use number::{decimal_scientific, decimal_text, float_text, float32_text};

/// Bytes of a text that an error shows.
const SHOWN_BYTES_MAX: usize = 60;

/// What `{{ value }}` writes: nothing for null, collections as JSON, everything else as Java would.
pub fn print(value: &Value, zone: &TimeZone, out: &mut Output) {
    match value {
        Value::Null => {}
        Value::Str(text) => out.push(text),
        Value::List(_) | Value::Map(_) => json(value, zone, out),
        Value::Decimal(number) => out.push_str(&decimal_text(number)),
        Value::Secret(inner) => out.marked(true, |out| print(inner, zone, out)),
        _ => java(value, out),
    }
}

/// What Java's `String.valueOf` gives: `[1, b, null]`, `{a=1}`, `null`.
pub fn java(value: &Value, out: &mut Output) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Str(text) => out.push(text),
        Value::List(items) => {
            out.enclosed(["[", ", ", "]"], items.iter(), java);
        }
        Value::Map(map) => {
            out.enclosed(["{", ", ", "}"], map.iter(), |(key, item), out| {
                out.push_str(key);
                out.push_char('=');
                java(item, out);
            });
        }
        Value::Secret(inner) => out.marked(true, |out| java(inner, out)),
        _ => out.push_str(&scalar(value)),
    }
}

/// The Java text of a value, with its secret parts.
pub fn java_text(value: &Value, bytes_max: usize) -> super::Outcome<Text> {
    if let Value::Str(text) = value {
        return Ok(text.clone());
    }
    let mut out = Output::new(bytes_max);
    java(value, &mut out);
    out.check()?;
    Ok(out.into_text())
}

/// The text of everything that is no text, collection or secret.
fn scalar(value: &Value) -> Cow<'static, str> {
    match value {
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        Value::Int(number) => number.to_string().into(),
        Value::BigInt(number) => number.to_string().into(),
        Value::Float(number) => float_text(*number).into(),
        Value::Float32(number) => float32_text(*number).into(),
        Value::Decimal(number) => decimal_scientific(number).into(),
        Value::Instant(moment) => iso_instant(*moment).into(),
        Value::Zoned(moment) => iso_zoned(moment).into(),
        Value::LocalDateTime(moment) => iso_date_time(*moment).into(),
        Value::LocalDate(date) => date.to_string().into(),
        Value::LocalTime(time) => moment::iso_time(*time).into(),
        Value::Duration(duration) => crate::time::duration::format(*duration).into(),
        // As values of tasks are kept: as text they would be damaged.
        Value::Bytes(bytes) => super::plain::to_base64(bytes).into(),
        Value::Null | Value::Str(_) | Value::List(_) | Value::Map(_) | Value::Secret(_) => "".into(),
    }
}

/// What kind of value it is, with its article, for errors: `a list`.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::BigInt(_) => "an integer",
        Value::Float(_) | Value::Float32(_) => "a float",
        Value::Decimal(_) => "a decimal",
        Value::Str(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Instant(_) | Value::Zoned(_) | Value::LocalDateTime(_) => "a date-time",
        Value::LocalDate(_) => "a date",
        Value::LocalTime(_) => "a time",
        Value::Duration(_) => "a duration",
        Value::Bytes(_) => "bytes",
        Value::Secret(inner) => kind(inner),
    }
}

/// Kind and short content of a value for errors, secrets masked: `text "abc"`, `a list of 3 items`, `the integer 5`.
pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Secret(inner) => format!("{} that is secret", kind(inner)),
        Value::Str(text) if text.has_secret() => format!("text \"{}\"", short(&text.masked())),
        Value::Str(text) => format!("text \"{}\"", short(text.expose())),
        Value::List(items) => format!("a list of {}", counted(items.len(), "item")),
        Value::Map(map) => format!("a map of {}", counted(map.len(), "entry")),
        Value::Bytes(bytes) => counted(bytes.len(), "byte"),
        _ => format!(
            "{} {}",
            kind(value).replacen("an ", "the ", 1).replacen("a ", "the ", 1),
            short(&scalar(value))
        ),
    }
}

fn counted(count: usize, what: &str) -> String {
    match (count, what) {
        (1, _) => format!("1 {what}"),
        (_, "entry") => format!("{count} entries"),
        _ => format!("{count} {what}s"),
    }
}

/// The start of a text, on one line.
pub fn short(text: &str) -> String {
    let end = text.floor_char_boundary(SHOWN_BYTES_MAX.min(text.len()));
    let shown = text[..end].replace('\n', "⏎").replace('\r', "");
    if end < text.len() { format!("{shown}…") } else { shown }
}
