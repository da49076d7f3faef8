//! JSON and YAML from elsewhere as values.

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::Call;
use crate::expression::error::{Error, Outcome};

pub(super) fn json(call: &mut Call<'_, '_>, text: &str) -> Outcome {
    call.run.allocate(text.len())?;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    match values.next() {
        Some(Ok(value)) => Ok(value_of(&value)),
        Some(Err(error)) => Err(Error::invalid(format!("the text is not JSON: {error}"))),
        None => Err(Error::invalid("the text is empty")),
    }
}

pub(in crate::expression) fn parse_json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map(|value| value_of(&value)).map_err(|error| error.to_string())
}

pub(in crate::expression) fn decode_base64(text: &str) -> Result<Vec<u8>, String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut word = 0u32;
    let mut bits = 0;
    let mut out = Vec::new();
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        let six = LETTERS.iter().position(|letter| *letter == byte).ok_or("wrong letter")?;
        word = word << 6 | six as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
        }
    }
    Ok(out)
}

pub(super) fn yaml(_call: &mut Call<'_, '_>, _text: &str) -> Outcome {
    Err(Error::invalid("not yet"))
}

pub(super) fn yaml_text(_call: &mut Call<'_, '_>, _value: Value) -> Outcome<Text> {
    Err(Error::invalid("not yet"))
}

pub(super) fn form_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(byte as char),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            if at <= chunk.len() {
                out.push(char::from(LETTERS[(word >> (18 - 6 * at)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

fn value_of(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(is_true) => Value::Bool(*is_true),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or_default()), Value::Int)
        }
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::List(Arc::new(items.iter().map(value_of).collect())),
        serde_json::Value::Object(map) => Value::Map(Arc::new(
            map.iter().map(|(key, value)| (Arc::from(key.as_str()), value_of(value))).collect(),
        )),
    }
}
