//! The grammar: from the pieces and tokens of a template text to its tree.
//!
//! Reading goes on behind a mistake, in the next print or tag, so that all mistakes are told at once. What was read of the
//! broken part is kept, for those who want to know what a text reads.

mod operand;
mod tags;

use std::collections::HashSet;

use kapelle_model::Span;

use super::Problem;
use super::lexer::{Kind, Lexer, Piece, Token, too_deep};
use super::tree::{Expression, Id, Node, Statement, Tree};
use crate::language::Language;
use crate::limits::DEPTH_MAX;
use tags::Frame;

/// Reads a template text. With problems the tree is incomplete.
pub(super) fn parse(text: &str, language: Language) -> (Tree, Vec<Problem>) {
    let mut parser = Parser::new(text, language);
    parser.pieces();
    (parser.tree, parser.lexer.problems)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    language: Language,
    /// The one to look at next.
    token: Token<'a>,
    /// Where the one before it ended.
    previous_end: usize,
    /// Why there is no next token.
    fault: Option<Problem>,
    /// Expressions being read, one inside the other.
    depth: usize,
    /// Tags that wait for their end.
    frames: Vec<Frame>,
    /// Tags do not match, so that more about them would only be noise.
    frames_broken: bool,
    macros: HashSet<&'a str>,
    tree: Tree,
}

/// The problem is why the rest of a print or tag cannot be read.
type Outcome<T = ()> = Result<T, Problem>;

impl<'a> Parser<'a> {
    fn new(text: &'a str, language: Language) -> Self {
        Self {
            lexer: Lexer::new(text),
            language,
            token: Token { kind: Kind::End, start: 0, end: 0 },
            previous_end: 0,
            fault: None,
            depth: 0,
            frames: Vec::new(),
            frames_broken: false,
            macros: HashSet::new(),
            tree: Tree::default(),
        }
    }

    fn pieces(&mut self) {
        loop {
            let first = self.tree.nodes.len() as u32;
            let outcome = match self.lexer.piece() {
                Ok(None) => break,
                Ok(Some(Piece::Print)) => self.print(),
                Ok(Some(Piece::Tag)) => self.tag(),
                Ok(Some(Piece::Text(text) | Piece::Verbatim(text))) => {
                    let span = self.span_of(text);
                    self.write(Statement::Text(span));
                    continue;
                }
                Ok(Some(Piece::Raw(text))) => {
                    let statement =
                        Statement::Raw { body: self.span_of(text), whole: self.lexer.piece_span() };
                    self.write(statement);
                    continue;
                }
                Ok(Some(Piece::Comment)) => continue,
                Err(problem) => {
                    self.lexer.problems.push(problem);
                    break;
                }
            };
            let is_broken = outcome.is_err() || self.fault.is_some();
            if is_broken {
                self.depth = 0;
                self.write(Statement::Broken { first, end: self.tree.nodes.len() as u32 });
            }
            if let Some(problem) = self.fault.take().or(outcome.err()) {
                let problem = if self.lexer.leave() { problem } else { self.lexer.never_closed() };
                self.lexer.problems.push(problem);
            }
        }
        self.end_frames();
        self.lexer.problems.sort_by_key(|problem| problem.range.start);
    }

    fn print(&mut self) -> Outcome {
        let start = self.lexer.piece_start();
        self.advance();
        if self.token.kind == Kind::End {
            let message = "there is nothing between `{{` and `}}`".to_owned();
            return Err(Problem { message, range: start..self.token.end });
        }
        let id = self.expression()?;
        self.expect_end("an operator or `}}`")?;
        if self.fault.is_none() {
            self.write(Statement::Print(id));
        }
        Ok(())
    }

    /// Adds to the body of the innermost open tag.
    fn write(&mut self, statement: Statement) {
        match self.frames.last_mut() {
            Some(frame) => frame.body.push(statement),
            None => self.tree.body.push(statement),
        }
    }

    fn push(&mut self, expression: Expression, start: usize) -> Id {
        let id = Id(self.tree.nodes.len() as u32);
        let span = Span::new(start as u32, self.previous_end as u32);
        self.tree.nodes.push(Node { expression, span });
        id
    }

    /// The place of a part of the text.
    fn span_of(&self, part: &str) -> Span {
        let start = (part.as_ptr() as usize).saturating_sub(self.lexer.text().as_ptr() as usize);
        Span::new(start as u32, (start + part.len()) as u32)
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
    fn new_name(&mut self, expected: &str) -> Outcome<Span> {
        let token = self.token;
        let name = self.name(expected)?;
        if matches!(name, "true" | "false" | "null" | "none") {
            let message = format!("`{name}` is a value and cannot be assigned to");
            return Err(Problem { message, range: token.start..token.end });
        }
        Ok(token.span())
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

    /// One level deeper; `depth` is taken back by [`Parser::leave`], or when the print or tag is given up.
    fn enter(&mut self) -> Outcome {
        if self.depth == DEPTH_MAX {
            return Err(too_deep(self.token.start..self.token.end));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}
