//! What a template text reads and calls.

mod operand;
mod scope;
mod tags;

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;
use std::ops::Range;

use super::Problem;
use super::lexer::{Kind, Lexer, Piece, Token, find_opening, too_deep};
use crate::limits::DEPTH_MAX;
use scope::{Guards, Locals};
use tags::Block;

/// Everything a template text reads and calls, in the order of the text. All ranges are bytes of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan<'a> {
    pub reads: Vec<Read<'a>>,
    pub calls: Vec<Call<'a>>,
    /// Names with a dash, which the grammar reads as a subtraction.
    pub dashed: Vec<Dashed<'a>>,
    /// Macros the text defines: calls of these names need no function.
    pub macros: HashSet<&'a str>,
    /// Why the text is no template. Reads behind a problem, in the same print or tag, are not found.
    pub problems: Vec<Problem>,
}

/// A path that starts at a name of the context: `outputs.first['value'][0]`.
///
/// A call ends it: of `trigger.date.plusDays(1)` it has `trigger.date`, of `trigger.getDate()` just `trigger`.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<'a> {
    pub root: &'a str,
    pub path: Vec<Step<'a>>,
    /// The whole path.
    pub range: Range<usize>,
    /// A missing value is expected here: the read stands left of `??` or `???`, is the input of `default`, is tested
    /// with `is defined`, `is null` or `is empty`, or depends on a condition that reads the same path, or a part of
    /// it, in one of these ways. Which branch of the condition it stands in does not matter.
    pub guarded: bool,
    /// Stands in arithmetic or a comparison, out of reach for guards around that.
    wrapped: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// `.name` or `['name']`; the range is that of the name, quotes included.
    Name {
        name: Cow<'a, str>,
        range: Range<usize>,
        dotted: bool,
    },
    Index(i64),
    /// `[…]` with anything that is not a plain value.
    Dynamic,
}

/// A call of a function or macro; filters, tests and methods of values are none.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'a> {
    pub name: &'a str,
    /// The name.
    pub range: Range<usize>,
    pub arguments: Vec<Argument<'a>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Argument<'a> {
    pub name: Option<&'a str>,
    /// The value, if it is one plain string.
    pub literal: Option<Cow<'a, str>>,
    /// The value as written.
    pub range: Range<usize>,
}

/// A subtraction that was most likely meant as a name: `inputs.my-file` is `inputs.my` minus `file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashed<'a> {
    pub root: &'a str,
    /// `my-file`
    pub name: &'a str,
    /// The name.
    pub range: Range<usize>,
}

/// Finds what a text reads and calls. A text without `{{`, `{%` and `{#` costs a search for them and nothing else.
pub fn scan(text: &str) -> Scan<'_> {
    if find_opening(text, 0).is_none() {
        return Scan::default();
    }
    let mut scanner = Scanner::new(text);
    scanner.pieces();
    scanner.scan
}

struct Scanner<'a> {
    lexer: Lexer<'a>,
    /// The one to look at next.
    token: Token<'a>,
    /// Where the one before it ended.
    previous_end: usize,
    /// Why there is no next token.
    fault: Option<Problem>,
    /// Expressions being read, one inside the other.
    depth: usize,
    locals: Locals<'a>,
    guards: Guards,
    blocks: Vec<Block>,
    /// Tags do not match, so that more about them would only be noise.
    blocks_broken: bool,
    scan: Scan<'a>,
}

/// The problem is why the rest of a print or tag cannot be read.
type Outcome<T = ()> = Result<T, Problem>;

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lexer: Lexer::new(text),
            token: Token { kind: Kind::End, start: 0, end: 0 },
            previous_end: 0,
            fault: None,
            depth: 0,
            locals: Locals::default(),
            guards: Guards::default(),
            blocks: Vec::new(),
            blocks_broken: false,
            scan: Scan::default(),
        }
    }

    fn pieces(&mut self) {
        loop {
            let guards = self.guards.len();
            let outcome = match self.lexer.piece() {
                Ok(None) => break,
                Ok(Some(Piece::Print)) => self.print(),
                Ok(Some(Piece::Tag)) => self.tag(),
                Ok(Some(_)) => continue,
                Err(problem) => {
                    self.lexer.problems.push(problem);
                    break;
                }
            };
            if outcome.is_err() {
                self.depth = 0;
                self.guards.truncate(guards);
            }
            if let Some(problem) = self.fault.take().or(outcome.err()) {
                let problem = if self.lexer.leave() { problem } else { self.lexer.never_closed() };
                self.lexer.problems.push(problem);
            }
        }
        self.report_open_blocks();
        self.scan.problems = mem::take(&mut self.lexer.problems);
        self.scan.problems.sort_by_key(|problem| problem.range.start);
    }

    fn print(&mut self) -> Outcome {
        let start = self.lexer.piece_start();
        self.advance();
        if self.token.kind == Kind::End {
            let message = "there is nothing between `{{` and `}}`".to_owned();
            return Err(Problem { message, range: start..self.token.end });
        }
        self.expression()?;
        self.expect_end("an operator or `}}`")
    }

    /// Goes on to the next token. To the grammar a print or tag ends where it cannot be cut into tokens.
    fn advance(&mut self) {
        self.previous_end = self.token.end;
        self.token = self.lexer.token().unwrap_or_else(|fault| {
            let at = fault.range.start;
            self.fault = Some(fault);
            Token { kind: Kind::End, start: at, end: at }
        });
    }

    fn is_at(&self, punctuation: char) -> bool {
        self.token.kind == Kind::Punctuation(punctuation)
    }

    fn expect(&mut self, punctuation: char, expected: &str) -> Outcome {
        if !self.is_at(punctuation) {
            return Err(self.unexpected(expected));
        }
        self.advance();
        Ok(())
    }

    fn expect_end(&self, expected: &str) -> Outcome {
        if self.token.kind == Kind::End { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn name(&mut self, expected: &str) -> Outcome<&'a str> {
        let Kind::Name(name) = self.token.kind else { return Err(self.unexpected(expected)) };
        self.advance();
        Ok(name)
    }

    /// A name that gets a value: the words for values are taken.
    fn new_name(&mut self, expected: &str) -> Outcome<&'a str> {
        let token = self.token;
        let name = self.name(expected)?;
        if matches!(name, "true" | "false" | "null" | "none") {
            let message = format!("`{name}` is a value and cannot be assigned to");
            return Err(Problem { message, range: token.start..token.end });
        }
        Ok(name)
    }

    fn is_behind_dot(&self) -> bool {
        self.lexer.text()[..self.token.start].ends_with('.')
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let token = self.token;
        let written = &self.lexer.text()[token.start..token.end];
        let is_word = written.starts_with(|first: char| first.is_ascii_alphabetic());
        let message = match token.kind {
            Kind::Name("in") => {
                format!("expected {expected}, found `in`; write `isIn`, or `contains` the other way round")
            }
            Kind::Operator(_) if is_word && self.is_behind_dot() => {
                format!("`{written}` is an operator; as a name it is written `['{written}']` without the dot")
            }
            Kind::Integer(_) | Kind::Float if self.is_behind_dot() => {
                format!("an index is written `[{written}]` without the dot")
            }
            Kind::Head | Kind::Middle | Kind::Tail | Kind::Literal(_) => {
                format!("expected {expected}, found a string")
            }
            _ => format!("expected {expected}, found `{written}`"),
        };
        Problem { message, range: token.start..token.end }
    }
}
