//! Base64 with the plain alphabet. Decoding takes what Java's basic decoder takes.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(in crate::expression) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let digit =
                if index > chunk.len() { b'=' } else { ALPHABET[(bits >> (18 - 6 * index) & 63) as usize] };
            text.push(char::from(digit));
        }
    }
    text
}

/// Decodes a text with or without padding, or says what is wrong with it.
pub(in crate::expression) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let is_whole = match digits.len() % 4 {
        0 => padding == 0,
        1 => return Err("its last digit is missing".into()),
        rest => padding == 0 || padding == 4 - rest,
    };
    if !is_whole {
        return Err(format!("it has {padding} `=` at the end, which does not fit its length"));
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0);
    for character in digits.chars() {
        let digit = u8::try_from(character).ok().and_then(value);
        let digit = digit.ok_or_else(|| format!("it has the character `{}`", character.escape_debug()))?;
        bits = bits << 6 | digit;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Ok(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}
