//! Single values and names.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::tz::TimeZone;
use kapelle_core::expression::form::decimal_text;
use kapelle_model::{Failure, Value};
use num_bigint::BigInt;

/// Digits of a number; what has more is text.
const DIGITS_MAX: usize = 1_000;

/// A value on its line.
pub(super) fn write(value: &Value) -> Result<String, Failure> {
    Ok(match value {
        Value::Float(number) if number.is_finite() => {
            let plain =
                number.to_string().parse::<BigDecimal>().map(|number| number.normalized().to_plain_string());
            plain.unwrap_or_else(|_| number.to_string())
        }
        Value::Float(_) => "null".to_owned(),
        Value::Decimal(number) => decimal_text(number),
        Value::Str(text) => quoted(text.expose()),
        other => crate::json::text(other, &TimeZone::UTC, kapelle_plugin::ion::ROW_BYTES_MAX)?,
    })
}

/// A text, in quotes where it would be read as something else.
fn quoted(text: &str) -> String {
    let needs_quotes = text.is_empty()
        || text.trim() != text
        || text.starts_with('-')
        || matches!(text, "true" | "false" | "null")
        || text.contains([':', '"', '\\', '[', ']', '{', '}', ','])
        || text.chars().any(char::is_control)
        || text.starts_with(|first: char| first.is_ascii_digit());
    if needs_quotes { in_quotes(text) } else { text.to_owned() }
}

fn in_quotes(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// The name of a field.
pub(super) fn name(name: &str) -> String {
    let is_inner = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(is_inner);
    if is_plain { name.to_owned() } else { in_quotes(name) }
}

/// What a text says.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let text = text.trim();
    match text {
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        "null" => return Ok(Value::Null),
        _ => {}
    }
    if text.starts_with('"') {
        let (value, rest) = read_quoted(text)?;
        if !rest.trim().is_empty() {
            return Err(format!("there is `{}` after a text in quotes", rest.trim()));
        }
        return Ok(Value::Str(value.into()));
    }
    Ok(number(text).unwrap_or_else(|| Value::from(text)))
}

/// A text in quotes, and what stands behind it.
pub(super) fn read_quoted(text: &str) -> Result<(String, &str), String> {
    let mut out = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((out, text.get(at + 1..).unwrap_or_default())),
            '\\' => out.push(match characters.next().map(|(_, sign)| sign) {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(sign @ ('"' | '\\')) => sign,
                _ => return Err("there is no such escape: there are \\\\, \\\", \\n, \\r and \\t".to_owned()),
            }),
            _ => out.push(character),
        }
    }
    Err("a text in quotes has no end".to_owned())
}

/// Numbers with zeros in front are texts.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && !(digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit())
        && !digits.ends_with('.')
        && text.len() <= DIGITS_MAX;
    if !is_number {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(Value::Int(number));
    }
    if let Ok(number) = text.parse::<BigInt>() {
        return Some(Value::BigInt(Arc::new(number)));
    }
    let float: f64 = text.parse().ok()?;
    let exact: BigDecimal = text.parse().ok()?;
    let is_same =
        float.is_finite() && format!("{float:e}").parse::<BigDecimal>().is_ok_and(|float| float == exact);
    Some(if is_same { Value::Float(float) } else { Value::Decimal(Arc::new(exact)) })
}
