//! Evaluates templates: walks the tree and gives values.
//!
//! What is folded from the left is a loop over links, so the host's stack grows only with brackets, bodies and calls, and
//! [`Run::enter`] counts those.

mod access;
mod arithmetic;
mod calls;
mod decimals;
mod operators;
mod statements;

use std::sync::Arc;

use kapelle_model::{Map, Span, Text, Value};

use super::error::{Category, Error, Outcome};
use super::form;
use super::output::Output;
use super::run::{Run, TRACED_MAX};
use super::sink::{Sink, Typed};
use super::template::{Template, Traced};
use super::tree::{Expression, Id, Link, LinkKind, Part, Tree};
use crate::expression::builtin::json::parse_json;

/// Renders a template in string mode. `None` if nothing was written at all.
pub(super) fn text(template: &Template, run: &mut Run<'_>) -> Outcome<Option<Text>> {
    let Some(tree) = template.tree() else { return Ok(Some(template.text().clone())) };
    let mut sink = Sink::text(template.source().len(), run.settings().limits.output_bytes);
    Evaluator { template, tree, run }.body(&tree.body, &mut sink)?;
    let Sink::Text { out, written } = sink else { return Ok(None) };
    out.check()?;
    Ok(written.then(|| out.into_text()))
}

/// Renders a template in typed mode.
pub(super) fn value(template: &Template, run: &mut Run<'_>) -> Outcome {
    let Some(tree) = template.tree() else { return Ok(Value::Str(template.text().clone())) };
    let mut sink = Sink::Typed(Typed::Nothing, run.settings().limits.output_bytes);
    let variables = run.variables.clone();
    Evaluator { template, tree, run }.body(&tree.body, &mut sink)?;
    match sink {
        Sink::Typed(Typed::One(value), _) => Ok(value),
        Sink::Typed(Typed::Text(out), _) => {
            out.check()?;
            Ok(Value::Str(out.into_text()))
        }
        Sink::Typed(Typed::Restart, _) => {
            // What the first attempt has set is not there in the second.
            run.variables = variables;
            Ok(text(template, run)?.map_or(Value::Null, read_json))
        }
        _ => Ok(Value::Null),
    }
}

/// The JSON value that a text starts with, or the text.
fn read_json(text: Text) -> Value {
    match parse_json(text.expose()) {
        Ok(value) if text.has_secret() => value.into_secret(),
        Ok(value) => value,
        Err(_) => Value::Str(text),
    }
}

struct Evaluator<'t, 'r, 'e> {
    template: &'t Template,
    tree: &'t Tree,
    run: &'r mut Run<'e>,
}

