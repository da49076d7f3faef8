//! Names and attributes: what `a.b['c'][0].d()` finds.

use std::borrow::Cow;

use kapelle_model::{Span, Value};

use super::{Error, Evaluator, Outcome};
use crate::expression::form;
use crate::expression::members;
use crate::expression::tree::{Argument, Expression, Id, Step, StepKind};

/// Names below the context. They hide nothing.
const LOCALE: &str = "locale";
const CONTEXT: &str = "_context";

impl Evaluator<'_, '_, '_> {
    /// The value of a variable.
    pub(super) fn variable(&mut self, span: Span) -> Outcome {
        let name = self.written(span);
        match self.borrowed(name) {
            Some(value) => Ok(value.clone()),
            None => self.unusual(name)?.ok_or_else(|| Error::undefined(name, None).at(span.range())),
        }
    }

    /// A variable of the template or the context, where it lies.
    fn borrowed(&self, name: &str) -> Option<&Value> {
        if let Some(variable) = self.run.variables.find(name) {
            return variable.plain();
        }
        if self.run.variables.is_closed() {
            return None;
        }
        self.run.context(name)
    }

    /// A variable that has to be made.
    fn unusual(&mut self, name: &str) -> Outcome<Option<Value>> {
        if let Some(variable) = self.run.variables.find(name) {
            return Ok(Some(variable.value()));
        }
        Ok(match name {
            LOCALE => Some(Value::from(self.run.settings().locale.tag())),
            CONTEXT => Some(Value::Map(self.run.all_variables()?.into())),
            _ => None,
        })
    }

    /// A value with the accesses behind it.
    pub(super) fn access(&mut self, base: Id, steps: &[Step], span: Span) -> Outcome {
        let first = self.tree.node(base);
        let mut rest = steps;
        let mut value = match &first.expression {
            Expression::Name => {
                let name = self.written(first.span);
                if let Some(found) = self.loop_field(name, steps) {
                    rest = &steps[1..];
                    found
                } else if let Some(found) = self.borrowed(name) {
                    // As long as the steps are plain ones nothing has to be copied.
                    let mut found = found;
                    let mut taken = 0;
                    while let Some(inner) = steps.get(taken).and_then(|step| plain_step(found, step)) {
                        (found, taken) = (inner, taken + 1);
                    }
                    rest = &steps[taken..];
                    found.clone()
                } else {
                    self.variable(first.span)?
                }
            }
            _ => self.expression(base)?,
        };
        if let (Expression::Name, Value::Null, [step, ..]) = (&first.expression, &value, rest)
            && rest.len() == steps.len()
        {
            if let StepKind::Dynamic(id) = step.kind {
                self.expression(id)?;
            }
            // It is the variable that is missed then, not what would be in it.
            return Err(Error::undefined(self.written(first.span), Some(value)).at(step.span.range()));
        }
        for step in rest {
            value = self.step(value, step)?;
            if self.run.trace.is_some() && step.end < span.end {
                value = self.traced(Span::new(span.start, step.end), Ok(value))?;
            }
        }
        Ok(value)
    }

    /// `loop.index` or `entry.key`, without making the whole.
    fn loop_field(&self, name: &str, steps: &[Step]) -> Option<Value> {
        let StepKind::Name { name: field, .. } = &steps.first()?.kind else { return None };
        self.run.variables.find(name)?.field(field)
    }

    fn step(&mut self, value: Value, step: &Step) -> Outcome {
        if let (Value::Secret(inner), false) = (&value, matches!(step.kind, StepKind::Method { .. })) {
            return self.step((**inner).clone(), step).map(Value::into_secret).map_err(|mut error| {
                error.container = error.container.take().map(Value::into_secret);
                error
            });
        }
        let found = match &step.kind {
            StepKind::Name { name, .. } => named(&value, name).map(Cow::into_owned),
            StepKind::Item(index) => {
                self.item(&value, *index).map_err(|error| error.at(step.span.range()))?.cloned()
            }
            StepKind::Dynamic(id) => {
                let key = self.expression(*id)?;
                // A text is secret in its parts, without a mark around it.
                let is_secret = key.has_secret();
                let (key, _) = super::operators::opened(&key);
                let found = match key {
                    Value::Int(index) => {
                        let item = self.item(&value, *index).map_err(|error| {
                            let error = if is_secret { secret_index() } else { error };
                            error.at(step.span.range())
                        });
                        item?.cloned()
                    }
                    Value::Null => return Err(Error::undefined("null", Some(value)).at(step.span.range())),
                    Value::Str(text) => named(&value, text.expose()).map(Cow::into_owned),
                    other => {
                        let text = form::java_text(other, self.run.bytes_left())?;
                        named(&value, text.expose()).map(Cow::into_owned)
                    }
                };
                if found.is_none() && !is_secret {
                    let name = form::java_text(key, self.run.bytes_left())?;
                    return Err(Error::undefined(name.masked(), Some(value)).at(step.span.range()));
                }
                // Which item it is tells the key.
                found.map(|found| if is_secret { found.into_secret() } else { found })
            }
            StepKind::Method { name, arguments } => return self.method(&value, name, arguments, step),
        };
        found.ok_or_else(|| {
            let name = match &step.kind {
                StepKind::Name { name, .. } => name.to_string(),
                _ => self.written(step.span).to_owned(),
            };
            Error::undefined(name, Some(value)).at(step.span.range())
        })
    }

    /// `a[1]`
    fn item<'v>(&self, value: &'v Value, index: i64) -> Outcome<Option<&'v Value>> {
        match value {
            Value::List(items) => Ok(usize::try_from(index).ok().and_then(|index| items.get(index))),
            Value::Map(map) if self.run.has_integer_keys(map) => Ok(map.get(index.to_string().as_str())),
            Value::Map(map) if !map.is_empty() => Err(Error::wrong_type(format!(
                "the keys of the map are text, not the integer {index}; write `['{index}']`"
            ))),
            _ => Ok(None),
        }
    }

    fn method(&mut self, value: &Value, name: &str, arguments: &[Argument], step: &Step) -> Outcome {
        self.run.step(1)?;
        let mut values = Vec::with_capacity(arguments.len());
        let mut are_literals = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.expression(argument.value)?);
            are_literals.push(matches!(self.tree.node(argument.value).expression, Expression::Literal(_)));
        }
        // It sees to the marks of secrecy itself, also in its errors.
        members::method(value, name, &values, &are_literals, self.run)
            .unwrap_or_else(|| Err(Error::undefined(name, Some(value.clone()))))
            .map_err(|error| error.at(step.span.range()))
    }
}

/// The error of [`Evaluator::item`] for an index that must not be shown.
fn secret_index() -> Box<Error> {
    Error::wrong_type("the keys of the map are text, not an integer")
}

/// A step that finds something inside of the value itself.
fn plain_step<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match (value, &step.kind) {
        (Value::Map(map), StepKind::Name { name, .. }) => map.get(name),
        (Value::List(items), StepKind::Item(index)) => items.get(usize::try_from(*index).ok()?),
        _ => None,
    }
}

/// `a.name`: an entry of a map, an item of a list by its index as text, or a member as in Java.
fn named<'v>(value: &'v Value, name: &str) -> Option<Cow<'v, Value>> {
    match value {
        Value::Map(map) => return map.get(name).map(Cow::Borrowed),
        Value::List(items) => {
            if let Some(found) = name.parse::<usize>().ok().and_then(|index| items.get(index)) {
                return Some(Cow::Borrowed(found));
            }
        }
        _ => {}
    }
    members::property(value, name).map(Cow::Owned)
}
