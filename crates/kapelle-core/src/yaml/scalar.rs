//! What a plain scalar means: the types of YAML 1.1, as far as flows know them.

use kapelle_model::Data;

/// The typed value of a scalar without quotes.
pub(super) fn resolve(text: String) -> Data {
    match text.as_bytes() {
        [] | [b'~'] => Data::Null,
        [b'0'..=b'9' | b'+' | b'-', ..] => number(&text).unwrap_or(Data::Text(text)),
        [b'.', ..] => special_float(&text, 1.0).or_else(|| float(&text)).unwrap_or(Data::Text(text)),
        [b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O', ..] if text.len() <= 5 => {
            word(&text).unwrap_or(Data::Text(text))
        }
        _ => Data::Text(text),
    }
}

fn word(text: &str) -> Option<Data> {
    match text.to_ascii_lowercase().as_str() {
        "null" => Some(Data::Null),
        "true" | "yes" | "on" => Some(Data::Bool(true)),
        "false" | "no" | "off" => Some(Data::Bool(false)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Data> {
    let (negative, digits) = match text.as_bytes()[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.starts_with('.') {
        return special_float(digits, if negative { -1.0 } else { 1.0 }).or_else(|| float(text));
    }
    if digits.contains('.') || (digits.contains(['e', 'E']) && !digits.starts_with("0x")) {
        return float(text);
    }
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x', rest @ ..] if !rest.is_empty() => (16, &digits[2..]),
        [b'0', b'b', rest @ ..] if !rest.is_empty() => (2, &digits[2..]),
        [b'0', rest @ ..] if !rest.is_empty() => (8, &digits[1..]),
        [] => return None,
        _ => (10, digits),
    };
    let digits = without_underscores(digits);
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    match i64::from_str_radix(&format!("{}{digits}", if negative { "-" } else { "" }), radix) {
        Ok(value) => Some(Data::Int(value)),
        Err(_) if radix == 10 => Some(Data::BigInt(format!("{}{digits}", if negative { "-" } else { "" }))),
        Err(_) => None,
    }
}

/// Digits with a point or an exponent or both.
fn float(text: &str) -> Option<Data> {
    let shape = text.trim_start_matches(['+', '-']);
    let (mantissa, exponent) = shape.split_once(['e', 'E']).map_or((shape, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digit = [whole, fraction].iter().any(|part| part.bytes().any(|byte| byte.is_ascii_digit()));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let exponent_ok = exponent.is_none_or(|exponent| {
        let digits = exponent.trim_start_matches(['+', '-']);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    (text.len() - shape.len() <= 1 && has_digit && digits(whole) && digits(fraction) && exponent_ok)
        .then(|| without_underscores(text).parse().ok().map(Data::Float))
        .flatten()
}

fn special_float(text: &str, sign: f64) -> Option<Data> {
    match text {
        ".inf" | ".Inf" | ".INF" => Some(Data::Float(sign * f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" => Some(Data::Float(f64::NAN)),
        _ => None,
    }
}

fn without_underscores(text: &str) -> String {
    text.chars().filter(|digit| *digit != '_').collect()
}
