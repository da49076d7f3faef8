//! Content as lines of ASCII.

use kapelle_core::expression::plain;

/// Characters of a line, without its end.
const LINE_MAX: usize = 76;

/// A text as quoted-printable. Lines end with CRLF, whatever the text has.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.replace("\r\n", "\n").replace('\r', "\n").split('\n') {
        let mut width = 0;
        let bytes = line.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let is_last = at + 1 == bytes.len();
            let is_plain = match byte {
                b'=' => false,
                // Servers take spaces away at the end of lines.
                b' ' | b'\t' => !is_last,
                // `From ` and a lone dot mean something to old programs at the start of a line.
                b'.' => width > 0,
                b'F' => width > 0 || !bytes[at..].starts_with(b"From "),
                _ => byte.is_ascii_graphic(),
            };
            let length = if is_plain { 1 } else { 3 };
            if width + length >= LINE_MAX {
                out.push_str("=\r\n");
                width = 0;
            }
            if is_plain {
                out.push(char::from(*byte));
            } else {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                let digit = |four: u8| char::from(DIGITS[usize::from(four)]);
                out.extend(['=', digit(byte >> 4), digit(byte & 15)]);
            }
            width += length;
        }
        out.push_str("\r\n");
    }
    out
}

/// Bytes as lines of base64.
pub(super) fn base64_lines(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() / 3 * 4 + bytes.len() / 28 + 4);
    // So many bytes fill a line.
    for part in bytes.chunks(LINE_MAX / 4 * 3) {
        out.push_str(&plain::to_base64(part));
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_lines_that_servers_leave_alone() {
        for (text, encoded) in [
            ("a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd\r\n"),
            ("1 + 1 = 2 ", "1 + 1 =3D 2=20\r\n"),
            ("ü€", "=C3=BC=E2=82=AC\r\n"),
            (".\nFrom me\nFor me", "=2E\r\n=46rom me\r\nFor me\r\n"),
            ("", "\r\n"),
        ] {
            assert_eq!(quoted_printable(text), encoded, "{text}");
        }
        let long = quoted_printable(&"ä.".repeat(500));
        assert!(long.split("\r\n").all(|line| line.len() <= LINE_MAX));
        assert!(!long.split("\r\n").any(|line| line.starts_with('.')));
        let joined: String = long.replace("=\r\n", "");
        assert_eq!(joined.replace("=2E", ".").trim_end(), "=C3=A4.".repeat(500));
    }

    #[test]
    fn bytes_become_short_lines() {
        let lines = base64_lines(&[7; 200]);
        assert!(lines.split("\r\n").all(|line| line.len() <= LINE_MAX));
        assert_eq!(plain::from_base64(&lines.replace("\r\n", "")).unwrap(), vec![7; 200]);
    }
}
