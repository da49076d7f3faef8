//! From text to tokens: indicators, scalars, and the ends of blocks that only the indentation tells.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::cursor::{BREAK, Cursor, WIDE};
use super::indent::Indent;
use super::keys::{Candidate, Keys};
use super::names::Handles;
use super::{Error, Kind, Style};

/// The sorts of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Directive,
    DocumentStart,
    DocumentEnd,
    TextEnd,
    BlockListStart,
    BlockMapStart,
    BlockEnd,
    FlowListStart,
    FlowListEnd,
    FlowMapStart,
    FlowMapEnd,
    Item,
    Comma,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar(Style),
}

#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) what: What,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Name or value.
    pub(super) text: Cow<'a, str>,
    /// A `:` behind it made it a key, perhaps the first one of a map.
    is_key: bool,
    opens_map: bool,
}

impl<'a> Token<'a> {
    pub(super) fn new(what: What, start: usize, end: usize) -> Self {
        Self::with_text(what, start, end, Cow::Borrowed(""))
    }

    pub(super) fn with_text(what: What, start: usize, end: usize, text: Cow<'a, str>) -> Self {
        Self { what, start, end, text, is_key: false, opens_map: false }
    }
}

/// A token without its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ahead {
    pub(super) what: What,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The tokens of a text, found one after the other.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) indent: Indent,
    pub(super) keys: Keys,
    pub(super) handles: Handles<'a>,
    /// A key may start here.
    pub(super) key_allowed: bool,
    /// Found but not taken: a `:` behind it may still turn the first one into a key.
    queue: VecDeque<Token<'a>>,
    taken: usize,
    is_over: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            cursor: Cursor::new(text),
            indent: Indent::default(),
            keys: Keys::new(),
            handles: Handles::default(),
            key_allowed: true,
            queue: VecDeque::new(),
            taken: 0,
            is_over: false,
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Result<Ahead, Error> {
        while !self.is_over && self.is_undecided()? {
            self.fetch()?;
        }
        let Some(token) = self.queue.front() else {
            return Ok(Ahead { what: What::TextEnd, start: self.cursor.at, end: self.cursor.at });
        };
        let (what, end) = match token {
            Token { opens_map: true, .. } => (What::BlockMapStart, token.start),
            Token { is_key: true, .. } => (What::Key, token.start),
            _ => (token.what, token.end),
        };
        Ok(Ahead { what, start: token.start, end })
    }

    /// Goes over the token that [`Self::peek`] showed.
    pub(super) fn skip(&mut self) {
        match self.queue.front_mut() {
            Some(token) if token.opens_map => token.opens_map = false,
            Some(token) if token.is_key => token.is_key = false,
            _ => drop(self.take_text()),
        }
    }

    /// Takes the token that [`Self::peek`] showed.
    pub(super) fn take_text(&mut self) -> Cow<'a, str> {
        self.taken += 1;
        self.queue.pop_front().map(|token| token.text).unwrap_or_default()
    }

    fn is_undecided(&mut self) -> Result<bool, Error> {
        if self.queue.is_empty() {
            return Ok(true);
        }
        Ok(self.first_candidate()? == Some(self.taken))
    }

    fn first_candidate(&mut self) -> Result<Option<usize>, Error> {
        self.keys.first(self.cursor.line, self.cursor.characters(), self.cursor.at)
    }

    fn push(&mut self, token: Token<'a>) {
        self.queue.push_back(token);
    }

    fn fetch(&mut self) -> Result<(), Error> {
        self.skip_to_token();
        self.first_candidate()?;
        let column = self.cursor.column();
        self.close_blocks(column);
        let Some(byte) = self.cursor.peek(0) else {
            return self.end_of_text();
        };
        if column == 1 {
            if byte == b'%' {
                self.leave_document()?;
                let token = self.directive()?;
                self.push(token);
                return Ok(());
            }
            if self.cursor.is_document_marker() {
                return self.document_marker(byte);
            }
        }
        self.fetch_from(byte)
    }

    fn fetch_from(&mut self, byte: u8) -> Result<(), Error> {
        let in_brackets = self.keys.is_in_brackets();
        match byte {
            b'[' => self.open_bracket(What::FlowListStart),
            b'{' => self.open_bracket(What::FlowMapStart),
            b']' => self.close_bracket(What::FlowListEnd),
            b'}' => self.close_bracket(What::FlowMapEnd),
            b',' => self.comma(),
            b'-' if self.cursor.is_gap(1) => self.item(),
            b'?' if in_brackets || self.cursor.is_gap(1) => self.key(),
            b':' if in_brackets || self.cursor.is_gap(1) => self.value(),
            b'*' => self.scan(Self::alias),
            b'&' => self.scan(Self::anchor),
            b'!' => self.scan(Self::tag),
            b'|' | b'>' if !in_brackets => self.block_scalar(byte == b'|'),
            b'\'' => self.scan(|tokens| tokens.quoted(true)),
            b'"' => self.scan(|tokens| tokens.quoted(false)),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b' ' | b'\t' => self.no_token(),
            _ => self.scan(Self::plain),
        }
    }

    fn no_token(&mut self) -> Result<(), Error> {
        let at = self.cursor.at;
        Err(match self.cursor.character() {
            None | Some('\t') => Kind::Tab.at(at, at),
            Some(character) => Kind::NoToken(character).at(at, at),
        })
    }

    /// Goes over blanks, comments and line breaks. A tab is a blank only where no key may start.
    fn skip_to_token(&mut self) {
        loop {
            let in_brackets = self.keys.is_in_brackets();
            while let Some(byte) = self.cursor.peek(0) {
                if byte != b' ' && (byte != b'\t' || (self.key_allowed && !in_brackets)) {
                    break;
                }
                self.cursor.skip(1);
            }
            if self.cursor.peek(0) == Some(b'#') {
                self.skip_comment();
            }
            if self.cursor.break_length(0) == 0 {
                return;
            }
            self.cursor.skip_break();
            if !in_brackets {
                self.key_allowed = true;
            }
        }
    }

    pub(super) fn skip_comment(&mut self) {
        let end = self.cursor.run_end(self.cursor.at, BREAK | WIDE);
        self.cursor.skip_to(end);
    }

    /// Ends the blocks that start to the right of the column.
    fn close_blocks(&mut self, column: usize) {
        if self.keys.is_in_brackets() {
            return;
        }
        let at = self.cursor.at;
        while self.indent.leave(column) {
            self.push(Token::new(What::BlockEnd, at, at));
        }
    }

    /// Starts a block here, if this is the first key or item of one.
    fn open_block(&mut self, what: What) {
        let at = self.cursor.at;
        if self.indent.deepen(self.cursor.column()) {
            self.push(Token::new(what, at, at));
        }
    }

    fn end_of_text(&mut self) -> Result<(), Error> {
        self.keys.remove(self.cursor.at)?;
        self.keys.first(usize::MAX, 0, self.cursor.at)?;
        self.keys.forget_all();
        self.close_blocks(0);
        self.is_over = true;
        Ok(())
    }

    fn leave_document(&mut self) -> Result<(), Error> {
        self.close_blocks(0);
        self.keys.remove(self.cursor.at)?;
        self.key_allowed = false;
        Ok(())
    }

    fn document_marker(&mut self, byte: u8) -> Result<(), Error> {
        self.leave_document()?;
        self.indicator(if byte == b'-' { What::DocumentStart } else { What::DocumentEnd }, 3);
        Ok(())
    }

    fn indicator(&mut self, what: What, length: usize) {
        let start = self.cursor.at;
        self.cursor.skip(length);
        self.push(Token::new(what, start, self.cursor.at));
    }

    fn open_bracket(&mut self, what: What) -> Result<(), Error> {
        self.suggest_key()?;
        self.keys.open_bracket();
        self.key_allowed = true;
        self.indicator(what, 1);
        Ok(())
    }

    fn close_bracket(&mut self, what: What) -> Result<(), Error> {
        self.keys.remove(self.cursor.at)?;
        self.keys.close_bracket();
        self.key_allowed = false;
        self.indicator(what, 1);
        Ok(())
    }

    fn comma(&mut self) -> Result<(), Error> {
        self.keys.remove(self.cursor.at)?;
        self.key_allowed = true;
        self.indicator(What::Comma, 1);
        Ok(())
    }

    fn item(&mut self) -> Result<(), Error> {
        if !self.keys.is_in_brackets() {
            if !self.key_allowed {
                return Err(Kind::ItemNotAllowed.at(self.cursor.at, self.cursor.at));
            }
            self.open_block(What::BlockListStart);
        }
        self.keys.remove(self.cursor.at)?;
        self.key_allowed = true;
        self.indicator(What::Item, 1);
        Ok(())
    }

    fn key(&mut self) -> Result<(), Error> {
        let in_brackets = self.keys.is_in_brackets();
        if !in_brackets {
            if !self.key_allowed {
                return Err(Kind::KeyNotAllowed.at(self.cursor.at, self.cursor.at));
            }
            self.open_block(What::BlockMapStart);
        }
        self.keys.remove(self.cursor.at)?;
        self.key_allowed = !in_brackets;
        self.indicator(What::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> Result<(), Error> {
        let in_brackets = self.keys.is_in_brackets();
        if let Some(candidate) = self.keys.take() {
            let opens_map = !in_brackets && self.indent.deepen(candidate.column);
            let place = candidate.token.checked_sub(self.taken);
            if let Some(token) = place.and_then(|place| self.queue.get_mut(place)) {
                token.is_key = true;
                token.opens_map = opens_map;
            }
            self.key_allowed = false;
        } else {
            if !in_brackets {
                if !self.key_allowed {
                    return Err(Kind::ColonInValue.at(self.cursor.at, self.cursor.at));
                }
                self.open_block(What::BlockMapStart);
            }
            self.key_allowed = !in_brackets;
        }
        self.indicator(What::Value, 1);
        Ok(())
    }

    /// Remembers that a key may start here.
    fn suggest_key(&mut self) -> Result<(), Error> {
        if !self.key_allowed {
            return Ok(());
        }
        self.keys.remove(self.cursor.at)?;
        let column = self.cursor.column();
        self.keys.suggest(Candidate {
            token: self.taken + self.queue.len(),
            at: self.cursor.at,
            line: self.cursor.line,
            column,
            character: self.cursor.characters(),
            required: !self.keys.is_in_brackets() && self.indent.column == column,
        });
        Ok(())
    }

    /// A token that may be a key.
    fn scan(&mut self, scan: fn(&mut Self) -> Result<Token<'a>, Error>) -> Result<(), Error> {
        self.suggest_key()?;
        self.key_allowed = false;
        let token = scan(self)?;
        self.push(token);
        Ok(())
    }

    fn block_scalar(&mut self, literal: bool) -> Result<(), Error> {
        self.keys.remove(self.cursor.at)?;
        self.key_allowed = true;
        let token = self.block(literal)?;
        self.push(token);
        Ok(())
    }
}
