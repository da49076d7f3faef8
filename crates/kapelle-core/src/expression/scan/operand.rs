//! The grammar of expressions, read for what they read.

use std::borrow::Cow;

use super::{
    Argument, Call, DEPTH_MAX, Dashed, Kind, Outcome, Problem, Read, Scanner, Step, Token, too_deep,
};
use crate::expression::lexer::{Operator, word_length};

/// The tests after which a missing value counts as expected. Only `defined` really takes one; `null` and `empty`
/// are here because whoever writes them thinks of a value that may not be there.
const GUARDING_TESTS: &[&str] = &["defined", "null", "NULL", "none", "NONE", "empty"];

/// Roots below which names with a dash are common.
const DASHED_ROOTS: &[&str] = &["inputs", "outputs", "vars", "tasks", "labels", "trigger"];

impl<'a> Scanner<'a> {
    /// A whole expression. Recursion is bounded by [`DEPTH_MAX`].
    pub(super) fn expression(&mut self) -> Outcome {
        if self.depth == DEPTH_MAX {
            return Err(too_deep(self.token.start..self.token.end));
        }
        self.depth += 1;
        let guards = self.guards.len();
        loop {
            let start = self.scan.reads.len();
            self.binary(0)?;
            if !self.is_at('?') {
                break;
            }
            self.guards.collect(&self.scan.reads, start);
            self.advance();
            self.expression()?;
            self.expect(':', "`:` and the value for the other case")?;
        }
        self.guards.truncate(guards);
        self.depth -= 1;
        Ok(())
    }

    /// Operands with operators of at least this level between them.
    fn binary(&mut self, level_min: u8) -> Outcome {
        let guards = self.guards.len();
        // Reads before it have met the first operator that decides about an undefined value.
        let mut settled = self.scan.reads.len();
        let mut collected = settled;
        self.operand()?;
        while let Kind::Operator(operator) = self.token.kind
            && let Some(level) = operator.level().filter(|level| *level >= level_min)
        {
            self.advance();
            match operator {
                Operator::Filter => self.filter(&mut settled)?,
                Operator::Is | Operator::IsNot => self.test(&mut settled)?,
                Operator::Coalesce | Operator::CoalesceUndefined => {
                    self.guard(&mut settled);
                    self.binary(level + 1)?;
                }
                Operator::And | Operator::Or => {
                    self.guards.collect(&self.scan.reads, collected);
                    collected = self.scan.reads.len();
                    self.binary(level + 1)?;
                }
                _ => {
                    self.binary(level + 1)?;
                    if operator.wraps_undefined() {
                        self.wrap(&mut settled);
                    }
                }
            }
        }
        self.guards.truncate(guards);
        Ok(())
    }

    fn guard(&mut self, settled: &mut usize) {
        for read in &mut self.scan.reads[*settled..] {
            read.guarded |= !read.wrapped;
        }
        *settled = self.scan.reads.len();
    }

    fn wrap(&mut self, settled: &mut usize) {
        for read in &mut self.scan.reads[*settled..] {
            read.wrapped |= !read.guarded;
        }
        *settled = self.scan.reads.len();
    }

    /// The filter behind a `|`, which takes the reads from `settled` on as its input.
    pub(super) fn filter(&mut self, settled: &mut usize) -> Outcome {
        let name = self.name("the name of a filter")?;
        if name == "default" {
            self.guard(settled);
        }
        if self.is_at('(') { self.arguments().map(drop) } else { Ok(()) }
    }

    fn test(&mut self, settled: &mut usize) -> Outcome {
        let name = self.name("the name of a test")?;
        if GUARDING_TESTS.contains(&name) {
            self.guard(settled);
        }
        if self.is_at('(') { self.arguments().map(drop) } else { Ok(()) }
    }

    fn operand(&mut self) -> Outcome {
        while let Kind::Operator(Operator::Not | Operator::Plus | Operator::Minus) = self.token.kind {
            self.advance();
        }
        let token = self.token;
        match token.kind {
            Kind::Name(name) => return self.named(name, token),
            Kind::Punctuation('(') => {
                self.advance();
                self.expression()?;
                self.expect(')', "an operator or `)`")?;
            }
            // Lists and maps take no postfix.
            Kind::Punctuation('[') => return self.list(),
            Kind::Punctuation('{') => return self.map(),
            Kind::Head => self.interpolated()?,
            Kind::Integer(_) | Kind::Float | Kind::Literal(_) => self.advance(),
            _ => return Err(self.unexpected("a value")),
        }
        self.postfix(None)
    }

    fn list(&mut self) -> Outcome {
        self.advance();
        if self.is_at(']') {
            self.advance();
            return Ok(());
        }
        self.expression()?;
        while self.is_at(',') {
            self.advance();
            self.expression()?;
        }
        self.expect(']', "`,` or `]`")
    }

    fn map(&mut self) -> Outcome {
        self.advance();
        if self.is_at('}') {
            self.advance();
            return Ok(());
        }
        loop {
            self.expression()?;
            self.expect(':', "`:` and the value of the key")?;
            self.expression()?;
            if !self.is_at(',') {
                return self.expect('}', "`,` or `}`");
            }
            self.advance();
        }
    }

