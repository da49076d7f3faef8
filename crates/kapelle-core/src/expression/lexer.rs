//! Cuts a template text into pieces, and prints and tags into tokens.
//!
//! [`Lexer::piece`] gives the pieces of the text one after the other. After a [`Piece::Print`] or a [`Piece::Tag`]
//! [`Lexer::token`] gives what stands in it, until [`Kind::End`]; whoever does not want the rest, or met a problem,
//! calls [`Lexer::leave`].
//!
//! Kestra cuts out raw blocks before it reads anything else. Here they are found between prints, tags and comments;
//! inside of those a raw block makes a difference only if it holds a quote or a closing delimiter.

mod blocks;
mod symbols;

use std::mem;

use kapelle_model::Span;

use super::Problem;
pub(super) use blocks::raw_block;

pub use super::token::{Kind, Literal, Operator, Token};
use crate::limits::DEPTH_MAX;

/// A stretch of a template text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text to copy, trimmed where a dash in the delimiter beside it says so.
    Text(&'a str),
    Comment,
    /// The body of a raw block.
    Raw(&'a str),
    /// The body of a verbatim block, trimmed as its tags say.
    Verbatim(&'a str),
    /// `{{`: tokens follow.
    Print,
    /// `{%`: tokens follow.
    Tag,
}

pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// What ends the print or tag being read; empty between them.
    closing: &'static str,
    /// Where the print or tag being read starts.
    opened: usize,
    brackets: [Bracket; DEPTH_MAX],
    brackets_open: usize,
    /// The delimiter just read ended with a dash.
    trims_next: bool,
    endraw: blocks::NextTag,
    /// Mistakes that left no doubt about what was meant, so that reading went on.
    pub problems: Vec<Problem>,
}

#[derive(Clone, Copy, Default)]
struct Bracket {
    at: u32,
    /// `(`, `[`, `{`, or `"` for an interpolation inside a string.
    kind: u8,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            closing: "",
            opened: 0,
            brackets: [Bracket::default(); DEPTH_MAX],
            brackets_open: 0,
            trims_next: false,
            endraw: blocks::NextTag::default(),
            problems: Vec::new(),
        }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Where the piece being read starts.
    pub fn piece_start(&self) -> usize {
        self.opened
    }

    /// The piece just read, as far as it goes.
    pub fn piece_span(&self) -> Span {
        Span::new(self.opened as u32, self.at as u32)
    }

    /// The next piece, `None` at the end. After a problem the rest of the text cannot be read.
    pub fn piece(&mut self) -> Result<Option<Piece<'a>>, Problem> {
        let start = self.at;
        let open = find_opening(self.text, start).unwrap_or(self.text.len());
        self.at = open;
        let mut text = &self.text[start..open];
        if mem::take(&mut self.trims_next) {
            text = text.trim_start_matches(is_blank);
        }
        if !text.is_empty() {
            return Ok(Some(Piece::Text(if self.trims_before(open) {
                text.trim_end_matches(is_blank)
            } else {
                text
            })));
        }
        self.opened = open;
        match self.text.as_bytes().get(open + 1) {
            None => Ok(None),
            Some(b'{') => Ok(Some(self.enter("}}", Piece::Print))),
            Some(b'#') => self.comment().map(Some),
            Some(_) => {
                if let Some(raw) = self.raw()? {
                    return Ok(Some(raw));
                }
                let tag = self.enter("%}", Piece::Tag);
                Ok(Some(self.verbatim()?.unwrap_or(tag)))
            }
        }
    }

    fn enter(&mut self, closing: &'static str, piece: Piece<'a>) -> Piece<'a> {
        self.closing = closing;
        self.brackets_open = 0;
        self.at += 2;
        self.at += dash_and_blanks(&self.text[self.at..]);
        piece
    }

    /// The next token of the print or tag. After a problem only [`Lexer::leave`] helps.
    pub fn token(&mut self) -> Result<Token<'a>, Problem> {
        let rest = &self.text[self.at..];
        let rest = rest.trim_start_matches(is_blank);
        self.at = self.text.len() - rest.len();
        let start = self.at;
        if self.brackets_open == 0 {
            let dash = usize::from(rest.starts_with('-'));
            if rest[dash..].starts_with(self.closing) {
                self.at += dash + self.closing.len();
                self.trims_next = dash == 1;
                self.closing = "";
                return Ok(Token { kind: Kind::End, start, end: self.at });
            }
        }
        let Some(first) = rest.chars().next() else {
            return Err(self.never_closed());
        };
        let kind = match first {
            'a'..='z' | 'A'..='Z' | '_' => self.word(rest),
            '0'..='9' => self.number(rest),
            '\'' => self.single_quoted()?,
            '"' => self.double_quoted(start, Kind::Head)?,
            '(' | '[' | '{' => {
                self.open(first as u8, start)?;
                self.at += 1;
                Kind::Punctuation(first)
            }
            ')' | ']' | '}' => self.close(first)?,
            _ if first.is_alphabetic() => self.word(rest),
            _ => self.symbol(first, rest)?,
        };
        Ok(Token { kind, start, end: self.at })
    }

    /// Goes behind the closing delimiter of the print or tag, if it is not there yet. False if there is none.
    pub fn leave(&mut self) -> bool {
        let problems = self.problems.len();
        while !self.closing.is_empty() {
            match self.token() {
                Ok(_) => {}
                Err(_) => break,
            }
        }
        self.problems.truncate(problems);
        if self.closing.is_empty() {
            return true;
        }
        // A bracket or quote hides the end: take the first thing that looks like it, perhaps just begun.
        let from = self.text.floor_char_boundary(self.at.saturating_sub(1)).max(self.opened + 2);
        let found = self.text[from..].find(self.closing);
        self.at = found.map_or(self.text.len(), |ahead| from + ahead + self.closing.len());
        self.closing = "";
        found.is_some()
    }

    pub fn never_closed(&self) -> Problem {
        let opening = &self.text[self.opened..self.opened + 2];
        let closing = if opening == "{{" { "}}" } else { "%}" };
        let message = format!("`{opening}` is never closed: `{closing}` is missing");
        Problem { message, range: self.opened..self.opened + 2 }
    }

    /// Whether the name just read is followed by `=`, as the name of an argument is.
    pub fn is_at_assignment(&self) -> bool {
        let rest = self.text[self.at..].trim_start_matches(is_blank);
        rest.starts_with('=') && !rest.starts_with("==")
    }

    fn word(&mut self, rest: &'a str) -> Kind<'a> {
        let length = word_length(rest);
        self.at += length;
        let word = &rest[..length];
        match Operator::from_word(word) {
            Some(Operator::Is) => {
                // Exactly one blank: with more, `not` is an operator of its own.
                let is_not = rest[length..].strip_prefix(" not").is_some_and(|rest| word_length(rest) == 0);
                if is_not {
                    self.at += " not".len();
                }
                Kind::Operator(if is_not { Operator::IsNot } else { Operator::Is })
            }
            Some(operator) => Kind::Operator(operator),
            None => Kind::Name(word),
        }
    }

    fn number(&mut self, rest: &'a str) -> Kind<'a> {
        let digits = digits(rest);
        let start = self.at;
        self.at += digits;
        if rest[digits..].starts_with('L') {
            self.at += 1;
        } else if let Some(fraction) = rest[digits..].strip_prefix('.').map(self::digits).filter(|n| *n > 0) {
            self.at += 1 + fraction;
            return Kind::Float;
        }
        Kind::Integer(rest[..digits].parse().unwrap_or_else(|_| {
            let message =
                format!("{} is beyond 64 bits; write it with a fraction or as text", &rest[..digits]);
            self.problems.push(Problem { message, range: start..self.at });
            i64::MAX
        }))
    }

    fn single_quoted(&mut self) -> Result<Kind<'a>, Problem> {
        let start = self.at;
        let Some(end) = self.find_in_string(start + 1, b'\'', false) else {
            self.at += 1;
            return Err(unclosed_quote(start));
        };
        self.at = end + 1;
        Ok(Kind::Literal(Literal { raw: &self.text[start + 1..end], quote: '\'' }))
    }

    /// Reads on in a double-quoted string, whose quote or `}` is at `start`.
    fn double_quoted(&mut self, start: usize, opening: Kind<'a>) -> Result<Kind<'a>, Problem> {
        let Some(end) = self.find_in_string(start + 1, b'"', true) else {
            self.at = start + 1;
            let quote =
                if opening == Kind::Head { start } else { self.brackets[self.brackets_open - 1].at as usize };
            return Err(unclosed_quote(quote));
        };
        let is_interpolation = self.text.as_bytes()[end] == b'#';
        self.at = end + if is_interpolation { 2 } else { 1 };
        Ok(match (opening, is_interpolation) {
            (Kind::Head, true) => {
                self.open(b'"', start)?;
                Kind::Head
            }
            (Kind::Head, false) => Kind::Literal(Literal { raw: &self.text[start + 1..end], quote: '"' }),
            (_, true) => Kind::Middle,
            (_, false) => {
                self.brackets_open -= 1;
                Kind::Tail
            }
        })
    }

    /// Where the string ends, or its next `#{` starts.
    fn find_in_string(&self, from: usize, quote: u8, interpolates: bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'#' if interpolates && bytes.get(at + 1) == Some(&b'{') => return Some(at),
                byte if *byte == quote => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn open(&mut self, kind: u8, at: usize) -> Result<(), Problem> {
        if self.brackets_open == DEPTH_MAX {
            return Err(too_deep(at..at + 1));
        }
        self.brackets[self.brackets_open] = Bracket { at: at as u32, kind };
        self.brackets_open += 1;
        Ok(())
    }

    fn close(&mut self, closer: char) -> Result<Kind<'a>, Problem> {
        let at = self.at;
        let Some(last) = self.brackets_open.checked_sub(1) else {
            let message = match closer {
                '}' if self.closing == "}}" => {
                    "a single `}` closes nothing here; a print ends with `}}`".to_owned()
                }
                _ => format!("`{closer}` closes nothing: there is no bracket open"),
            };
            return Err(Problem { message, range: at..at + 1 });
        };
        let bracket = self.brackets[last];
        let expected = match bracket.kind {
            b'(' => ')',
            b'[' => ']',
            _ => '}',
        };
        if closer != expected {
            return Err(self.mismatch(bracket, closer, expected));
        }
        if bracket.kind == b'"' {
            return self.double_quoted(at, Kind::Middle);
        }
        self.brackets_open = last;
        self.at += 1;
        Ok(Kind::Punctuation(closer))
    }

    fn mismatch(&self, bracket: Bracket, closer: char, expected: char) -> Problem {
        let at = self.at;
        let opened = bracket.at as usize;
        let opening = if bracket.kind == b'"' { "#{" } else { &self.text[opened..=opened] };
        let is_at_end = self.text[at..].starts_with(self.closing) || self.text[..=at].ends_with(self.closing);
        if is_at_end {
            let message = format!("`{opening}` is never closed: `{expected}` is missing");
            return Problem { message, range: opened..opened + 1 };
        }
        let message = format!("`{opening}` has to be closed with `{expected}`, not with `{closer}`");
        Problem { message, range: at..at + 1 }
    }
}

/// The next `{{`, `{%` or `{#`.
pub(super) fn find_opening(text: &str, mut from: usize) -> Option<usize> {
    while let Some(ahead) = text[from..].find('{') {
        let at = from + ahead;
        if matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#')) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The problem of something that is nested more than [`DEPTH_MAX`] levels deep.
pub(super) fn too_deep(range: std::ops::Range<usize>) -> Problem {
    let message = format!("nested more than {DEPTH_MAX} levels deep; split it with `{{% set … %}}`");
    Problem { message, range }
}

fn unclosed_quote(at: usize) -> Problem {
    let message =
        "the quote opened here is never closed; inside a string it is written with a backslash before it";
    Problem { message: message.to_owned(), range: at..at + 1 }
}

/// What Kestra skips between tokens. A no-break space does not belong to it.
pub(super) fn is_blank(character: char) -> bool {
    match character {
        ' ' | '\t'..='\r' | '\u{1c}'..='\u{1f}' => true,
        '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}' => false,
        _ => !character.is_ascii() && character.is_whitespace(),
    }
}

/// The bytes of the dash that trims, with the blanks that make it one: `{{-5 }}` is minus five.
fn dash_and_blanks(rest: &str) -> usize {
    let Some(behind) = rest.strip_prefix('-') else { return 0 };
    let blanks = behind.len() - behind.trim_start_matches(is_blank).len();
    if blanks == 0 { 0 } else { 1 + blanks }
}

/// The bytes of letters, digits and underscores at the start.
pub(super) fn word_length(rest: &str) -> usize {
    let ascii = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if rest.as_bytes().get(ascii).is_none_or(u8::is_ascii) {
        return ascii;
    }
    rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len())
}

fn digits(rest: &str) -> usize {
    rest.bytes().take_while(u8::is_ascii_digit).count()
}
