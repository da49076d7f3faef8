//! Texts as parts of addresses, bytes as digits.

use std::fmt::Write;

/// A text with everything encoded that is not surely itself, as signatures want it.
pub fn encoded(text: &str) -> String {
    encoded_but(text, "")
}

/// The same for a path, whose slashes stay.
pub fn encoded_path(path: &str) -> String {
    encoded_but(path, "/")
}

fn encoded_but(text: &str, kept: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-._~".contains(character) || kept.contains(character) {
            encoded.push(character);
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A text that came encoded as forms are: `+` is a blank. What is no encoding stays as it is.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, escaped) {
            (b'%', Some(escaped)) => {
                bytes.push(escaped);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Names with values, as forms and queries are written.
pub fn query(entries: &[(String, String)]) -> String {
    let parts: Vec<String> =
        entries.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    parts.join("&")
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_surely_itself_is_encoded() {
        assert_eq!(encoded("a b+c/ü~*"), "a%20b%2Bc%2F%C3%BC~%2A");
        assert_eq!(encoded_path("a b/c"), "a%20b/c");
        assert_eq!(decoded("a+b%2Bc%C3%BC"), "a b+cü");
        assert_eq!(decoded("100%, %zz %"), "100%, %zz %");
    }

    proptest! {
        #[test]
        fn decoding_gives_what_was_encoded(text in "\\PC*") {
            prop_assert_eq!(decoded(&encoded(&text)), text);
        }
    }
}
