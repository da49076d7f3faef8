//! A record: a map of fields.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::values::kind_of;

/// The fields of a record, without the marks of secrets; they are all secret then.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) fields: Arc<Map>,
    pub(super) is_secret: bool,
}

impl Record {
    /// The record that a value is; the number is for messages.
    pub(super) fn of(value: Value, number: u64) -> Result<Self, String> {
        let is_secret = value.has_secret();
        let value = if is_secret { exposed(&value) } else { value };
        match value {
            Value::Map(fields) => Ok(Self { fields, is_secret }),
            other => Err(format!("row {number} is {}, and no record with fields", kind_of(&other))),
        }
    }

    /// Why something failed, without what nobody may see.
    pub(super) fn reason(&self, reason: String) -> String {
        if self.is_secret { "a value of it does not fit, and is secret".to_owned() } else { reason }
    }

    /// The fields as a value, with their mark.
    pub(super) fn value(self) -> Value {
        let value = Value::Map(self.fields);
        if self.is_secret { value.into_secret() } else { value }
    }

    /// The same without fields that are nothing.
    pub(super) fn without_nulls(mut self) -> Self {
        if self.fields.values().any(|value| *value == Value::Null) {
            Arc::make_mut(&mut self.fields).retain(|_, value| *value != Value::Null);
        }
        self
    }
}

/// A value without the marks of secrets.
fn exposed(value: &Value) -> Value {
    match value {
        Value::Secret(inner) => exposed(inner),
        Value::Str(text) => Value::from(text.expose()),
        Value::List(items) => Value::List(Arc::new(items.iter().map(exposed).collect())),
        Value::Map(map) => {
            let fields = map.iter().map(|(name, inner)| (Arc::clone(name), exposed(inner)));
            Value::Map(Arc::new(fields.collect()))
        }
        other => other.clone(),
    }
}
