//! The formats `@text`, `@json`, `@csv` and so on.

use super::super::meter::{Fallible, Meter, raised};
use super::super::text::{to_json, to_text};
use super::super::value::Json;
use super::{Native, native};
use crate::expression::builtin::encoding::base64;

pub(super) const ALL: &[Native] = &[native("format", 1, |input, arguments, meter| {
    let name = arguments.first().unwrap_or(&Json::Null);
    match name.as_text() {
        Some(name) => Ok(Json::text(format(name, input, meter)?)),
        None => Err(raised(format!("{} is not a valid format", name.shown()))),
    }
})];

const NAMES: &[&str] =
    &["text", "json", "csv", "tsv", "html", "uri", "sh", "base64", "base64d", "base32", "base32d"];

pub(in super::super) fn is_format(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(in super::super) fn format(name: &str, value: &Json, meter: &mut Meter<'_, '_>) -> Fallible<String> {
    match name {
        "json" => return to_json(value, meter),
        "csv" => return row(value, "csv", ",", meter),
        "tsv" => return row(value, "tsv", "\t", meter),
        "sh" => return shell(value, meter),
        _ => {}
    }
    let text = to_text(value, meter)?;
    // The longest of them writes six bytes for one.
    meter.bytes(text.len().saturating_mul(6))?;
    Ok(match name {
        "text" => text,
        "html" => replaced(
            &text,
            &[('<', "&lt;"), ('>', "&gt;"), ('&', "&amp;"), ('\'', "&apos;"), ('"', "&quot;")],
        ),
        "uri" => uri(&text),
        "base64" => base64::encode(text.as_bytes()),
        "base64d" => match base64::decode(&text) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => return Err(raised(format!("{} is not valid base64 data", Json::text(text).shown()))),
        },
        "base32" => base32(text.as_bytes()),
        "base32d" => match base32_decoded(&text) {
            Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            None => return Err(raised(format!("{} is not valid base32 data", Json::text(text).shown()))),
        },
        _ => return Err(raised(format!("{name} is not a valid format"))),
    })
}

fn replaced(text: &str, by: &[(char, &str)]) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match by.iter().find(|(special, _)| *special == character) {
            Some((_, other)) => written.push_str(other),
            None => written.push(character),
        }
    }
    written
}

fn row(value: &Json, name: &str, separator: &str, meter: &mut Meter<'_, '_>) -> Fallible<String> {
    let Some(items) = value.as_items() else {
        return Err(raised(format!("{} cannot be {name}-formatted, only array", value.shown())));
    };
    meter.bytes(value.weight())?;
    let mut cells = Vec::with_capacity(items.len());
    for item in items {
        cells.push(match item {
            Json::Null => String::new(),
            Json::Text(text) if name == "csv" => format!("\"{}\"", text.replace('"', "\"\"")),
            Json::Text(text) => {
                replaced(text, &[('\\', "\\\\"), ('\t', "\\t"), ('\n', "\\n"), ('\r', "\\r")])
            }
            Json::List(_) | Json::Map(_) => {
                return Err(raised(format!("{} is not valid in a {name} row", item.shown())));
            }
            _ => to_json(item, meter)?,
        });
    }
    Ok(cells.join(separator))
}

fn shell(value: &Json, meter: &mut Meter<'_, '_>) -> Fallible<String> {
    let word = |item: &Json, meter: &mut Meter<'_, '_>| match item {
        Json::Text(text) => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
        Json::List(_) | Json::Map(_) => Err(raised(format!("{} can not be escaped for shell", item.shown()))),
        _ => to_json(item, meter),
    };
    meter.bytes(value.weight())?;
    match value.as_items() {
        None => word(value, meter),
        Some(items) => {
            let words: Vec<String> = items.iter().map(|item| word(item, meter)).collect::<Result<_, _>>()?;
            Ok(words.join(" "))
        }
    }
}

fn uri(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~!*'()".contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push('%');
            written.push(char::from(DIGITS[usize::from(byte >> 4)]));
            written.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    written
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let bits =
            (0..5).fold(0u64, |bits, index| bits << 8 | u64::from(chunk.get(index).copied().unwrap_or(0)));
        let digits = (chunk.len() * 8).div_ceil(5);
        for index in 0..8 {
            let digit = if index < digits { BASE32[(bits >> (35 - 5 * index) & 31) as usize] } else { b'=' };
            text.push(char::from(digit));
        }
    }
    text
}

fn base32_decoded(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let digit = BASE32.iter().position(|digit| *digit == byte)?;
        bits = bits << 5 | digit as u32;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}
