//! What an assertion may ask of a value, as functions over values.
//!
//! Numbers compare as numbers, whether they came as such or as a text that an expression gave; everything else that is
//! one value compares as text.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use kapelle_core::property::text_of;
use kapelle_model::Value;

/// Digits behind the point, or zeros before it, up to which a text is a number.
const EXPONENT_MAX: u64 = 1_000;

/// The ways to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    EqualTo,
    NotEqualTo,
    GreaterThan,
    GreaterThanOrEqualTo,
    LessThan,
    LessThanOrEqualTo,
    In,
    NotIn,
    IsNull,
    IsNotNull,
    Contains,
    StartsWith,
    EndsWith,
}

use Operator::{
    Contains, EndsWith, EqualTo, GreaterThan, GreaterThanOrEqualTo, In, IsNotNull, IsNull, LessThan,
    LessThanOrEqualTo, NotEqualTo, NotIn, StartsWith,
};

impl Operator {
    pub(super) const ALL: [Self; 13] = [
        EqualTo,
        NotEqualTo,
        GreaterThan,
        GreaterThanOrEqualTo,
        LessThan,
        LessThanOrEqualTo,
        In,
        NotIn,
        IsNull,
        IsNotNull,
        Contains,
        StartsWith,
        EndsWith,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            EqualTo => "equalTo",
            NotEqualTo => "notEqualTo",
            GreaterThan => "greaterThan",
            GreaterThanOrEqualTo => "greaterThanOrEqualTo",
            LessThan => "lessThan",
            LessThanOrEqualTo => "lessThanOrEqualTo",
            In => "in",
            NotIn => "notIn",
            IsNull => "isNull",
            IsNotNull => "isNotNull",
            Contains => "contains",
            StartsWith => "startsWith",
            EndsWith => "endsWith",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// Whether it asks for nothing but the presence of a value, so that one that is not there is an answer too.
    pub(super) const fn asks_for_presence(self) -> bool {
        matches!(self, IsNull | IsNotNull)
    }

    /// Whether it holds. `Err` says why the two cannot be compared.
    pub(super) fn holds(self, actual: &Value, expected: &Value) -> Result<bool, String> {
        let (actual, expected) = (open(actual), open(expected));
        Ok(match self {
            EqualTo => is_equal(actual, expected),
            NotEqualTo => !is_equal(actual, expected),
            GreaterThan => order(actual, expected)? == Ordering::Greater,
            GreaterThanOrEqualTo => order(actual, expected)? != Ordering::Less,
            LessThan => order(actual, expected)? == Ordering::Less,
            LessThanOrEqualTo => order(actual, expected)? != Ordering::Greater,
            In => list(expected)?.iter().any(|item| is_equal(actual, open(item))),
            NotIn => !list(expected)?.iter().any(|item| is_equal(actual, open(item))),
            IsNull => (*actual == Value::Null) == flag(expected)?,
            IsNotNull => (*actual != Value::Null) == flag(expected)?,
            Contains => contains(actual, expected)?,
            StartsWith => text(actual)?.starts_with(&text(expected)?),
            EndsWith => text(actual)?.ends_with(&text(expected)?),
        })
    }
}

/// What is secret compares as what it is; only its looks are kept back.
fn open(value: &Value) -> &Value {
    match value {
        Value::Secret(inner) => inner,
        other => other,
    }
}

fn is_equal(left: &Value, right: &Value) -> bool {
    match (open(left), open(right)) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right.iter()).all(|(left, right)| is_equal(left, right))
        }
        (Value::Map(left), Value::Map(right)) => {
            let is_in_both = |(key, value): (&std::sync::Arc<str>, &Value)| {
                right.get(key).is_some_and(|other| is_equal(value, other))
            };
            left.len() == right.len() && left.iter().all(is_in_both)
        }
        (left, right) => match (number(left), number(right)) {
            (Some(left_number), Some(right_number)) if is_number(left) || is_number(right) => {
                left_number == right_number
            }
            _ => match (text_of(left), text_of(right)) {
                (Ok(left), Ok(right)) => left.expose() == right.expose(),
                _ => false,
            },
        },
    }
}

fn order(left: &Value, right: &Value) -> Result<Ordering, String> {
    let number = |value: &Value| number(value).ok_or_else(|| format!("{} is no number", kind(value)));
    Ok(number(left)?.cmp(&number(right)?))
}

fn contains(whole: &Value, part: &Value) -> Result<bool, String> {
    Ok(match whole {
        Value::List(items) => items.iter().any(|item| is_equal(item, part)),
        Value::Map(map) => map.contains_key(text(part)?.as_str()),
        whole => text(whole)?.contains(&text(part)?),
    })
}

const fn is_number(value: &Value) -> bool {
    matches!(
        value,
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Float32(_) | Value::Decimal(_)
    )
}

fn number(value: &Value) -> Option<BigDecimal> {
    let number: BigDecimal = match value {
        value if is_number(value) => text_of(value).ok()?.expose().parse().ok()?,
        Value::Str(text) => text.expose().trim().parse().ok()?,
        _ => return None,
    };
    // Comparing writes out all digits between the two.
    (number.fractional_digit_count().unsigned_abs() <= EXPONENT_MAX).then_some(number)
}

fn list(value: &Value) -> Result<&[Value], String> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(format!("a list is needed to look in, and {} is none", kind(other))),
    }
}

fn flag(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::Str(text) if text.expose() == "true" => Ok(true),
        Value::Str(text) if text.expose() == "false" => Ok(false),
        other => Err(format!("`true` or `false` is needed, and {} is neither", kind(other))),
    }
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) => Err(format!("{} is no text", kind(value))),
        value => text_of(value).map(|text| text.expose().to_owned()).map_err(|error| error.text()),
    }
}

/// What a value is, without showing it.
const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Bool(_) => "a truth value",
        Value::Str(_) => "the text",
        _ => "the value",
    }
}

#[cfg(test)]
mod tests;
