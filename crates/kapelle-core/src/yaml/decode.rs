//! From bytes to text: UTF-8 with or without a byte order mark, and nothing else.

use kapelle_model::Span;

use crate::diagnostic::{Code, Diagnostic};
use crate::limits::SOURCE_BYTES_MAX;

const UTF8_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// The text of a flow source. The byte order mark stays in it, so that positions are those of the file.
#[expect(clippy::result_large_err, reason = "once for each file, and the error is the answer")]
pub fn decode(bytes: &[u8]) -> Result<&str, Diagnostic> {
    if bytes.len() > SOURCE_BYTES_MAX {
        let message =
            format!("the source has {} bytes, more than the limit of {SOURCE_BYTES_MAX}", bytes.len());
        let help = "split the flow into subflows, and move long scripts into namespace files";
        return Err(Diagnostic::new(Code::SourceTooLarge, Span::default(), message).help(help));
    }
    if let Some(name) = wide_encoding(bytes) {
        let message = format!("the source is encoded in {name}; flows are UTF-8");
        let help = format!("save the file as UTF-8, for example with `iconv -f {name} -t UTF-8`");
        return Err(Diagnostic::new(Code::SourceEncoding, Span::default(), message).help(help));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!("byte 0x{:02X} at offset {at} is not UTF-8", bytes[at]);
        let help = "the file is probably in an older 8-bit encoding: save it as UTF-8, \
                    for example with `iconv -f ISO-8859-1 -t UTF-8`";
        Diagnostic::new(Code::SourceEncoding, Span::new(at as u32, at as u32 + 1), message).help(help)
    })
}

/// Without the byte order mark; also the number of bytes that were left out.
pub(super) fn without_mark(text: &str) -> (&str, usize) {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, UTF8_MARK.len()),
        None => (text, 0),
    }
}

/// UTF-16 and UTF-32 by their mark, or by the zero bytes beside the first ASCII character.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [_, 0, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, _, ..] => Some("UTF-32BE"),
        [0xFF, 0xFE, ..] | [1..=255, 0, 1..=255, 0, ..] => Some("UTF-16LE"),
        [0xFE, 0xFF, ..] | [0, 1..=255, 0, 1..=255, ..] => Some("UTF-16BE"),
        _ => None,
    }
}
