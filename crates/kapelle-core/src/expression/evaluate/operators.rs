//! Operators, apart from arithmetic.

use std::cmp::Ordering;

use kapelle_model::Value;

use super::{Error, Evaluator, Outcome, arithmetic};
use crate::expression::builtin::numbers;
use crate::expression::equality::same;
use crate::expression::form;
use crate::expression::lexer::Operator;
use crate::expression::order::texts;
use crate::expression::output::Output;
use crate::expression::run::Run;
use crate::expression::tree::Id;
use crate::language::Language;

/// Comparisons of two values for one step.
const COMPARISONS_PER_STEP: u64 = 16;

/// The value below a mark of secrecy, and whether there was one.
pub(super) fn opened(value: &Value) -> (&Value, bool) {
    match value {
        Value::Secret(inner) => (inner, true),
        other => (other, false),
    }
}

/// What decides `if`, `and`, `or` and `not`.
pub(super) fn truth(value: &Value, what: &str) -> Outcome<bool> {
    match opened(value).0 {
        Value::Bool(value) => Ok(*value),
        Value::Int(number) => Ok(*number != 0),
        Value::BigInt(number) => Ok(**number != num_bigint::BigInt::ZERO),
        Value::Float(number) => Ok(*number != 0.0 && !number.is_nan()),
        Value::Float32(number) => Ok(*number != 0.0 && !number.is_nan()),
        Value::Decimal(number) => Ok(number.sign() != num_bigint::Sign::NoSign),
        Value::Str(text) => Ok(!text.expose().is_empty()),
        Value::Null => Err(Error::null(format!("{what} has to be true or false, not null"))
            .help("give a value for that case with `??`, or ask with `is defined`")),
        _ => Err(Error::wrong_type(format!("{what} has to be true or false, not {}", form::describe(value)))
            .help("ask for something of it, such as `is empty` or `| length > 0`")),
    }
}

pub(super) fn unary(operator: Operator, value: &Value) -> Outcome {
    match operator {
        Operator::Not => Ok(Value::Bool(!truth(value, "what `not` negates")?)),
        Operator::Minus => arithmetic::negate(value),
        _ => arithmetic::plus(value),
    }
}

impl Evaluator<'_, '_, '_> {
    /// An operator between what is left of it, or why that failed, and its right operand.
    pub(super) fn binary(&mut self, left: Outcome, operator: Operator, right: Id) -> Outcome {
        match operator {
            Operator::Coalesce => match left {
                Ok(Value::Null) => self.expression(right),
                Err(error) if error.is_undefined() => self.expression(right),
                other => other,
            },
            Operator::CoalesceUndefined => match left {
                Err(error) if error.is_undefined() => self.expression(right),
                other => other,
            },
            Operator::And => {
                if !truth(&left?, "what `and` joins")? {
                    return Ok(Value::Bool(false));
                }
                let right = self.expression(right)?;
                Ok(Value::Bool(truth(&right, "what `and` joins")?))
            }
            Operator::Or => {
                if truth(&left?, "what `or` joins")? {
                    return Ok(Value::Bool(true));
                }
                let right = self.expression(right)?;
                Ok(Value::Bool(truth(&right, "what `or` joins")?))
            }
            _ if operator.wraps_undefined() => {
                let left = left.map_err(Error::seal)?;
                let right = self.expression(right).map_err(Error::seal)?;
                self.computed(operator, &left, &right)
            }
            _ => {
                let left = left?;
                // Nothing is in null, whatever it is.
                if matches!((operator, opened(&left).0), (Operator::Contains, Value::Null)) {
                    return Ok(Value::Bool(false));
                }
                let right = self.expression(right)?;
                self.joined(operator, &left, &right)
            }
        }
    }

    /// Arithmetic and comparison.
    fn computed(&mut self, operator: Operator, left: &Value, right: &Value) -> Outcome {
        let language = self.run.settings().language;
        self.inspect(left, right)?;
        match operator {
            Operator::Equal => Ok(Value::Bool(equal(left, right))),
            Operator::NotEqual => Ok(Value::Bool(!equal(left, right))),
            Operator::Greater => compare(left, right, ">", language, Ordering::is_gt),
            Operator::Less => compare(left, right, "<", language, Ordering::is_lt),
            Operator::GreaterOrEqual => compare(left, right, ">=", language, Ordering::is_ge),
            Operator::LessOrEqual => compare(left, right, "<=", language, Ordering::is_le),
            Operator::Plus => arithmetic::add(left, right, self.run),
            Operator::Minus => arithmetic::subtract(left, right, self.run),
            Operator::Times => arithmetic::calculate(left, right, arithmetic::Calculation::Times),
            Operator::Divide => arithmetic::calculate(left, right, arithmetic::Calculation::Divide),
            _ => arithmetic::calculate(left, right, arithmetic::Calculation::Remainder),
        }
    }

    /// Collections are compared part by part, so they must be of a size for that.
    fn inspect(&mut self, left: &Value, right: &Value) -> Outcome<()> {
        for value in [left, right] {
            if matches!(value, Value::List(_) | Value::Map(_) | Value::Secret(_)) {
                self.run.inspect(value)?;
            }
        }
        Ok(())
    }

    fn joined(&mut self, operator: Operator, left: &Value, right: &Value) -> Outcome {
        self.inspect(left, right)?;
        match operator {
            Operator::Concat => {
                let mut out = Output::new(self.run.bytes_left());
                for value in [left, right] {
                    if !matches!(value, Value::Null) {
                        form::java(value, &mut out);
                    }
                }
                self.finish(out)
            }
            Operator::Range => numbers::range(left, right, None, self.run),
            Operator::Contains => contains(left, right, self.run).map(Value::Bool),
            _ => is_in(left, right, self.run).map(Value::Bool),
        }
    }
}

