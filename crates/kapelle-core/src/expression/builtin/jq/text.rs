//! Values of jq as JSON text.

use super::meter::{Fallible, Meter};
use super::value::Json;
use crate::expression::Error;
use crate::expression::form;
use crate::expression::output::Output;

/// `tojson`
pub(super) fn to_json(value: &Json, meter: &mut Meter<'_, '_>) -> Fallible<String> {
    meter.bytes(value.weight())?;
    // Escapes make a text six times as long at most.
    let mut out = Output::new(value.weight().saturating_mul(6));
    write(value, &mut out);
    meter.bytes(out.len())?;
    if out.is_full() {
        return Err(Error::limit("the JSON text of a value in the jq program is too long").into());
    }
    Ok(out.into_string())
}

/// `tostring`
pub(super) fn to_text(value: &Json, meter: &mut Meter<'_, '_>) -> Fallible<String> {
    match value {
        Json::Text(text) => {
            meter.bytes(text.len())?;
            Ok(text.to_string())
        }
        other => to_json(other, meter),
    }
}

/// Writes JSON until the output is full. Recursion is bounded by the depth of values.
pub(super) fn write(value: &Json, out: &mut Output) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Int(number) => out.push_str(&number.to_string()),
        Json::Float(number) => out.push_str(&number_text(*number)),
        Json::Exact(number) => {
            let mut digits = Output::new(usize::MAX);
            form::json(&number.0, &jiff::tz::TimeZone::UTC, &mut digits);
            out.push_str(digits.expose());
        }
        Json::Text(text) => form::json_string(text, out),
        Json::List(list) => {
            out.enclosed(["[", ",", "]"], list.items.iter(), write);
        }
        Json::Map(map) => {
            out.enclosed(["{", ",", "}"], map.entries.iter(), |(key, item), out| {
                form::json_string(key, out);
                out.push_char(':');
                write(item, out);
            });
        }
    }
}

/// A number as jq 1.6 prints it: no `NaN`, the largest number for infinity, `1e+17` for what is long.
fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "null".into();
    }
    let number = number.clamp(f64::MIN, f64::MAX);
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-4..1e17).contains(&magnitude) {
        let text = format!("{number:e}");
        return match text.split_once('e') {
            Some((mantissa, exponent)) if !exponent.starts_with('-') => format!("{mantissa}e+{exponent}"),
            Some((mantissa, exponent)) if exponent.len() == 2 => format!("{mantissa}e-0{}", &exponent[1..]),
            _ => text,
        };
    }
    format!("{number}")
}
