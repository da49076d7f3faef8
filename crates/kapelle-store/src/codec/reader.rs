//! Reads JSON piece by piece, and says where it is not as it should be.
//!
//! It copies nothing but texts with escapes and never goes into itself: how deep the pieces may be in each other is for
//! those to say who follow them ([`value`](super::value)). Errors tell places, never contents: these may be secret.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, History, Millis};

use super::history;
use super::numbers::Numbered;
use super::packing::corrupt;
use crate::error::StoreError;

/// Why something was not read.
pub(super) enum Broken {
    Content(String),
    /// A value of it is somewhere else, and did not come from there.
    Elsewhere(StoreError),
}

impl Broken {
    /// What the store says of it.
    pub(super) fn named(self, what: &dyn std::fmt::Display) -> StoreError {
        match self {
            Self::Content(why) => corrupt(what.to_string(), why),
            Self::Elsewhere(error) => error,
        }
    }
}

pub(super) type Read<T> = Result<T, Broken>;

pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A list or a map that was opened.
pub(super) struct Open {
    is_first: bool,
    end: u8,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Read<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Broken::Content(format!("byte {} is no text", error.valid_up_to())))?;
        Ok(Self { text, at: 0 })
    }

    /// Nothing may follow.
    pub(super) fn end(mut self) -> Read<()> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { self.expected("the end") }
    }

    pub(super) fn expected<T>(&self, what: &str) -> Read<T> {
        Err(Broken::Content(format!("{what} is expected at byte {}", self.at)))
    }

    /// The first byte of what comes next; 0 at the end.
    pub(super) fn peek(&mut self) -> u8 {
        self.skip_space();
        self.byte()
    }

    pub(super) fn list(&mut self) -> Read<Open> {
        self.take(b'[', "a list")?;
        Ok(Open { is_first: true, end: b']' })
    }

    pub(super) fn map(&mut self) -> Read<Open> {
        self.take(b'{', "a map")?;
        Ok(Open { is_first: true, end: b'}' })
    }

    /// Whether another item follows; if none does, the list is closed.
    pub(super) fn more(&mut self, open: &mut Open) -> Read<bool> {
        let next = self.peek();
        if next == open.end {
            self.at += 1;
            return Ok(false);
        }
        if std::mem::take(&mut open.is_first) {
            return Ok(true);
        }
        self.take(b',', "a comma")?;
        Ok(true)
    }

    /// The same, where an item has to follow.
    pub(super) fn item(&mut self, open: &mut Open) -> Read<()> {
        if self.more(open)? { Ok(()) } else { self.expected("another item") }
    }

    /// The key of the next entry, if there is one; its value has to be read or skipped.
    pub(super) fn key(&mut self, open: &mut Open) -> Read<Option<Cow<'a, str>>> {
        if !self.more(open)? {
            return Ok(None);
        }
        let key = self.text()?;
        self.take(b':', "a colon")?;
        Ok(Some(key))
    }

    /// Skips the rest of a list, which a later version may have made longer.
    pub(super) fn close(&mut self, mut open: Open) -> Read<()> {
        while self.more(&mut open)? {
            self.skip()?;
        }
        Ok(())
    }

    /// Whether this comes next, written exactly so.
    pub(super) fn begins(&mut self, text: &str) -> bool {
        self.skip_space();
        self.text[self.at..].starts_with(text)
    }

    /// Takes `null`, if that comes next.
    pub(super) fn null(&mut self) -> bool {
        self.word("null")
    }

    pub(super) fn bool(&mut self) -> Read<bool> {
        if self.word("true") {
            Ok(true)
        } else if self.word("false") {
            Ok(false)
        } else {
            self.expected("true or false")
        }
    }

    pub(super) fn number<T: FromStr>(&mut self) -> Read<T> {
        let from = self.at;
        let number = self.digits().parse();
        if number.is_err() {
            self.at = from;
        }
        number.or_else(|_| self.expected("a number that fits"))
    }

    /// The characters of a number.
    pub(super) fn digits(&mut self) -> &'a str {
        self.skip_space();
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().take_while(is_part).count();
        self.at += length;
        &rest[..length]
    }

    pub(super) fn numbered<T: Numbered>(&mut self) -> Read<T> {
        let number = self.number()?;
        T::from_number(number).ok_or_else(|| {
            Broken::Content(format!("{} {number} is one that only a newer version knows", T::NAME))
        })
    }

    pub(super) fn text(&mut self) -> Read<Cow<'a, str>> {
        self.take(b'"', "a text")?;
        let from = self.at;
        self.scan()?;
        if self.byte() == b'"' {
            self.at += 1;
            return Ok(Cow::Borrowed(&self.text[from..self.at - 1]));
        }
        let mut text = self.text[from..self.at].to_owned();
        while self.byte() == b'\\' {
            self.at += 1;
            text.push(self.escaped()?);
            let from = self.at;
            self.scan()?;
            text.push_str(&self.text[from..self.at]);
        }
        self.at += 1;
        Ok(Cow::Owned(text))
    }

    pub(super) fn shared(&mut self) -> Read<Arc<str>> {
        Ok(Arc::from(&*self.text()?))
    }

    pub(super) fn id(&mut self) -> Read<ExecutionId> {
        match ExecutionId::parse(&self.text()?) {
            Some(id) => Ok(id),
            None => self.expected("before this the id of an execution"),
        }
    }

    pub(super) fn optional_text(&mut self) -> Read<Option<Arc<str>>> {
        if self.null() { Ok(None) } else { self.shared().map(Some) }
    }

    pub(super) fn run_index(&mut self) -> Read<RunIndex> {
        self.number().map(RunIndex)
    }

    /// The first entry of a row, which its moments are told from.
    pub(super) fn history_first(&mut self, open: &mut Open) -> Read<History> {
        match self.key(open)?.as_deref() {
            Some("h") => history::read(self, Millis(0)),
            _ => self.expected("before this the history"),
        }
    }

    /// Skips a value, however deep: what is open is counted, not followed.
    pub(super) fn skip(&mut self) -> Read<()> {
        let mut open = 0u32;
        loop {
            match self.peek() {
                b'"' => drop(self.text()?),
                b'{' | b'[' => {
                    self.at += 1;
                    open += 1;
                    continue;
                }
                b'}' | b']' if open > 0 => {
                    self.at += 1;
                    open -= 1;
                }
                b',' | b':' if open > 0 => {
                    self.at += 1;
                    continue;
                }
                b'n' | b't' | b'f' if self.word("null") || self.word("true") || self.word("false") => {}
                b'-' | b'0'..=b'9' => drop(self.digits()),
                _ => return self.expected("a value"),
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    fn word(&mut self, word: &str) -> bool {
        self.skip_space();
        let is_there = self.text[self.at..].starts_with(word);
        if is_there {
            self.at += word.len();
        }
        is_there
    }

    fn take(&mut self, byte: u8, what: &str) -> Read<()> {
        if self.peek() != byte {
            return self.expected(what);
        }
        self.at += 1;
        Ok(())
    }

    /// Goes to the next quotation mark or escape.
    fn scan(&mut self) -> Read<()> {
        let rest = &self.text.as_bytes()[self.at..];
        match rest.iter().position(|byte| matches!(byte, b'"' | b'\\')) {
            Some(length) => {
                self.at += length;
                Ok(())
            }
            None => self.expected("the end of this text"),
        }
    }

    fn escaped(&mut self) -> Read<char> {
        let byte = self.byte();
        let character = match byte {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'"' | b'\\' | b'/' => char::from(byte),
            b'u' => {
                let digits = self.text.get(self.at + 1..self.at + 5);
                let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let Some(character) = number.and_then(char::from_u32) else {
                    return self.expected("a character");
                };
                self.at += 4;
                character
            }
            _ => return self.expected("an escape"),
        };
        self.at += 1;
        Ok(character)
    }

    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }
}
