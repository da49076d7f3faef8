//! The values that expressions work on, with the mark of what is secret.

mod text;

use std::fmt;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use indexmap::IndexMap;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp, Zoned};
use num_bigint::BigInt;

pub use text::{MASK, Text};

/// An ordered map with text keys.
pub type Map = IndexMap<Arc<str>, Value>;

/// Any value of the expression language. Clones are pointer copies.
///
/// Secrecy is part of the value and cannot be dropped by accident: text knows which of its bytes
/// are secret ([`Text`]), everything else that came out of a secret is wrapped whole in
/// [`Value::Secret`]. Use [`Value::into_secret`] to mark; it keeps a mark from being nested.
#[derive(Clone, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    BigInt(Arc<BigInt>),
    Float(f64),
    /// Kept apart from [`Value::Float`] since its text and its widening are visible.
    Float32(f32),
    Decimal(Arc<BigDecimal>),
    Str(Text),
    List(Arc<Vec<Value>>),
    Map(Arc<Map>),
    Instant(Timestamp),
    Zoned(Arc<Zoned>),
    LocalDateTime(DateTime),
    LocalDate(Date),
    LocalTime(Time),
    Duration(SignedDuration),
    Bytes(Arc<[u8]>),
    /// A value other than text that is secret as a whole; never nested.
    Secret(Arc<Value>),
}

impl Value {
    /// Marks the whole value as secret.
    #[must_use]
    pub fn into_secret(self) -> Self {
        match self {
            Self::Str(text) => Self::Str(text.into_secret()),
            Self::Secret(_) => self,
            other => Self::Secret(Arc::new(other)),
        }
    }

    /// Whether any part of the value is secret.
    pub fn has_secret(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::Str(text) => text.has_secret(),
            Self::List(items) => items.iter().any(Self::has_secret),
            Self::Map(map) => map.values().any(Self::has_secret),
            _ => false,
        }
    }
}

/// What is secret is not shown.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, content): (&str, &dyn fmt::Debug) = match self {
            Self::Null => return f.write_str("Null"),
            Self::Secret(_) => return f.write_str("Secret"),
            Self::Bool(value) => ("Bool", value),
            Self::Int(value) => ("Int", value),
            Self::BigInt(value) => ("BigInt", value),
            Self::Float(value) => ("Float", value),
            Self::Float32(value) => ("Float32", value),
            Self::Decimal(value) => ("Decimal", value),
            Self::Str(value) => ("Str", value),
            Self::List(value) => ("List", value),
            Self::Map(value) => ("Map", value),
            Self::Instant(value) => ("Instant", value),
            Self::Zoned(value) => ("Zoned", value),
            Self::LocalDateTime(value) => ("LocalDateTime", value),
            Self::LocalDate(value) => ("LocalDate", value),
            Self::LocalTime(value) => ("LocalTime", value),
            Self::Duration(value) => ("Duration", value),
            Self::Bytes(value) => ("Bytes", value),
        };
        f.debug_tuple(name).field(content).finish()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(Text::from(text))
    }
}

#[cfg(test)]
mod tests;
