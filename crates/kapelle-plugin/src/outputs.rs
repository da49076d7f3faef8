//! From what a task gives to the values that expressions read.

mod serializer;

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use kapelle_model::{Map, Text, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::convert::FromRendered;
use crate::expr::Expr;
use serializer::{Values, Wrong};

/// Any value in a struct that is otherwise plain data; it keeps its type and its secrets.
#[derive(Clone, PartialEq)]
pub struct Any(pub Value);

/// The name under which a value goes through serde as the number of its place in the table of this thread.
const NAME: &str = "\u{0}value";

thread_local! {
    static TABLE: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// What a struct holds, as outputs; `()` is no outputs at all.
pub fn outputs<T: Serialize>(given: &T) -> Result<Map, String> {
    let before = TABLE.with_borrow_mut(std::mem::take);
    let value = given.serialize(Values);
    TABLE.set(before);
    match value {
        Ok(Value::Map(map)) => Ok(std::sync::Arc::unwrap_or_clone(map)),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err("it is no struct".to_owned()),
        Err(Wrong(reason)) => Err(reason),
    }
}

/// The value that was put into the table.
fn taken(place: u64) -> Option<Value> {
    TABLE.with_borrow(|table| table.get(place as usize).cloned())
}

impl From<Value> for Any {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<Text> for Any {
    fn from(text: Text) -> Self {
        Self(Value::Str(text))
    }
}

impl From<Map> for Any {
    fn from(map: Map) -> Self {
        Self(Value::Map(std::sync::Arc::new(map)))
    }
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = TABLE.with_borrow_mut(|table| {
            table.push(self.0.clone());
            table.len() as u64 - 1
        });
        serializer.serialize_newtype_struct(NAME, &place)
    }
}

/// As it is written: expressions in it are not rendered.
impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expression = Expr::<Value>::deserialize(deserializer)?;
        expression
            .property
            .fixed()
            .cloned()
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected a value without expressions"))
    }
}

impl FromRendered for Any {
    fn from_rendered(value: Value) -> Result<Self, String> {
        Ok(Self(value))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        <Self as JsonSchema>::json_schema(generator)
    }
}

impl JsonSchema for Any {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Any".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({})
    }
}

impl fmt::Debug for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
