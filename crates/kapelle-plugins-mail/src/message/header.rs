//! Texts of flows in headers: none of them ends its header, or has a line that is too long.

use kapelle_core::expression::plain;

use crate::address::Address;

/// Characters of a line.
const LINE_MAX: usize = 76;

/// Bytes of a text that one encoded word holds: 56 characters of base64 and its frame, beside the name of a header.
const WORD_BYTES_MAX: usize = 42;

/// A text for people. `before` is how long its name is, with colon and space.
pub(super) fn text(text: &str, before: usize) -> String {
    let text = one_line(text);
    if is_plain(&text) && text.split(' ').all(|word| word.len() < LINE_MAX) {
        folded(&text, before)
    } else {
        encoded(&text)
    }
}

/// Addresses, one in a line.
pub(super) fn addresses(all: &[Address]) -> String {
    let each = all.iter().map(|address| {
        let Address { name, mailbox } = address;
        match name.as_str() {
            "" => mailbox.clone(),
            name if !is_plain(name) || name.len() > LINE_MAX / 2 => {
                format!("{}\r\n <{mailbox}>", encoded(name))
            }
            name if name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || " -_'".contains(character)) =>
            {
                format!("{name} <{mailbox}>")
            }
            name => format!("{} <{mailbox}>", quoted(name)),
        }
    });
    each.collect::<Vec<_>>().join(",\r\n ")
}

/// A parameter of a header, such as the name of a file, with the semicolon before it.
pub(super) fn parameter(name: &str, value: &str) -> String {
    let value = one_line(value);
    if is_plain(&value) && value.len() < LINE_MAX {
        return format!(";\r\n {name}={}", quoted(&value));
    }
    // RFC 2231: percent-encoded UTF-8, in pieces if it is long.
    let mut pieces = vec![String::new()];
    for character in value.chars() {
        let mut bytes = [0; 4];
        let escaped: String = character.encode_utf8(&mut bytes).bytes().map(percent).collect();
        match pieces.last_mut() {
            Some(last) if last.len() + escaped.len() <= LINE_MAX / 2 => last.push_str(&escaped),
            _ => pieces.push(escaped),
        }
    }
    match pieces.as_slice() {
        [whole] => format!(";\r\n {name}*=utf-8''{whole}"),
        [first, rest @ ..] => {
            let rest = rest.iter().enumerate().map(|(at, piece)| format!(";\r\n {name}*{}*={piece}", at + 1));
            format!(";\r\n {name}*0*=utf-8''{first}{}", rest.collect::<String>())
        }
        [] => String::new(),
    }
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// Line breaks, tabs and other control characters become a space: a header is one line.
fn one_line(text: &str) -> String {
    let words = text.split(|character: char| character.is_control() || character == ' ');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a text may stand as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) && !text.contains("=?")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Breaks lines at spaces.
fn folded(text: &str, before: usize) -> String {
    let mut out = String::new();
    let mut width = before;
    for word in text.split(' ') {
        if !out.is_empty() {
            let fits = width + 1 + word.len() <= LINE_MAX;
            out.push_str(if fits { " " } else { "\r\n " });
            width = if fits { width + 1 } else { 1 };
        }
        out.push_str(word);
        width += word.len();
    }
    out
}

/// RFC 2047: words of base64, each of whole characters.
fn encoded(text: &str) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if word.len() + character.len_utf8() > WORD_BYTES_MAX {
            words.push(std::mem::take(&mut word));
        }
        word.push(character);
    }
    words.push(word);
    let each = words.iter().map(|word| format!("=?UTF-8?B?{}?=", plain::to_base64(word.as_bytes())));
    each.collect::<Vec<_>>().join("\r\n ")
}
