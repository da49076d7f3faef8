//! How a text is written in YAML: plain, quoted, or as a block of lines.
//!
//! Two parties decide in Kestra, and both are followed here: Jackson, which wishes few quotes, and its emitter, which
//! knows what can be read back.

use crate::expression::escape;
use crate::expression::output::Output;

/// Words that would be read as something other than text.
const RESERVED: &[&str] = &[
    "false", "False", "FALSE", "n", "N", "no", "No", "NO", "null", "Null", "NULL", "on", "On", "ON", "off",
    "Off", "OFF", "true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
    Block,
}

/// Writes a text and ends its line.
pub(super) fn text(text: &str, indent: usize, out: &mut Output) {
    let wish = if is_reserved(text) || has_indicator(text) {
        Style::Double
    } else if text.contains('\n') {
        Style::Block
    } else if is_like_octal(text) {
        Style::Single
    } else {
        Style::Plain
    };
    match possible(text, wish) {
        Style::Plain => out.push_str(text),
        Style::Single => single_quoted(text, indent, out),
        Style::Double => double_quoted(text, out),
        Style::Block => return block(text, indent, out),
    }
    out.push_char('\n');
}

/// Writes a key that stays on its line.
pub(super) fn key(key: &str, out: &mut Output) {
    // Whatever could be the start of a number is quoted.
    let is_like_number =
        key.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'));
    let wish = if is_reserved(key) || is_like_number { Style::Double } else { Style::Plain };
    match possible(key, wish) {
        Style::Plain => out.push_str(key),
        Style::Single => single_quoted(key, 0, out),
        Style::Double | Style::Block => double_quoted(key, out),
    }
}

pub(super) fn quoted_key(key: &str, out: &mut Output) {
    double_quoted(key, out);
}

fn is_reserved(text: &str) -> bool {
    text.is_empty() || text.starts_with('~') || RESERVED.contains(&text)
}

/// Digits after a zero, which many readers take for octal.
fn is_like_octal(text: &str) -> bool {
    let digits = text.strip_prefix('0').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// Whether Jackson sees a character in it that means something.
fn has_indicator(text: &str) -> bool {
    let is_blank = |byte: Option<&u8>| matches!(byte, None | Some(b' ' | b'\t'));
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'[' | b']' | b'{' | b'}' | b',' => true,
        b'#' => is_blank(at.checked_sub(1).and_then(|before| bytes.get(before))),
        b':' => is_blank(bytes.get(at + 1)),
        _ => false,
    })
}

/// The style that is wished, or the one that the emitter takes where that cannot be read back.
fn possible(text: &str, wish: Style) -> Style {
    let can = Analysis::of(text);
    match wish {
        Style::Plain if can.plain => Style::Plain,
        Style::Block if can.block => Style::Block,
        Style::Plain | Style::Single | Style::Block if can.single && !text.is_empty() => Style::Single,
        _ => Style::Double,
    }
}

struct Analysis {
    plain: bool,
    single: bool,
    block: bool,
}

impl Analysis {
    fn of(text: &str) -> Self {
        let is_break = |character: char| character == '\n';
        let is_edge = |character: char| matches!(character, ' ' | '\n');
        // Other line breaks are read as blanks unless they are escaped.
        let is_special = |character: char| {
            !matches!(character,
                '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
                || matches!(character, '\u{2028}' | '\u{2029}')
        };
        let (mut break_space, mut space_break, mut special) = (false, false, false);
        let mut before = None;
        for character in text.chars() {
            special |= is_special(character);
            break_space |= character == ' ' && before.is_some_and(is_break);
            space_break |= before == Some(' ') && is_break(character);
            before = Some(character);
        }
        let at_edge = text.starts_with(is_edge) || text.ends_with(is_edge);
        let never = space_break || special;
        Self {
            plain: !never && !break_space && !at_edge && !means_something(text),
            single: !never && !break_space,
            block: !never && !text.ends_with(' '),
        }
    }
}

/// Whether it has a character where it is part of the syntax.
fn means_something(text: &str) -> bool {
    let ends_word = |character: Option<char>| {
        matches!(character, None | Some('\0' | ' ' | '\t' | '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}'))
    };
    let mut characters = text.chars();
    let first = characters.next();
    let first_means = match first {
        Some(
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`',
        ) => true,
        Some('?' | ':' | '-') => ends_word(characters.clone().next()),
        _ => false,
    };
    if first_means || text.starts_with("---") || text.starts_with("...") {
        return true;
    }
    let mut before = first;
    while let Some(character) = characters.next() {
        let means = match character {
            ':' => ends_word(characters.clone().next()),
            '#' => ends_word(before),
            _ => false,
        };
        if means {
            return true;
        }
        before = Some(character);
    }
    false
}

/// Line breaks are written as one more than there are, since reading folds one of them into a blank.
fn single_quoted(text: &str, indent: usize, out: &mut Output) {
    out.push_char('\'');
    let mut after_break = false;
    for character in text.chars() {
        if character == '\n' {
            out.push_str(if after_break { "\n" } else { "\n\n" });
            after_break = true;
            continue;
        }
        if after_break {
            blanks(indent, out);
        }
        after_break = false;
        if character == '\'' {
            out.push_char('\'');
        }
        out.push_char(character);
    }
    if after_break {
        blanks(indent, out);
    }
    out.push_char('\'');
}

fn double_quoted(text: &str, out: &mut Output) {
    let own = |character| {
        Some(match character {
            '\u{1b}' => "\\e",
            '\u{85}' => "\\N",
            '\u{a0}' => "\\_",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            '\u{feff}' => "\\ufeff",
            '\u{fffe}' => "\\ufffe",
            '\u{ffff}' => "\\uffff",
            _ => return None,
        })
    };
    escape::quoted(text, '"', own, out);
}

/// Lines as they are; the signs after the bar tell how the text starts and ends.
fn block(text: &str, indent: usize, out: &mut Output) {
    out.push_char('|');
    if text.starts_with([' ', '\n']) {
        out.push_char('2');
    }
    if !text.ends_with('\n') {
        out.push_char('-');
    } else if text == "\n" || text.ends_with("\n\n") {
        out.push_char('+');
    }
    out.push_char('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            blanks(indent, out);
            out.push_str(line);
        }
        out.push_char('\n');
        if out.is_full() {
            return;
        }
    }
}

fn blanks(count: usize, out: &mut Output) {
    for _ in 0..count {
        out.push_char(' ');
    }
}
