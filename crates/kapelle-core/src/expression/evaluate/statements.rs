//! Statements: what writes, branches, loops and binds names.

use std::sync::Arc;

use kapelle_model::{Map, Span, Value};

use super::{Error, Evaluator, Outcome, Sink, operators};
use crate::expression::form;
use crate::expression::tree::{Body, Id, LinkKind, Statement};

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
                self.deeper(body, &mut inner)?;
                let mut value = self.written_text(inner)?;
                for link in links {
                    if let LinkKind::Filter(site) = &link.kind {
                        value = self.filter(Ok(value), site).map_err(|error| error.at(link.span.range()))?;
                    }
                }
                let settings = self.run.settings();
                sink.write_value(value, &settings.zone);
            }
            Statement::Macro(_) | Statement::Broken { .. } => {}
        }
        Ok(())
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
        let value = self.expression(items).map_err(|error| error.at(span.range()))?;
        let (value, is_secret) = operators::opened(&value);
        let items = match value {
            Value::Null => return Ok(()),
            Value::List(items) => Arc::clone(items),
            Value::Map(map) => Arc::new(map.iter().map(|(key, value)| entry(key, value)).collect()),
            other => {
                let message = format!("a loop takes a list or a map, not {}", form::describe(other));
                return Err(Error::wrong_type(message).at(span.range()));
            }
        };
        if items.is_empty() {
            return otherwise.map_or(Ok(()), |otherwise| self.deeper(otherwise, sink));
        }
        let (name, counter): (Arc<str>, Arc<str>) = (self.written(name).into(), "loop".into());
        self.run.enter()?;
        let scope = self.run.variables.open(false);
        let mut outcome = Ok(());
        for (index, item) in items.iter().enumerate() {
            let item = if is_secret { item.clone().into_secret() } else { item.clone() };
            self.run.variables.bind_loop(&counter, index, items.len());
            self.run.variables.bind(&name, item);
            outcome = self.run.iterate().and_then(|()| self.body(body, sink));
            if outcome.is_err() || sink.is_done() {
                break;
            }
        }
        self.run.variables.close(&scope);
        self.run.leave();
        outcome
    }
}

/// An entry of a map, as a loop over it sees it.
fn entry(key: &Arc<str>, value: &Value) -> Value {
    let fields = [("key", Value::from(&**key)), ("value", value.clone())];
    Value::Map(Arc::new(fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect::<Map>()))
}
