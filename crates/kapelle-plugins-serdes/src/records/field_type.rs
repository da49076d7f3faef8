//! The types that values are made of.

use std::sync::Arc;

use bigdecimal::ToPrimitive;
use kapelle_model::Value;

use super::values::{boolean_of, decimal_of, integer_of, moment_of, text_of, unfit};

/// A type of Ion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldType {
    String,
    Int,
    Float,
    Decimal,
    Boolean,
    Timestamp,
    List,
    Struct,
}

/// How they are written, in capitals or not.
const NAMES: &[(&str, FieldType)] = &[
    ("STRING", FieldType::String),
    ("INT", FieldType::Int),
    ("LONG", FieldType::Int),
    ("FLOAT", FieldType::Float),
    ("DECIMAL", FieldType::Decimal),
    ("BOOLEAN", FieldType::Boolean),
    ("TIMESTAMP", FieldType::Timestamp),
    ("LIST", FieldType::List),
    ("STRUCT", FieldType::Struct),
];

impl FieldType {
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("there is no type `{name}`: there are {}", names.join(", "))
        })
    }

    /// The value as this type, without losing anything of it. Nothing stays nothing.
    pub(super) fn cast(self, value: Value) -> Result<Value, String> {
        Ok(match (self, value) {
            (_, Value::Null) => Value::Null,
            (Self::String, value @ Value::Str(_))
            | (Self::Float, value @ Value::Float(_))
            | (Self::List, value @ Value::List(_))
            | (Self::Struct, value @ Value::Map(_)) => value,
            (Self::String, value) => Value::from(text_of(&value)?.as_str()),
            (Self::Int, value) => integer_of(&value)?,
            (Self::Float, value) => {
                let float = decimal_of(&value)?.to_f64().filter(|float| float.is_finite());
                Value::Float(float.ok_or_else(|| unfit(&value, "a number that is not too large"))?)
            }
            (Self::Decimal, value) => Value::Decimal(Arc::new(decimal_of(&value)?)),
            (Self::Boolean, value) => Value::Bool(boolean_of(&value)?),
            (Self::Timestamp, value) => Value::Instant(moment_of(&value)?),
            (Self::List, value) => return Err(unfit(&value, "a list")),
            (Self::Struct, value) => return Err(unfit(&value, "a map")),
        })
    }
}
