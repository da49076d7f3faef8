//! Scalars between quotes.

use std::borrow::Cow;

use super::cursor::{BREAK, DOUBLE, SINGLE, WIDE, push_breaks, push_folded};
use super::tokens::{Token, Tokens, What};
use super::{Error, Kind, Style};

impl<'a> Tokens<'a> {
    pub(super) fn quoted(&mut self, single: bool) -> Result<Token<'a>, Error> {
        let opened = self.cursor.at;
        self.cursor.skip(1);
        let (stops, style) = if single {
            (BREAK | WIDE | SINGLE, Style::SingleQuoted)
        } else {
            (BREAK | WIDE | DOUBLE, Style::DoubleQuoted)
        };
        let mut text = Cow::Borrowed("");
        loop {
            let from = self.cursor.at;
            let stop = self.cursor.run_end(from, stops);
            match self.cursor.peek(stop - from) {
                None => return Err(unclosed(opened, stop)),
                Some(b'\'') if self.cursor.peek(stop - from + 1) == Some(b'\'') => {
                    self.append(&mut text, stop + 1);
                    self.cursor.skip(1);
                }
                Some(b'\'' | b'"') => {
                    self.append(&mut text, stop);
                    self.cursor.skip(1);
                    return Ok(Token::with_text(What::Scalar(style), opened, self.cursor.at, text));
                }
                Some(b'\\') => {
                    self.append(&mut text, stop);
                    self.escape(text.to_mut(), opened)?;
                }
                Some(_) => {
                    let written = self.cursor.written_end(from, stop);
                    self.append(&mut text, written);
                    self.gap(text.to_mut(), opened, push_folded)?;
                }
            }
        }
    }

    /// Appends what stands up to `end`; the first part is borrowed.
    fn append(&mut self, text: &mut Cow<'a, str>, end: usize) {
        let part = self.cursor.slice(self.cursor.at, end);
        if text.is_empty() {
            *text = Cow::Borrowed(part);
        } else if !part.is_empty() {
            text.to_mut().push_str(part);
        }
        self.cursor.skip_to(end);
    }

    /// Goes over blanks and line breaks and appends what they stand for.
    fn gap(&mut self, text: &mut String, opened: usize, push: fn(&str, &mut String)) -> Result<(), Error> {
        let from = self.cursor.at;
        self.cursor.skip_gap();
        if self.cursor.is_document_marker() {
            return Err(unclosed(opened, self.cursor.at));
        }
        push(self.cursor.slice(from, self.cursor.at), text);
        Ok(())
    }

    fn escape(&mut self, text: &mut String, opened: usize) -> Result<(), Error> {
        let at = self.cursor.at;
        self.cursor.skip(1);
        if self.cursor.break_length(0) > 0 {
            self.cursor.skip_break();
            return self.gap(text, opened, push_breaks);
        }
        let character = match self.cursor.peek(0) {
            Some(b'0') => '\0',
            Some(b'a') => '\u{7}',
            Some(b'b') => '\u{8}',
            Some(b't' | b'\t') => '\t',
            Some(b'n') => '\n',
            Some(b'v') => '\u{b}',
            Some(b'f') => '\u{c}',
            Some(b'r') => '\r',
            Some(b'e') => '\u{1b}',
            Some(byte @ (b' ' | b'"' | b'/' | b'\\')) => char::from(byte),
            Some(b'N') => '\u{85}',
            Some(b'_') => '\u{a0}',
            Some(b'L') => '\u{2028}',
            Some(b'P') => '\u{2029}',
            Some(b'x') => return self.code_point(text, at, 2),
            Some(b'u') => return self.code_point(text, at, 4),
            Some(b'U') => return self.code_point(text, at, 8),
            Some(_) => return Err(Kind::BadEscape.at(at, opened)),
            None => return Err(unclosed(opened, self.cursor.at)),
        };
        self.cursor.skip(1);
        text.push(character);
        Ok(())
    }

    fn code_point(&mut self, text: &mut String, at: usize, digits: usize) -> Result<(), Error> {
        self.cursor.skip(1);
        let number = self.cursor.slice(self.cursor.at, self.cursor.at + digits);
        let is_number = number.len() == digits && number.bytes().all(|byte| byte.is_ascii_hexdigit());
        let character = u32::from_str_radix(number, 16).ok().filter(|_| is_number).and_then(char::from_u32);
        text.push(character.ok_or_else(|| Kind::BadCodePoint.at(at, at))?);
        self.cursor.skip(digits);
        Ok(())
    }
}

fn unclosed(opened: usize, at: usize) -> Error {
    Kind::UnclosedQuote { opened }.at(at, opened)
}
