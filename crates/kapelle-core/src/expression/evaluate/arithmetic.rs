//! Arithmetic with Java's numbers.

use std::ops::{Add, Div, Mul, Rem, Sub};
use std::sync::Arc;

use bigdecimal::{BigDecimal, ToPrimitive};
use kapelle_model::{Text, Value};

use super::operators::opened;
use super::{Error, Outcome, decimals};
use crate::expression::equality::same;
use crate::expression::form;
use crate::expression::output::Output;
use crate::expression::run::Run;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Calculation {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

impl Calculation {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// A number as a 64-bit float.
#[expect(clippy::cast_precision_loss, reason = "numbers are compared as 64-bit floats, whatever is lost")]
pub(super) fn number(value: &Value) -> Option<f64> {
    match opened(value).0 {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Float32(number) => Some(f64::from(*number)),
        Value::BigInt(number) => number.to_f64(),
        // Its own conversion is not exact.
        Value::Decimal(number) => number.to_scientific_notation().parse().ok(),
        _ => None,
    }
}

/// `+`: numbers, text with anything, lists with items.
pub(super) fn add(left: &Value, right: &Value, run: &mut Run<'_>) -> Outcome {
    let ((plain_left, left_secret), (plain_right, right_secret)) = (opened(left), opened(right));
    match (plain_left, plain_right) {
        (Value::Str(_), _) | (_, Value::Str(_)) => {
            let mut out = Output::new(run.bytes_left());
            form::java(left, &mut out);
            form::java(right, &mut out);
            out.check()?;
            run.allocate(out.len())?;
            Ok(Value::Str(out.into_text()))
        }
        (Value::List(items), other) => {
            let more = match other {
                Value::List(more) => more.len(),
                _ => 1,
            };
            run.allocate((items.len() + more) * size_of::<Value>())?;
            let mut joined = Vec::with_capacity(items.len() + more);
            joined.extend(items.iter().cloned());
            match other {
                Value::List(more) => joined.extend(more.iter().cloned()),
                item => joined.push(item.clone()),
            }
            let joined = run.nested(Value::List(Arc::new(joined)))?;
            Ok(if left_secret || right_secret { joined.into_secret() } else { joined })
        }
        _ => calculate(left, right, Calculation::Plus),
    }
}

/// `-`: numbers, or a list without the items of another or without the first one that is equal.
pub(super) fn subtract(left: &Value, right: &Value, run: &mut Run<'_>) -> Outcome {
    let ((plain_left, left_secret), (plain_right, right_secret)) = (opened(left), opened(right));
    let Value::List(items) = plain_left else { return calculate(left, right, Calculation::Minus) };
    run.allocate(items.len() * size_of::<Value>())?;
    let kept: Vec<Value> = match plain_right {
        Value::List(unwanted) => {
            run.inspect(left)?;
            run.step((items.len() as u64).saturating_mul(unwanted.len() as u64) / 16)?;
            items.iter().filter(|item| !unwanted.iter().any(|other| same(item, other))).cloned().collect()
        }
        unwanted => {
            let at = items.iter().position(|item| same(item, unwanted));
            items
                .iter()
                .enumerate()
                .filter(|(index, _)| Some(*index) != at)
                .map(|(_, item)| item.clone())
                .collect()
        }
    };
    let kept = Value::List(Arc::new(kept));
    // What is missing tells what was taken away.
    let right_secret = right_secret || right.has_secret();
    Ok(if left_secret || right_secret { kept.into_secret() } else { kept })
}

pub(super) fn negate(value: &Value) -> Outcome {
    match opened(&operand(value, "-")?) {
        // Zero minus zero is positive, minus zero is not.
        (Value::Float(number), false) => Ok(Value::Float(-number)),
        (Value::Float32(number), false) => Ok(Value::Float32(-number)),
        // It is the product with -1, as its scale shows.
        (Value::Decimal(_) | Value::BigInt(_), _) => calculate(&Value::Int(-1), value, Calculation::Times),
        _ => calculate(&Value::Int(0), value, Calculation::Minus),
    }
}

pub(super) fn plus(value: &Value) -> Outcome {
    operand(value, "+")
}

/// A number as it is, a text as the number it is written as.
fn operand(value: &Value, sign: &str) -> Outcome {
    let (plain, is_secret) = opened(value);
    let read = match plain {
        Value::Int(_) | Value::Float(_) | Value::Float32(_) | Value::BigInt(_) | Value::Decimal(_) => {
            return Ok(value.clone());
        }
        Value::Str(text) => read_number(text),
        _ => None,
    };
    match read {
        Some(number) if is_secret || value.has_secret() => Ok(number.into_secret()),
        Some(number) => Ok(number),
        None => Err(Error::wrong_type(format!("`{sign}` takes numbers, not {}", form::describe(value)))),
    }
}

/// A float if it looks like one, else an integer.
fn read_number(text: &Text) -> Option<Value> {
    let text = text.expose();
    if text.contains(['.', 'e', 'E']) {
        // Java reads neither `inf` nor blanks inside, but blanks around.
        let text = text.trim();
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        return text.parse().ok().filter(|_| is_number).map(Value::Float);
    }
    text.parse().ok().map(Value::Int)
}

/// Two numbers with an operator between.
pub(super) fn calculate(left: &Value, right: &Value, calculation: Calculation) -> Outcome {
    let describe = || {
        Error::wrong_type(format!(
            "`{}` takes numbers, not {} and {}",
            calculation.sign(),
            form::describe(left),
            form::describe(right)
        ))
    };
    let read = |value: &Value| match calculation {
        // Text on one side of `+` is concatenation.
        Calculation::Plus if matches!(opened(value).0, Value::Str(_)) => Err(describe()),
        _ => operand(value, calculation.sign()).map_err(|_| describe()),
    };
    let (left, right) = (read(left)?, read(right)?);
    let ((left, left_secret), (right, right_secret)) = (opened(&left), opened(&right));
    let result = plain(left, right, calculation)?;
    Ok(if left_secret || right_secret { result.into_secret() } else { result })
}

/// The wider of the two kinds decides: decimal, 64-bit float, 32-bit float, integer.
fn plain(left: &Value, right: &Value, calculation: Calculation) -> Outcome {
    use Value::{BigInt, Decimal, Float, Float32, Int};
    match (left, right) {
        (Int(left), Int(right)) => integers(*left, *right, calculation).map(Int),
        (Decimal(_) | BigInt(_), _) | (_, Decimal(_) | BigInt(_)) => {
            decimals::calculate(&decimal(left)?, &decimal(right)?, calculation)
                .map(|number| Decimal(Arc::new(number)))
        }
        (Float32(left), Float32(right)) => Ok(Float32(floats(*left, *right, calculation))),
        #[expect(clippy::cast_precision_loss, reason = "as Java converts")]
        (Float32(left), Int(right)) => Ok(Float32(floats(*left, *right as f32, calculation))),
        #[expect(clippy::cast_precision_loss, reason = "as Java converts")]
        (Int(left), Float32(right)) => Ok(Float32(floats(*left as f32, *right, calculation))),
        _ => {
            let (left, right) = (number(left).unwrap_or(f64::NAN), number(right).unwrap_or(f64::NAN));
            Ok(Float(floats(left, right, calculation)))
        }
    }
}

fn integers(left: i64, right: i64, calculation: Calculation) -> Outcome<i64> {
    Ok(match calculation {
        Calculation::Plus => left.wrapping_add(right),
        Calculation::Minus => left.wrapping_sub(right),
        Calculation::Times => left.wrapping_mul(right),
        Calculation::Divide | Calculation::Remainder if right == 0 => {
            return Err(Error::wrong_type(format!("{left} {} 0: division by zero", calculation.sign())));
        }
        Calculation::Divide => left.wrapping_div(right),
        Calculation::Remainder => left.wrapping_rem(right),
    })
}

/// With floats of either size.
fn floats<F>(left: F, right: F, calculation: Calculation) -> F
where
    F: Add<Output = F> + Sub<Output = F> + Mul<Output = F> + Div<Output = F> + Rem<Output = F>,
{
    match calculation {
        Calculation::Plus => left + right,
        Calculation::Minus => left - right,
        Calculation::Times => left * right,
        Calculation::Divide => left / right,
        Calculation::Remainder => left % right,
    }
}

/// Through a 64-bit float and its text, as Kestra does.
fn decimal(value: &Value) -> Outcome<BigDecimal> {
    let number = number(value).filter(|number| number.is_finite());
    number
        .and_then(|number| form::float_text(number).parse().ok())
        .ok_or_else(|| Error::wrong_type(format!("{} is no decimal number", form::describe(value))))
}
