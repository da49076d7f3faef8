//! The grammar of expressions.

use std::sync::Arc;

use kapelle_model::{Span, Value};

use super::{Expression, Id, Outcome, Parser, Problem};
use crate::expression::builtin::{self, Kind as Builtins};
use crate::expression::lexer::{Kind, Operator};
use crate::expression::tree::{Argument, Link, LinkKind, Part, Site, Step, StepKind};

impl<'a> Parser<'a> {
    /// A whole expression. Recursion is bounded by the depth.
    pub(super) fn expression(&mut self) -> Outcome<Id> {
        self.enter()?;
        let start = self.token.start;
        // `a ? b : c ? d : e` may be long, so its cases are collected and put together from the end.
        let mut cases = Vec::new();
        let last = loop {
            let condition = self.binary(0)?;
            if !self.is_at('?') {
                break condition;
            }
            self.advance();
            let then = self.expression()?;
            self.expect(':', "`:` and the value for the other case")?;
            cases.push((condition, then));
        };
        self.leave();
        Ok(cases.into_iter().rev().fold(last, |otherwise, (condition, then)| {
            self.push(Expression::Ternary { condition, then, otherwise }, start)
        }))
    }

    /// Operands with operators of at least this level between them.
    fn binary(&mut self, level_min: u8) -> Outcome<Id> {
        let start = self.token.start;
        let mut links = Vec::new();
        while let Kind::Operator(operator @ (Operator::Not | Operator::Plus | Operator::Minus)) =
            self.token.kind
        {
            links.push(Link { kind: LinkKind::Unary(operator), span: self.token.span(), end: 0 });
            self.advance();
        }
        links.reverse();
        let first = self.operand()?;
        for link in &mut links {
            link.end = self.previous_end as u32;
        }
        let outcome = self.links(level_min, &mut links);
        let id = if links.is_empty() { first } else { self.push(Expression::Chain { first, links }, start) };
        outcome.map(|()| id)
    }

    fn links(&mut self, level_min: u8, links: &mut Vec<Link>) -> Outcome {
        while let Kind::Operator(operator) = self.token.kind
            && let Some(level) = operator.level(self.language).filter(|level| *level >= level_min)
        {
            let span = self.token.span();
            self.advance();
            let (kind, span) = match operator {
                Operator::Filter => {
                    let site = self.site(Builtins::Filter, "the name of a filter")?;
                    let name = site.name;
                    (LinkKind::Filter(site), name)
                }
                Operator::Is | Operator::IsNot => {
                    let site = self.site(Builtins::Test, "the name of a test")?;
                    let name = site.name;
                    (LinkKind::Test { negated: operator == Operator::IsNot, site }, name)
                }
                _ => {
                    let start = self.token.start;
                    // Even without its right side the operator says what it does to the left one.
                    let (right, problem) = match self.binary(level + 1) {
                        Ok(right) => (right, None),
                        Err(problem) => (self.push(Expression::Literal(Value::Null), start), Some(problem)),
                    };
                    let end = self.previous_end as u32;
                    links.push(Link { kind: LinkKind::Binary(operator, right), span, end });
                    match problem {
                        Some(problem) => return Err(problem),
                        None => continue,
                    }
                }
            };
            links.push(Link { kind, span, end: self.previous_end as u32 });
        }
        Ok(())
    }

    /// The name and the arguments of a filter or test.
    pub(super) fn site(&mut self, kind: Builtins, expected: &str) -> Outcome<Site> {
        let token = self.token;
        let name = self.name(expected)?;
        let mut arguments = Vec::new();
        if self.is_at('(') {
            self.arguments(&mut arguments)?;
        }
        // The word for the value in all its spellings is the name of the test as well.
        let is_null = kind == Builtins::Test && matches!(name, "NULL" | "none" | "NONE");
        let builtin = self.builtin(kind, if is_null { "null" } else { name });
        Ok(Site { name: token.span(), builtin, arguments })
    }

