//! Writes YAML whose values are read again with the types they had.

use jiff::tz::TimeZone;
use kapelle_core::expression::form::{iso_date_time_full, iso_instant, iso_offset_full};
use kapelle_model::{Failure, Value};
use kapelle_plugin::ion::ROW_BYTES_MAX;

/// Blanks of a level.
const INDENT: usize = 2;

/// Words that mean something without quotes, in any case.
const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

/// A value as a document.
pub(super) fn document(value: &Value) -> Result<String, Failure> {
    let mut out = String::new();
    block(value, 0, &mut out)?;
    Ok(out)
}

/// A value on lines of its own; the first one is indented already.
fn block(value: &Value, indent: usize, out: &mut String) -> Result<(), Failure> {
    match value {
        Value::Map(map) if !map.is_empty() => {
            for (place, (key, value)) in map.iter().enumerate() {
                if place > 0 {
                    blanks(indent, out);
                }
                out.push_str(&text(key)?);
                out.push(':');
                if is_block(value) {
                    out.push('\n');
                    blanks(indent + INDENT, out);
                    block(value, indent + INDENT, out)?;
                } else {
                    out.push(' ');
                    scalar(value, out)?;
                }
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (place, value) in items.iter().enumerate() {
                if place > 0 {
                    blanks(indent, out);
                }
                dash(value, indent, out)?;
            }
        }
        value => scalar(value, out)?,
    }
    Ok(())
}

fn dash(value: &Value, indent: usize, out: &mut String) -> Result<(), Failure> {
    out.push_str("- ");
    block(value, indent + INDENT, out)
}

fn blanks(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', count));
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Map(map) => !map.is_empty(),
        Value::List(items) => !items.is_empty(),
        _ => false,
    }
}

/// A value on the rest of a line.
fn scalar(value: &Value, out: &mut String) -> Result<(), Failure> {
    let written = match value {
        Value::Str(value) => text(value.expose())?,
        Value::Instant(moment) => text(&iso_instant(*moment))?,
        Value::Zoned(moment) => text(&iso_offset_full(moment))?,
        Value::LocalDateTime(moment) => text(&iso_date_time_full(*moment))?,
        Value::Float(number) if number.is_nan() => ".nan".to_owned(),
        Value::Float(number) if number.is_infinite() => {
            (if *number > 0.0 { ".inf" } else { "-.inf" }).to_owned()
        }
        Value::Map(_) => "{}".to_owned(),
        Value::List(_) => "[]".to_owned(),
        other => crate::json::text(other, &TimeZone::UTC, ROW_BYTES_MAX)?,
    };
    out.push_str(&written);
    out.push('\n');
    Ok(())
}

/// Plain where that is beyond doubt; else as JSON, which YAML reads too.
fn text(value: &str) -> Result<String, Failure> {
    let is_inner = |character: char| {
        character.is_alphanumeric() || matches!(character, ' ' | '_' | '-' | '.' | '/' | '@')
    };
    let is_plain = value.starts_with(char::is_alphabetic)
        && value.chars().all(is_inner)
        && !value.ends_with(' ')
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(value));
    if is_plain {
        return Ok(value.to_owned());
    }
    crate::json::text(&Value::from(value), &TimeZone::UTC, ROW_BYTES_MAX)
}
