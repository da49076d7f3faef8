//! Scalars in lines of their own, below `|` or `>`.

use std::borrow::Cow;

use super::cursor::{BREAK, WIDE, push_breaks};
use super::tokens::{Token, Tokens, What};
use super::{Error, Kind, Style};

/// What becomes of the line breaks at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    Strip,
    Clip,
    Keep,
}

impl<'a> Tokens<'a> {
    pub(super) fn block(&mut self, literal: bool) -> Result<Token<'a>, Error> {
        let start = self.cursor.at;
        self.cursor.skip(1);
        let (tail, deeper) = self.block_header(start)?;
        let mut lines = Lines::new(literal, self.cursor.at);
        self.end_of_header(start)?;
        lines.next = self.cursor.at;
        let wanted = deeper.map(|deeper| self.indent.column.saturating_sub(1) + deeper);
        let deepest = self.skip_empty_lines(wanted, start)?;
        let indent = wanted.unwrap_or_else(|| deepest.max(self.indent.column).max(1));
        while self.cursor.column() == indent + 1 && self.cursor.peek(0).is_some() {
            let from = self.cursor.at;
            let stop = self.cursor.run_end(from, BREAK | WIDE);
            lines.push(self.cursor.text, from, stop);
            self.cursor.skip_to(stop);
            if self.cursor.break_length(0) > 0 {
                self.cursor.skip_break();
            }
            lines.next = self.cursor.at;
            self.skip_empty_lines(Some(indent), start)?;
        }
        let end = start + slice(self.cursor.text, start, lines.end).trim_end().len();
        let text = lines.finish(self.cursor.text, self.cursor.at, tail);
        let style = if literal { Style::Literal } else { Style::Folded };
        Ok(Token::with_text(What::Scalar(style), start, end, text))
    }

    /// What follows the indicator: a sign for the tail and a digit for the indentation, in any order.
    fn block_header(&mut self, start: usize) -> Result<(Tail, Option<usize>), Error> {
        let mut tail = None;
        let mut deeper = None;
        loop {
            match self.cursor.peek(0) {
                Some(b'-') if tail.is_none() => tail = Some(Tail::Strip),
                Some(b'+') if tail.is_none() => tail = Some(Tail::Keep),
                Some(digit @ b'1'..=b'9') if deeper.is_none() => deeper = Some(usize::from(digit - b'0')),
                Some(b'0'..=b'9' | b'-' | b'+') => {
                    return Err(Kind::BadBlockHeader.at(self.cursor.at, start));
                }
                _ => return Ok((tail.unwrap_or(Tail::Clip), deeper)),
            }
            self.cursor.skip(1);
        }
    }

    fn end_of_header(&mut self, start: usize) -> Result<(), Error> {
        while self.cursor.is_blank(0) {
            self.cursor.skip(1);
        }
        if self.cursor.peek(0) == Some(b'#') {
            self.skip_comment();
        }
        if self.cursor.break_length(0) > 0 {
            self.cursor.skip_break();
        } else if self.cursor.peek(0).is_some() {
            return Err(Kind::BadBlockHeader.at(self.cursor.at, start));
        }
        Ok(())
    }

    /// Goes over lines without text and over the indentation of the next one. Gives the deepest indentation seen,
    /// which is that of the block if it is not known yet.
    fn skip_empty_lines(&mut self, indent: Option<usize>, start: usize) -> Result<usize, Error> {
        let mut deepest = 0;
        loop {
            let is_inside = |column: usize| indent.is_none_or(|indent| column <= indent);
            while self.cursor.peek(0) == Some(b' ') && is_inside(self.cursor.column()) {
                self.cursor.skip(1);
            }
            let column = self.cursor.column();
            deepest = deepest.max(column - 1);
            if self.cursor.peek(0) == Some(b'\t') && is_inside(column) {
                return Err(Kind::Tab.at(self.cursor.at, start));
            }
            if self.cursor.break_length(0) == 0 {
                return Ok(deepest);
            }
            self.cursor.skip_break();
        }
    }
}

/// The lines of a block so far.
struct Lines<'a> {
    text: Cow<'a, str>,
    literal: bool,
    is_first: bool,
    /// The last line starts with a blank.
    is_indented: bool,
    /// Where the last line ends, its line break not counted.
    end: usize,
    /// Where the lines behind it start.
    next: usize,
}

impl<'a> Lines<'a> {
    fn new(literal: bool, end: usize) -> Self {
        Self { text: Cow::Borrowed(""), literal, is_first: true, is_indented: false, end, next: end }
    }

    fn push(&mut self, text: &'a str, from: usize, to: usize) {
        let line = slice(text, from, to);
        let is_indented = line.starts_with([' ', '\t']);
        let empty = slice(text, self.next, from);
        let has_empty = empty.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        if self.is_first && !has_empty {
            self.text = Cow::Borrowed(line);
        } else {
            let joined = self.text.to_mut();
            let line_break = slice(text, self.end, self.next);
            let is_plain_break = !line_break.starts_with(['\u{2028}', '\u{2029}']);
            if self.is_first {
            } else if self.literal || self.is_indented || is_indented || !is_plain_break {
                push_breaks(line_break, joined);
            } else if !has_empty {
                joined.push(' ');
            }
            if has_empty {
                push_breaks(empty, joined);
            }
            joined.push_str(line);
        }
        self.is_first = false;
        self.is_indented = is_indented;
        self.end = to;
    }

    fn finish(self, text: &'a str, to: usize, tail: Tail) -> Cow<'a, str> {
        let line_break = if self.is_first { "" } else { slice(text, self.end, self.next) };
        match (tail, self.text) {
            (Tail::Strip, value) => value,
            (Tail::Clip, value) if line_break.is_empty() => value,
            (Tail::Clip, Cow::Borrowed(line)) if line_break == "\n" => {
                Cow::Borrowed(slice(text, self.end - line.len(), self.next))
            }
            (Tail::Clip, mut value) => {
                push_breaks(line_break, value.to_mut());
                value
            }
            (Tail::Keep, mut value) => {
                push_breaks(line_break, value.to_mut());
                push_breaks(slice(text, self.next, to), value.to_mut());
                value
            }
        }
    }
}

fn slice(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}
