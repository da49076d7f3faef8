//! Statements: what writes, branches, loops and binds names.

use std::sync::Arc;

use kapelle_model::{Span, Text, Value};

use super::{Error, Evaluator, Outcome, Sink, operators};
use crate::expression::form;
use crate::expression::output::Output;
use crate::expression::tree::{Body, Expression, Id, LinkKind, Statement};

impl Evaluator<'_, '_, '_> {
    pub(super) fn body(&mut self, body: &Body, sink: &mut Sink) -> Outcome<()> {
        for statement in body {
            self.statement(statement, sink)?;
            if sink.is_done() {
                break;
            }
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement, sink: &mut Sink) -> Outcome<()> {
        match statement {
            Statement::Text(span) => {
                self.run.step(u64::from(span.end - span.start) / 256)?;
                sink.write_str(self.written(*span));
            }
            Statement::Raw { body, whole } => {
                sink.write_str(self.written(if self.run.keeps_raw { *whole } else { *body }));
            }
            Statement::Print(id) => {
                if let Some(entry) = self.entry(*id) {
                    sink.write_value(entry?, &self.run.settings().zone);
                    return Ok(());
                }
                let value =
                    self.expression(*id).map_err(|error| error.at(self.tree.node(*id).span.range()))?;
                let settings = self.run.settings();
                sink.write_value(value, &settings.zone);
            }
            Statement::If { branches, otherwise } => return self.branch(branches, otherwise, sink),
            Statement::For { name, items, body, otherwise } => {
                let Some(items) = items else { return Ok(()) };
                return self.repeat(*name, *items, body, otherwise.as_ref(), sink);
            }
            Statement::Set { name, value } => {
                let value = self.expression(*value)?;
                self.run.variables.set(self.written(*name), value);
            }
            Statement::Block(index) => return self.deeper(&self.tree.blocks[*index].body, sink),
            Statement::Filter { links, body } => {
                let mut inner = Sink::java(self.run.bytes_left());
                // An undefined value in the body is one for `default`.
                let mut value = self.deeper(body, &mut inner).and_then(|()| self.written_text(inner));
                for link in links {
                    if let LinkKind::Filter(site) = &link.kind {
                        value = self.filter(value, site).map_err(|error| error.at(link.span.range()));
                    }
                }
                let value = value?;
                let settings = self.run.settings();
                sink.write_value(value, &settings.zone);
            }
            Statement::Macro(_) | Statement::Broken { .. } => {}
        }
        Ok(())
    }

    /// The text of an entry of a map that a loop goes over, where it is printed as a whole.
    fn entry(&self, id: Id) -> Option<Outcome> {
        let node = self.tree.node(id);
        let Expression::Name = node.expression else { return None };
        let (key, value) = self.run.variables.find(self.written(node.span))?.entry()?;
        let mut out = Output::new(self.run.bytes_left());
        out.push(key);
        out.push_char('=');
        form::java(value, &mut out);
        Some(out.check().map(|()| Value::Str(out.into_text())))
    }

    fn deeper(&mut self, body: &Body, sink: &mut Sink) -> Outcome<()> {
        self.run.enter()?;
        let outcome = self.body(body, sink);
        self.run.leave();
        outcome
    }

    /// What was written to a sink for text.
    pub(super) fn written_text(&mut self, sink: Sink) -> Outcome {
        match sink {
            Sink::Text { out, .. } | Sink::Java { out } => self.finish(out),
            Sink::Typed(..) => Ok(Value::Null),
        }
    }

    fn branch(&mut self, branches: &[(Option<Id>, Body)], otherwise: &Body, sink: &mut Sink) -> Outcome<()> {
        for (condition, body) in branches {
            let Some(condition) = condition else { return Ok(()) };
            let span = self.tree.node(*condition).span;
            // What fails in a condition is no longer caught by anything around it.
            let value = self.expression(*condition).map_err(|error| error.at(span.range()).seal())?;
            if operators::truth(&value, "a condition").map_err(|error| error.at(span.range()))? {
                return self.deeper(body, sink);
            }
        }
        self.deeper(otherwise, sink)
    }

    fn repeat(
        &mut self,
        name: Span,
        items: Id,
        body: &Body,
        otherwise: Option<&Body>,
        sink: &mut Sink,
    ) -> Outcome<()> {
        let span = self.tree.node(items).span;
        let given = self.expression(items).map_err(|error| error.at(span.range()))?;
        let (value, is_secret) = operators::opened(&given);
        let count = match value {
            Value::Null => return Ok(()),
            Value::List(items) => items.len(),
            Value::Map(map) => map.len(),
            _ => {
                let message = format!("a loop takes a list or a map, not {}", form::describe(&given));
                return Err(Error::wrong_type(message).at(span.range()));
            }
        };
        if count == 0 {
            return otherwise.map_or(Ok(()), |otherwise| self.deeper(otherwise, sink));
        }
        let (name, counter): (Arc<str>, Arc<str>) = (self.written(name).into(), "loop".into());
        let mark = |item: &Value| if is_secret { item.clone().into_secret() } else { item.clone() };
        self.run.enter()?;
        let scope = self.run.variables.open(false);
        let mut outcome = Ok(());
        for index in 0..count {
            self.run.variables.bind_loop(&counter, index, count);
            match value {
                Value::List(items) => self.run.variables.bind(&name, mark(&items[index])),
                Value::Map(map) => {
                    if let Some((key, item)) = map.get_index(index) {
                        let key = Text::from(Arc::clone(key));
                        let key = if is_secret { key.into_secret() } else { key };
                        self.run.variables.bind_entry(&name, key, mark(item));
                    }
                }
                _ => {}
            }
            let counted = self.run.iterate().map_err(|error| error.at(span.range()));
            outcome = counted.and_then(|()| self.body(body, sink));
            if outcome.is_err() || sink.is_done() {
                break;
            }
        }
        self.run.variables.close(&scope);
        self.run.leave();
        outcome
    }
}