impl<'t> Evaluator<'t, '_, '_> {
    fn written(&self, span: Span) -> &'t str {
        self.template.source().get(span.range()).unwrap_or_default()
    }

    /// The value of an expression.
    fn expression(&mut self, id: Id) -> Outcome {
        let node = self.tree.node(id);
        match &node.expression {
            // These need no other expression, so they need no depth either.
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Name => {
                let value = self.variable(node.span);
                self.traced(node.span, value)
            }
            _ => {
                self.run.step(1)?;
                self.run.enter()?;
                let value = self.compound(id);
                self.run.leave();
                value
            }
        }
    }

    fn compound(&mut self, mut id: Id) -> Outcome {
        loop {
            let node = self.tree.node(id);
            let value = match &node.expression {
                Expression::Literal(_) | Expression::Name => return self.expression(id),
                Expression::Ternary { condition, then, otherwise } => {
                    let decides = self.condition(*condition)?;
                    if decides {
                        return self.expression(*then);
                    }
                    id = *otherwise;
                    continue;
                }
                Expression::Chain { first, links } => return self.chain(*first, links, node.span),
                Expression::Access { base, steps } => self.access(*base, steps, node.span),
                Expression::Call(site) => self.call(site),
                Expression::List(items) => self.list(items),
                Expression::Map(entries) => self.map(entries),
                Expression::Interpolated(parts) => self.interpolated(parts),
            };
            return self.traced(node.span, value);
        }
    }

    /// What decides a ternary: null counts as false.
    fn condition(&mut self, id: Id) -> Outcome<bool> {
        let value = self.expression(id)?;
        match &value {
            Value::Null => Ok(false),
            value => operators::truth(value, "a condition")
                .map_err(|error| error.at(self.tree.node(id).span.range())),
        }
    }

    /// Folds operators, filters and tests from the left. Each decides what an error before it means.
    fn chain(&mut self, first: Id, links: &[Link], span: Span) -> Outcome {
        let mut state = self.expression(first);
        for link in links {
            self.run.step(1)?;
            state = match &link.kind {
                LinkKind::Unary(operator) => state.and_then(|value| operators::unary(*operator, &value)),
                LinkKind::Binary(operator, right) => self.binary(state, *operator, *right),
                LinkKind::Filter(site) => self.filter(state, site),
                LinkKind::Test { negated, site } => self.test(state, *negated, site),
            };
            state = state.map_err(|error| error.at(link.span.range()));
            if self.run.trace.is_some() {
                let start =
                    if matches!(link.kind, LinkKind::Unary(_)) { link.span.start } else { span.start };
                state = self.traced(Span::new(start, link.end), state);
            }
        }
        state
    }

    fn list(&mut self, items: &[Id]) -> Outcome {
        self.run.allocate(items.len() * size_of::<Value>())?;
        let items: Vec<Value> = items.iter().map(|id| self.expression(*id)).collect::<Outcome<_>>()?;
        self.run.nested(Value::List(Arc::new(items)))
    }

    fn map(&mut self, entries: &[(Id, Id)]) -> Outcome {
        self.run.allocate(entries.len() * 2 * size_of::<Value>())?;
        let mut map = Map::with_capacity(entries.len());
        let (mut has_secret_key, mut has_integer_keys) = (false, false);
        for (key, value) in entries {
            let name = self.expression(*key)?;
            let value = self.expression(*value)?;
            if matches!(name, Value::Null) {
                return Err(Error::null("null cannot be the key of a map").at(self
                    .tree
                    .node(*key)
                    .span
                    .range()));
            }
            has_secret_key |= name.has_secret();
            has_integer_keys |= map.is_empty() && matches!(name, Value::Int(_));
            let name = form::java_text(&name, self.run.bytes_left())?;
            map.insert(Arc::from(name.expose()), value);
        }
        let map = Arc::new(map);
        if has_integer_keys {
            self.run.note_integer_keys(&map);
        }
        let map = Value::Map(map);
        // Keys cannot carry a mark of their own.
        self.run.nested(if has_secret_key { map.into_secret() } else { map })
    }

    fn interpolated(&mut self, parts: &[Part]) -> Outcome {
        // Nothing has to be joined: the value stays what it is.
        if let [Part::Expression(id)] = parts {
            return self.expression(*id);
        }
        let mut out = Output::new(self.run.bytes_left());
        for part in parts {
            match part {
                Part::Text(value) => form::java(value, &mut out),
                Part::Expression(id) => match self.expression(*id)? {
                    Value::Null => {}
                    value => form::java(&value, &mut out),
                },
            }
        }
        self.finish(out)
    }

    /// The text that was written, paid for.
    fn finish(&mut self, out: Output) -> Outcome {
        out.check()?;
        self.run.allocate(out.len())?;
        Ok(Value::Str(out.into_text()))
    }

    /// Notes what a part of the template gave, if somebody wants to see it.
    fn traced(&mut self, span: Span, value: Outcome) -> Outcome {
        if let Some(trace) = self.run.trace.as_mut().filter(|trace| trace.len() < TRACED_MAX) {
            let noted = value.clone().map_err(|error| match error.category {
                Category::Undefined => format!("undefined: `{}`", error.message),
                _ => error.message.clone(),
            });
            trace.push(Traced { range: span.range(), value: noted });
        }
        value
    }
}
