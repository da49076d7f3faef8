//! Walks an expression over a record.

use std::cmp::Ordering;
use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::super::values::{boolean_of, decimal_of, is_same, order, quotient, unfit};
use super::functions::Work;
use super::tree::{Link, LinkWhat, Node, Operator, Problem, Root, Step, StepWhat, What};
use crate::numbers::bounded;

/// What an expression sees.
#[derive(Clone, Copy)]
pub(in crate::records) struct Scope<'s> {
    pub(in crate::records) record: &'s Map,
    /// The records that stand side by side.
    pub(in crate::records) inputs: &'s [Arc<Map>],
    /// What the aggregates of the expression came to.
    pub(in crate::records) aggregated: &'s [Value],
}

impl<'s> Scope<'s> {
    pub(in crate::records) fn of(record: &'s Map) -> Self {
        Self { record, inputs: &[], aggregated: &[] }
    }
}

type Outcome<T = Value> = Result<T, Problem>;

pub(super) fn evaluate(node: &Node, scope: Scope<'_>) -> Outcome {
    let wrong = |reason| Problem::new(node.at, reason);
    Ok(match &node.what {
        What::Literal(value) => value.clone(),
        What::Path(root, steps) => start(root, steps, scope)?,
        What::Not(inner) => match evaluate(inner, scope)? {
            Value::Null => Value::Null,
            value => Value::Bool(!boolean_of(&value).map_err(wrong)?),
        },
        What::Negative(inner) => match evaluate(inner, scope)? {
            Value::Null => Value::Null,
            value => Value::Decimal(Arc::new(-decimal_of(&value).map_err(wrong)?)),
        },
        What::Chain(first, links) => {
            let mut left = evaluate(first, scope)?;
            for link in links {
                left = linked(&left, link, scope)?;
            }
            left
        }
        What::Call(function, arguments) => {
            let mut values = Vec::with_capacity(arguments.len());
            for argument in arguments {
                values.push(evaluate(argument, scope)?);
            }
            let given = match (function.work, values.as_slice()) {
                (Work::One(_), [Value::Null]) => Ok(Value::Null),
                (Work::One(work), [value]) => work(value),
                (Work::Many(work), values) => work(values),
                (Work::One(_) | Work::Coalesce, _) => Ok(Value::Null),
            };
            given.map_err(|reason| wrong(format!("`{}`: {reason}", function.name)))?
        }
        What::Coalesce(arguments) => {
            for argument in arguments {
                let value = evaluate(argument, scope)?;
                if value != Value::Null {
                    return Ok(value);
                }
            }
            Value::Null
        }
        What::Aggregated(number) => scope.aggregated.get(*number).cloned().unwrap_or_default(),
    })
}

fn start(root: &Root, steps: &[Step], scope: Scope<'_>) -> Outcome {
    match root {
        Root::Field(name) => match scope.record.get(name) {
            Some(value) => follow(value, steps),
            None => Ok(Value::Null),
        },
        Root::Input(place) => match scope.inputs.get(*place) {
            Some(input) => follow(&Value::Map(Arc::clone(input)), steps),
            None => Ok(Value::Null),
        },
    }
}

/// Follows a path. Where nothing is, nothing is found.
fn follow(value: &Value, steps: &[Step]) -> Outcome {
    let Some((step, rest)) = steps.split_first() else { return Ok(value.clone()) };
    let wrong = |wanted: &str| Problem::new(step.at, unfit(value, wanted));
    match (&step.what, value) {
        (_, Value::Null) => Ok(Value::Null),
        (StepWhat::Field(name), Value::Map(map)) => {
            map.get(name).map_or(Ok(Value::Null), |inner| follow(inner, rest))
        }
        (StepWhat::Field(name), _) => Err(wrong(&format!("a map with the field `{name}`"))),
        (StepWhat::Item(place), Value::List(items)) => {
            items.get(*place).map_or(Ok(Value::Null), |item| follow(item, rest))
        }
        (StepWhat::Each, Value::List(_)) if rest.is_empty() => Ok(value.clone()),
        (StepWhat::Each, Value::List(items)) => {
            let items: Outcome<Vec<_>> = items.iter().map(|item| follow(item, rest)).collect();
            Ok(Value::List(Arc::new(items?)))
        }
        (StepWhat::Item(_) | StepWhat::Each, _) => Err(wrong("a list")),
    }
}

fn linked(left: &Value, link: &Link, scope: Scope<'_>) -> Outcome {
    let wrong = |reason| Problem::new(link.at, reason);
    let (operator, right) = match &link.what {
        LinkWhat::In(candidates) => return is_in(left, candidates, scope),
        LinkWhat::Binary(operator, right) => (*operator, right),
    };
    if let Operator::And | Operator::Or = operator {
        return logical(left, operator, link.at, right, scope);
    }
    let right = evaluate(right, scope)?;
    match operator {
        Operator::Equal => return Ok(Value::Bool(is_same(left, &right))),
        Operator::Unequal => return Ok(Value::Bool(!is_same(left, &right))),
        _ if *left == Value::Null || right == Value::Null => return Ok(Value::Null),
        _ => {}
    }
    if let Some(holds) = comparison(operator) {
        return Ok(Value::Bool(holds(order(left, &right).map_err(wrong)?)));
    }
    let (left, right) = (decimal_of(left).map_err(wrong)?, decimal_of(&right).map_err(wrong)?);
    let number = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        _ => match quotient(&left, &right) {
            Some(number) => number,
            None => return Ok(Value::Null),
        },
    };
    Ok(Value::Decimal(Arc::new(bounded(number).map_err(wrong)?)))
}

/// Whether an order is what an operator asks for; nothing for other operators.
fn comparison(operator: Operator) -> Option<fn(Ordering) -> bool> {
    Some(match operator {
        Operator::Less => Ordering::is_lt,
        Operator::LessOrEqual => Ordering::is_le,
        Operator::Greater => Ordering::is_gt,
        Operator::GreaterOrEqual => Ordering::is_ge,
        _ => return None,
    })
}

/// `&&` and `||`. The left side decides if it can; if it is nothing, so is the whole, as in Kestra.
fn logical(left: &Value, operator: Operator, at: usize, right: &Node, scope: Scope<'_>) -> Outcome {
    let wrong = |reason| Problem::new(at, reason);
    if *left == Value::Null {
        return Ok(Value::Null);
    }
    let decides = operator == Operator::Or;
    if boolean_of(left).map_err(wrong)? == decides {
        return Ok(Value::Bool(decides));
    }
    match evaluate(right, scope)? {
        Value::Null => Ok(Value::Null),
        value => Ok(Value::Bool(boolean_of(&value).map_err(wrong)?)),
    }
}

/// Nothing is in no list.
fn is_in(left: &Value, candidates: &[Node], scope: Scope<'_>) -> Outcome {
    if *left == Value::Null {
        return Ok(Value::Bool(false));
    }
    for candidate in candidates {
        if is_same(left, &evaluate(candidate, scope)?) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
