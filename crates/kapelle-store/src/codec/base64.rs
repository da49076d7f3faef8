//! Bytes as text, four characters for three of them.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let number = chunk
            .iter()
            .enumerate()
            .fold(0u32, |sum, (place, byte)| sum | u32::from(*byte) << (16 - 8 * place));
        for place in 0..4 {
            let digit = (number >> (18 - 6 * place) & 63) as usize;
            text.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[digit]) });
        }
    }
    text
}

/// `None` if the text is none of [`write`].
pub(super) fn read(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    if digits.len() % 4 == 1 || digits.len().div_ceil(4) * 4 != text.len() {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for chunk in digits.chunks(4) {
        let number = chunk.iter().try_fold(0u32, |number, digit| Some(number << 6 | value(*digit)?))?;
        let number = number << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(&number.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    Some(match digit {
        b'A'..=b'Z' => u32::from(digit - b'A'),
        b'a'..=b'z' => u32::from(digit - b'a') + 26,
        b'0'..=b'9' => u32::from(digit - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_are_written_as_everybody_does() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("\u{fb}\u{ff}", "w7vDvw=="),
        ] {
            assert_eq!(super::write(bytes.as_bytes()), text);
            assert_eq!(super::read(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["Z", "Zg", "Zg=", "Z===", "====", "Zm9v=", "Zm9v====", "Zm!v", "Zg==Zg=="] {
            assert_eq!(super::read(text), None, "{text}");
        }
    }
}
