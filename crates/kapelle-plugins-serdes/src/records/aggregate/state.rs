//! What is remembered of the records of a group, for each function over it.

use std::cmp::Ordering;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use kapelle_model::Value;

use super::super::expression::Aggregator;
use super::super::values::{decimal_of, order, quotient, weight};
use crate::numbers::bounded;

/// What one function remembers.
#[derive(Clone, Debug)]
pub(super) enum State {
    Count(u64),
    Sum(BigDecimal),
    Average(BigDecimal, u64),
    Extreme(Ordering, Option<Value>),
    First(Option<Value>),
    Last(Option<Value>),
}

impl State {
    pub(super) fn new(aggregator: Aggregator) -> Self {
        match aggregator {
            Aggregator::Count => Self::Count(0),
            Aggregator::Sum => Self::Sum(BigDecimal::default()),
            Aggregator::Average => Self::Average(BigDecimal::default(), 0),
            Aggregator::Least => Self::Extreme(Ordering::Less, None),
            Aggregator::Greatest => Self::Extreme(Ordering::Greater, None),
            Aggregator::First => Self::First(None),
            Aggregator::Last => Self::Last(None),
        }
    }

    /// Remembers a value of another record, unless it is nothing.
    pub(super) fn take(&mut self, value: &Value) -> Result<(), String> {
        if *value == Value::Null {
            return Ok(());
        }
        match self {
            Self::Count(count) => *count += 1,
            Self::Sum(sum) => *sum = bounded(&*sum + decimal_of(value)?)?,
            Self::Average(sum, count) => {
                *sum = bounded(&*sum + decimal_of(value)?)?;
                *count += 1;
            }
            Self::Extreme(wanted, best) => {
                // The first value compares with itself, so that one of a kind that has no order is told.
                if order(value, best.as_ref().unwrap_or(value))? == *wanted || best.is_none() {
                    *best = Some(value.clone());
                }
            }
            Self::First(first) => {
                first.get_or_insert_with(|| value.clone());
            }
            Self::Last(last) => *last = Some(value.clone()),
        }
        Ok(())
    }

    pub(super) fn result(self) -> Value {
        let decimal = |number: BigDecimal| Value::Decimal(Arc::new(number));
        match self {
            Self::Count(count) => Value::Int(count as i64),
            Self::Sum(sum) => decimal(sum),
            Self::Average(sum, count) => {
                quotient(&sum, &BigDecimal::from(count)).map(decimal).unwrap_or_default()
            }
            Self::Extreme(_, value) | Self::First(value) | Self::Last(value) => value.unwrap_or_default(),
        }
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        const EACH: usize = 96;
        EACH + match self {
            Self::Extreme(_, Some(value)) | Self::First(Some(value)) | Self::Last(Some(value)) => {
                weight(value)
            }
            _ => 0,
        }
    }
}