    fn builtin(&self, kind: Builtins, name: &str) -> Option<&'static builtin::Builtin> {
        builtin::find(kind, name).filter(|builtin| builtin.exists_at(self.language))
    }

    fn operand(&mut self) -> Outcome<Id> {
        let token = self.token;
        let start = token.start;
        let base = match token.kind {
            Kind::Name(name) => self.named(name)?,
            Kind::Punctuation('(') => {
                self.advance();
                let id = self.expression()?;
                self.expect(')', "an operator or `)`")?;
                id
            }
            // Lists and maps take no postfix.
            Kind::Punctuation('[') => return self.list(),
            Kind::Punctuation('{') => return self.map(),
            Kind::Head => self.interpolated()?,
            Kind::Integer(number) => self.literal(Value::Int(number)),
            Kind::Float => {
                let digits = &self.lexer.text()[token.start..token.end];
                self.literal(Value::Float(digits.parse().unwrap_or(f64::INFINITY)))
            }
            Kind::Literal(literal) => self.literal(Value::from(literal.value().as_ref())),
            _ => return Err(self.unexpected("a value")),
        };
        self.postfix(base, start)
    }

    fn literal(&mut self, value: Value) -> Id {
        let start = self.token.start;
        self.advance();
        self.push(Expression::Literal(value), start)
    }

    fn list(&mut self) -> Outcome<Id> {
        let start = self.token.start;
        self.advance();
        let mut items = Vec::new();
        if !self.is_at(']') {
            items.push(self.expression()?);
            while self.is_at(',') {
                self.advance();
                items.push(self.expression()?);
            }
        }
        self.expect(']', "`,` or `]`")?;
        Ok(self.push(Expression::List(items), start))
    }

    fn map(&mut self) -> Outcome<Id> {
        let start = self.token.start;
        self.advance();
        let mut entries = Vec::new();
        while !self.is_at('}') || !entries.is_empty() {
            let key = self.expression()?;
            self.expect(':', "`:` and the value of the key")?;
            entries.push((key, self.expression()?));
            if !self.is_at(',') {
                break;
            }
            self.advance();
        }
        self.expect('}', "`,` or `}`")?;
        Ok(self.push(Expression::Map(entries), start))
    }

    fn interpolated(&mut self) -> Outcome<Id> {
        let start = self.token.start;
        let mut parts = Vec::new();
        loop {
            let token = self.token;
            let closing = if token.kind == Kind::Tail { 1 } else { 2 };
            let text = &self.lexer.text()[token.start + 1..token.end - closing];
            if !text.is_empty() {
                parts.push(Part::Text(Value::from(text)));
            }
            self.advance();
            if token.kind == Kind::Tail {
                return Ok(self.push(Expression::Interpolated(parts), start));
            }
            parts.push(Part::Expression(self.expression()?));
            if !matches!(self.token.kind, Kind::Middle | Kind::Tail) {
                return Err(self.unexpected("an operator or `}`"));
            }
        }
    }

    /// A word for a value, a call, or a variable.
    fn named(&mut self, name: &'a str) -> Outcome<Id> {
        let token = self.token;
        let value = match name {
            "true" | "TRUE" => Some(Value::Bool(true)),
            "false" | "FALSE" => Some(Value::Bool(false)),
            "null" | "NULL" | "none" | "NONE" => Some(Value::Null),
            _ => None,
        };
        if let Some(value) = value {
            return Ok(self.literal(value));
        }
        self.advance();
        if !self.is_at('(') {
            return Ok(self.push(Expression::Name, token.start));
        }
        let mut arguments = Vec::new();
        let outcome = self.arguments(&mut arguments);
        let builtin = self.builtin(Builtins::Function, name);
        let site = Site { name: token.span(), builtin, arguments };
        let id = self.push(Expression::Call(site), token.start);
        outcome.map(|()| id)
    }

    /// The accesses behind a value.
    fn postfix(&mut self, base: Id, start: usize) -> Outcome<Id> {
        let mut steps = Vec::new();
        let outcome = self.steps(&mut steps);
        let id = if steps.is_empty() { base } else { self.push(Expression::Access { base, steps }, start) };
        outcome.map(|()| id)
    }

    fn steps(&mut self, steps: &mut Vec<Step>) -> Outcome {
        loop {
            if self.is_at('.') {
                self.advance();
                let token = self.token;
                let name: Arc<str> = self.name("a name")?.into();
                let kind = if self.is_at('(') {
                    let mut arguments = Vec::new();
                    self.arguments(&mut arguments)?;
                    if arguments.iter().any(|argument| argument.name.is_some()) {
                        let message = format!("arguments of the method `{name}` have no names");
                        return Err(Problem { message, range: token.start..token.end });
                    }
                    StepKind::Method { name, arguments }
                } else {
                    StepKind::Name { name, dotted: true }
                };
                steps.push(Step { kind, span: token.span(), end: self.previous_end as u32 });
            } else if self.is_at('[') {
                self.advance();
                let first = self.token;
                let id = self.expression()?;
                let span = Span::new(first.start as u32, self.previous_end as u32);
                let is_alone = self.previous_end == first.end;
                self.expect(']', "an operator or `]`")?;
                let kind = match first.kind {
                    Kind::Literal(literal) if is_alone => {
                        StepKind::Name { name: literal.value().into(), dotted: false }
                    }
                    Kind::Integer(index) if is_alone => StepKind::Item(index),
                    _ => StepKind::Dynamic(id),
                };
                steps.push(Step { kind, span, end: self.previous_end as u32 });
            } else if self.is_at('(') {
                return Err(self.unexpected("an operator (only a name can be called)"));
            } else {
                return Ok(());
            }
        }
    }

    /// `( … )` behind the name of a function, filter, test or method.
    pub(super) fn arguments(&mut self, arguments: &mut Vec<Argument>) -> Outcome {
        self.advance();
        if self.is_at(')') {
            self.advance();
            return Ok(());
        }
        loop {
            let name = self.argument_name()?;
            if name.is_none() && arguments.last().is_some_and(|argument| argument.name.is_some()) {
                return Err(self.unexpected("a name and `=`, as the argument before has them"));
            }
            let start = self.token.start;
            let value = self.expression()?;
            let span = Span::new(start as u32, self.previous_end as u32);
            arguments.push(Argument { name, value, span });
            if !self.is_at(',') {
                return self.expect(')', "an operator, `,` or `)`");
            }
            self.advance();
        }
    }

    fn argument_name(&mut self) -> Outcome<Option<Span>> {
        if !matches!(self.token.kind, Kind::Name(_)) || !self.lexer.is_at_assignment() {
            return Ok(None);
        }
        let name = self.new_name("the name of an argument")?;
        self.expect('=', "`=`")?;
        Ok(Some(name))
    }
}
