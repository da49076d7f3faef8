//! Expressions over the fields of a record: paths, comparisons, arithmetic and functions.
//!
//! [`lexer`] cuts a text into tokens, [`parse`] makes a [`tree`] of them, [`evaluate`] walks it over a record, with the
//! [`functions`]. Numbers are decimals, so that nothing is lost of an amount. A field that is not there is nothing, and what is
//! calculated with nothing is nothing: only `==`, `!=`, `in`, `coalesce` and `concat` make something of it.

mod evaluate;
mod functions;
mod lexer;
mod parse;
#[cfg(test)]
mod tests;
mod tree;

use std::sync::Arc;

use kapelle_model::Value;

pub(super) use evaluate::Scope;
pub(super) use tree::Aggregator;
use tree::{Aggregated, Node, Problem, Root, StepWhat, What};

/// An expression over a record.
#[derive(Debug)]
pub(super) struct Expression {
    text: String,
    root: Node,
}

impl Expression {
    /// Reads a text. So many records stand side by side, as `$1` and so on; 0 where there is only one.
    pub(super) fn parse(text: &str, inputs: usize) -> Result<Self, String> {
        let root = parse::record_expression(text, inputs).map_err(|problem| told(text, &problem))?;
        Ok(Self { text: text.to_owned(), root })
    }

    pub(super) fn evaluate(&self, scope: Scope<'_>) -> Result<Value, String> {
        evaluate::evaluate(&self.root, scope).map_err(|problem| told(&self.text, &problem))
    }

    /// The names that lead to a field, if it is nothing but that. All items of it count as it.
    pub(super) fn names(&self) -> Option<Vec<Arc<str>>> {
        let What::Path(Root::Field(first), steps) = &self.root.what else { return None };
        let steps = match steps.split_last() {
            Some((last, before)) if matches!(last.what, StepWhat::Each) => before,
            _ => steps,
        };
        let mut names = vec![Arc::clone(first)];
        for step in steps {
            let StepWhat::Field(name) = &step.what else { return None };
            names.push(Arc::clone(name));
        }
        Some(names)
    }
}

/// An expression over a group of records.
#[derive(Debug)]
pub(super) struct GroupExpression {
    text: String,
    root: Node,
    aggregates: Vec<Aggregated>,
}

impl GroupExpression {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (root, aggregates) = parse::group_expression(text).map_err(|problem| told(text, &problem))?;
        Ok(Self { text: text.to_owned(), root, aggregates })
    }

    /// The aggregates in it, in their order.
    pub(super) fn aggregators(&self) -> impl Iterator<Item = Aggregator> {
        self.aggregates.iter().map(|aggregate| aggregate.aggregator)
    }

    /// What the aggregates look at in a record, in their order; a count of all records looks at `true`.
    pub(super) fn arguments(&self, scope: Scope<'_>) -> Result<Vec<Value>, String> {
        let argument = |aggregate: &Aggregated| match &aggregate.argument {
            None => Ok(Value::Bool(true)),
            Some(node) => evaluate::evaluate(node, scope).map_err(|problem| told(&self.text, &problem)),
        };
        self.aggregates.iter().map(argument).collect()
    }

    pub(super) fn evaluate(&self, scope: Scope<'_>) -> Result<Value, String> {
        evaluate::evaluate(&self.root, scope).map_err(|problem| told(&self.text, &problem))
    }
}

/// Characters of an expression that messages show.
const SHOWN_MAX: usize = 80;

fn told(text: &str, problem: &Problem) -> String {
    let before = text.get(..problem.at).unwrap_or(text);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let line = before.matches('\n').count() + 1;
    let mut place = format!("column {column}");
    if text.trim_end().contains('\n') {
        place = format!("line {line}, {place}");
    }
    let mut shown: String = text.trim().chars().take(SHOWN_MAX).collect();
    if text.trim().chars().count() > SHOWN_MAX {
        shown.push('…');
    }
    format!("at {place} of `{shown}`: {}", problem.reason)
}
