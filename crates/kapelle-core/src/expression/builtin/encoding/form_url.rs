//! The encoding of HTML forms, as `java.net.URLEncoder` and `URLDecoder` have it.

pub(in crate::expression) fn encode(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => {
                encoded.push('%');
                encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
                encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    encoded
}

/// Decodes a text, or gives the part of it that is malformed. Bytes that are no UTF-8 become replacement characters.
pub(super) fn decode(text: &str) -> Result<String, &str> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let digit = |index: usize| bytes.get(index).and_then(|byte| char::from(*byte).to_digit(16));
                let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
                    let rest = &text[at..];
                    let end = rest.char_indices().nth(3).map_or(rest.len(), |(end, _)| end);
                    return Err(&rest[..end]);
                };
                decoded.push((high * 16 + low) as u8);
                at += 2;
            }
            _ => decoded.push(*byte),
        }
        at += 1;
    }
    Ok(String::from_utf8_lossy(&decoded).into_owned())
}