    fn interpolated(&mut self) -> Outcome {
        loop {
            self.advance();
            self.expression()?;
            match self.token.kind {
                Kind::Middle => {}
                Kind::Tail => {
                    self.advance();
                    return Ok(());
                }
                _ => return Err(self.unexpected("an operator or `}`")),
            }
        }
    }

    /// A word for a value, a call, or a path.
    fn named(&mut self, name: &'a str, token: Token<'a>) -> Outcome {
        self.advance();
        if matches!(name, "true" | "TRUE" | "false" | "FALSE" | "null" | "NULL" | "none" | "NONE") {
            return self.postfix(None);
        }
        let range = token.start..token.end;
        if self.is_at('(') {
            let index = self.scan.calls.len();
            self.scan.calls.push(Call { name, range, arguments: Vec::new() });
            self.scan.calls[index].arguments = self.arguments()?;
            return self.postfix(None);
        }
        if self.locals.contains(name) {
            return self.postfix(None);
        }
        let index = self.scan.reads.len();
        self.scan.reads.push(Read { root: name, path: Vec::new(), range, guarded: false, wrapped: false });
        self.postfix(Some(index))
    }

    /// The accesses behind a value. They belong to the path of a read until the first call.
    fn postfix(&mut self, mut read: Option<usize>) -> Outcome {
        loop {
            if self.is_at('.') {
                self.advance();
                let token = self.token;
                let name = self.name("a name")?;
                if self.is_at('(') {
                    self.finish(read.take());
                    let arguments = self.arguments()?;
                    if arguments.iter().any(|argument| argument.name.is_some()) {
                        let message = format!("arguments of the method `{name}` have no names");
                        return Err(Problem { message, range: token.start..token.end });
                    }
                } else if let Some(read) = read {
                    let range = token.start..token.end;
                    self.step(read, Step::Name { name: Cow::Borrowed(name), range, dotted: true });
                }
            } else if self.is_at('[') {
                let step = self.subscript()?;
                if let Some(read) = read {
                    self.step(read, step);
                }
            } else if self.is_at('(') {
                return Err(self.unexpected("an operator (only a name can be called)"));
            } else {
                break;
            }
        }
        if let Some(index) = read {
            self.note_dash(index);
        }
        self.finish(read);
        Ok(())
    }

    fn subscript(&mut self) -> Outcome<Step<'a>> {
        self.advance();
        let first = self.token;
        self.expression()?;
        let is_alone = self.previous_end == first.end;
        self.expect(']', "an operator or `]`")?;
        Ok(match first.kind {
            Kind::Literal(literal) if is_alone => {
                Step::Name { name: literal.value(), range: first.start..first.end, dotted: false }
            }
            Kind::Integer(index) if is_alone => Step::Index(index),
            _ => Step::Dynamic,
        })
    }

    fn step(&mut self, read: usize, step: Step<'a>) {
        let read = &mut self.scan.reads[read];
        read.path.push(step);
        read.range.end = self.previous_end;
    }

    /// The path is complete: perhaps a condition around it takes care of it.
    fn finish(&mut self, read: Option<usize>) {
        if let Some(index) = read {
            let read = &self.scan.reads[index];
            self.scan.reads[index].guarded = self.guards.cover(&self.scan.reads, read);
        }
    }

    /// Notes a path that `-name` follows without a blank.
    fn note_dash(&mut self, read: usize) {
        let read = &self.scan.reads[read];
        let Some(Step::Name { range, dotted: true, .. }) = read.path.last() else { return };
        let text = self.lexer.text();
        let mut end = range.end;
        while let Some(behind) = text[end..].strip_prefix('-') {
            let length = word_length(behind);
            let is_first = end == range.end;
            // `outputs.count-1` and `outputs.count-x` with a variable `x` are what they say.
            let is_value = behind.starts_with(|first: char| first.is_numeric())
                || self.locals.contains(&behind[..length]);
            if length == 0 || (is_first && is_value) {
                break;
            }
            end += 1 + length;
        }
        if end > range.end && DASHED_ROOTS.contains(&read.root) {
            let range = range.start..end;
            self.scan.dashed.push(Dashed { root: read.root, name: &text[range.clone()], range });
        }
    }

    /// `( … )` behind the name of a function, filter, test or method.
    pub(super) fn arguments(&mut self) -> Outcome<Vec<Argument<'a>>> {
        let mut arguments: Vec<Argument<'a>> = Vec::new();
        self.advance();
        if self.is_at(')') {
            self.advance();
            return Ok(arguments);
        }
        loop {
            let name = self.argument_name()?;
            if name.is_none() && arguments.last().is_some_and(|argument| argument.name.is_some()) {
                return Err(self.unexpected("a name and `=`, as the argument before has them"));
            }
            let first = self.token;
            self.expression()?;
            let literal = match first.kind {
                Kind::Literal(literal) if self.previous_end == first.end => Some(literal.value()),
                _ => None,
            };
            arguments.push(Argument { name, literal, range: first.start..self.previous_end });
            if !self.is_at(',') {
                self.expect(')', "an operator, `,` or `)`")?;
                return Ok(arguments);
            }
            self.advance();
        }
    }

    fn argument_name(&mut self) -> Outcome<Option<&'a str>> {
        if !matches!(self.token.kind, Kind::Name(_)) || !self.lexer.is_at_assignment() {
            return Ok(None);
        }
        let name = self.new_name("the name of an argument")?;
        self.expect('=', "`=`")?;
        Ok(Some(name))
    }
}