/// `==`: numbers as floats, everything else by type and content.
#[expect(clippy::float_cmp, reason = "that is what the operator does")]
fn equal(left: &Value, right: &Value) -> bool {
    match (arithmetic::number(left), arithmetic::number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => same(left, right),
    }
}

fn compare(
    left: &Value,
    right: &Value,
    sign: &str,
    language: Language,
    decide: impl Fn(Ordering) -> bool,
) -> Outcome {
    let (given_left, given_right) = (left, right);
    let (left, right) = (opened(left).0, opened(right).0);
    if matches!(left, Value::Null) || matches!(right, Value::Null) {
        return Ok(Value::Bool(false));
    }
    if let (Some(left), Some(right)) = (arithmetic::number(left), arithmetic::number(right)) {
        return Ok(Value::Bool(left.partial_cmp(&right).is_some_and(decide)));
    }
    if let (Language::Two, Value::Str(left), Value::Str(right)) = (language, left, right) {
        return Ok(Value::Bool(decide(texts(left.expose(), right.expose()))));
    }
    let error = Error::wrong_type(format!(
        "`{sign}` compares numbers, not {} and {}",
        form::describe(given_left),
        form::describe(given_right)
    ));
    Err(match (left, right) {
        (Value::Str(_), Value::Str(_)) => {
            error.help("language level 2 compares texts; here make numbers of them (`| number`) or timestamps (`| timestamp`)")
        }
        (Value::Str(_), _) | (_, Value::Str(_)) => error.help("make a number of the text: `| number`"),
        _ => error,
    })
}

fn contains(left: &Value, right: &Value, run: &mut Run<'_>) -> Outcome<bool> {
    let right = opened(right).0;
    match opened(left).0 {
        Value::Null => Ok(false),
        Value::List(items) => Ok(match right {
            Value::List(wanted) => {
                run.step((items.len() as u64).saturating_mul(wanted.len() as u64) / COMPARISONS_PER_STEP)?;
                wanted.iter().all(|wanted| items.iter().any(|item| same(item, wanted)))
            }
            wanted => items.iter().any(|item| same(item, wanted)),
        }),
        Value::Map(map) => {
            let key = form::java_text(right, crate::limits::SOURCE_BYTES_MAX)?;
            Ok(map.contains_key(key.expose()))
        }
        Value::Str(text) => {
            let wanted = form::java_text(right, crate::limits::SOURCE_BYTES_MAX)?;
            Ok(text.expose().contains(wanted.expose()))
        }
        _ => Err(Error::wrong_type(format!(
            "`contains` looks into lists, maps and text, not into {}",
            form::describe(left)
        ))),
    }
}

/// `isIn`: whatever is compared is compared as text.
fn is_in(left: &Value, right: &Value, run: &mut Run<'_>) -> Outcome<bool> {
    let (left, right) = (opened(left).0, opened(right).0);
    if matches!(left, Value::Null) {
        return Ok(false);
    }
    let wanted = form::java_text(left, run.bytes_left())?;
    let mut matches = |value: &Value| -> Outcome<bool> {
        if let Value::Str(text) = value {
            return Ok(text.expose() == wanted.expose());
        }
        let text = form::java_text(value, run.bytes_left())?;
        run.allocate(text.expose().len())?;
        Ok(text.expose() == wanted.expose())
    };
    match right {
        Value::List(items) => {
            for item in items.iter() {
                if matches!(item, Value::Null) {
                    return Err(Error::wrong_type("`isIn` cannot compare with null, which is in the list"));
                }
                if matches(item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(map) => {
            for (key, value) in map.iter() {
                if **key == *wanted.expose() || matches(value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}
