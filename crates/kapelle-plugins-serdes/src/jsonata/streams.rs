//! Paths whose steps keep something under names: `@$x`, `#$i`, and what `%` looks at.

use std::rc::Rc;
use std::sync::Arc;

use kapelle_model::Value;

use super::arrange::Item;
use super::data::{Data, Scope};
use super::evaluate::{Evaluation, Outcome, starts};
use super::parents::MARK;
use super::tree::{Expression, Stage, Step};

/// Steps that a row counts, and each of its names: `@` makes rows of all with all, and a row takes memory.
const STEPS_OF_ROW: u64 = 4;

/// Something that a path found, with what its steps keep.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) item: Value,
    names: Vec<(Arc<str>, Value)>,
}

impl Row {
    fn new(item: Value) -> Self {
        Self { item, names: Vec::new() }
    }

    fn set(&mut self, name: &Arc<str>, value: Value) {
        match self.names.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.names.push((Arc::clone(name), value)),
        }
    }
}

impl Item for Row {
    fn look(&self, scope: &Rc<Scope>) -> (Value, Rc<Scope>) {
        let scope = Scope::within(scope);
        for (name, value) in &self.names {
            scope.set(name, Data::One(value.clone()));
        }
        (self.item.clone(), scope)
    }

    /// All items are one list, and so are the values of each name.
    fn joined(mut rows: Vec<Self>) -> Self {
        if rows.len() == 1 {
            return rows.remove(0);
        }
        let mut items = Vec::new();
        let mut names: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
        for row in rows {
            items.extend(Data::One(row.item).items());
            for (name, value) in row.names {
                let values = Data::One(value).items();
                match names.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, known)) => known.extend(values),
                    None => names.push((name, values)),
                }
            }
        }
        let list = |values: Vec<Value>| Value::List(Arc::new(values));
        Self {
            item: list(items),
            names: names.into_iter().map(|(name, values)| (name, list(values))).collect(),
        }
    }
}

impl Evaluation<'_> {
    /// What a path finds. From the first step on that keeps something, filters look at everything that was found.
    pub(super) fn stream(&self, steps: &[Step], input: &Value, scope: &Rc<Scope>) -> Outcome<Vec<Row>> {
        let plain = steps.iter().take_while(|step| !step.has_names()).count();
        let (plain, named) = steps.split_at(plain);
        let mut items = starts(steps, input);
        if !plain.is_empty() {
            items = self.walk(plain, false, items, scope)?.items();
        }
        let mut rows = items.into_iter().map(Row::new).collect();
        for step in named {
            rows = self.step(step, rows, scope)?;
        }
        Ok(rows)
    }

    fn step(&self, step: &Step, rows: Vec<Row>, scope: &Rc<Scope>) -> Outcome<Vec<Row>> {
        let mut found = Vec::new();
        for row in rows {
            let (input, scope) = row.look(scope);
            for (place, inner) in self.rows(&step.what, &input, &scope)?.into_iter().enumerate() {
                let mut next = row.clone();
                for (name, value) in inner.names {
                    // Variables of a path in brackets stay within them.
                    if name.starts_with(MARK) {
                        next.set(&name, value);
                    }
                }
                match &step.names.focus {
                    Some(focus) => next.set(focus, inner.item),
                    None => next.item = inner.item,
                }
                if let Some(index) = &step.names.index {
                    next.set(index, Value::Int(place as i64));
                }
                for parent in &step.names.parents {
                    next.set(parent, row.item.clone());
                }
                self.count(STEPS_OF_ROW * (1 + next.names.len() as u64))?;
                found.push(next);
            }
        }
        for stage in &step.stages {
            match stage {
                Stage::Filter(filter) => found = self.filter(filter, found, scope)?,
                Stage::Sort(terms) => found = self.sorted(terms, found, scope)?,
                Stage::Index(name) => {
                    for (place, row) in found.iter_mut().enumerate() {
                        row.set(name, Value::Int(place as i64));
                    }
                }
            }
        }
        Ok(found)
    }

    /// What a step gives, with what paths in brackets keep.
    fn rows(&self, expression: &Expression, input: &Value, scope: &Rc<Scope>) -> Outcome<Vec<Row>> {
        match expression {
            Expression::Path { steps, .. } if steps.iter().any(Step::has_names) => {
                self.deeper(|| self.stream(steps, input, scope))
            }
            Expression::Block(parts) => self.deeper(|| {
                let Some((last, before)) = parts.split_last() else { return Ok(Vec::new()) };
                let scope = Scope::within(scope);
                for part in before {
                    self.evaluate(part, input, &scope)?;
                }
                self.rows(last, input, &scope)
            }),
            other => Ok(self.evaluate(other, input, scope)?.items().into_iter().map(Row::new).collect()),
        }
    }
}
