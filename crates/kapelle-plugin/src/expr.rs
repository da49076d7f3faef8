//! A property that may be an expression.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use kapelle_core::property::Property;
use kapelle_model::Value;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::convert::FromRendered;
use crate::read::{handed, is_token};

/// A property that gives a `T` when it is rendered.
pub struct Expr<T> {
    pub(crate) property: Property,
    /// How it is called where it is written; for messages.
    pub(crate) name: Option<Arc<str>>,
    gives: PhantomData<fn() -> T>,
}

impl<T> Expr<T> {
    /// What is used where nothing is written.
    pub fn fixed(value: impl Into<Value>) -> Self {
        Self::of(Property::Fixed(value.into()))
    }

    pub fn of(property: Property) -> Self {
        Self { property, name: None, gives: PhantomData }
    }

    /// As it is written.
    pub fn property(&self) -> &Property {
        &self.property
    }

    /// The same property, read as something else.
    pub fn cast<U>(&self) -> Expr<U> {
        Expr { property: self.property.clone(), name: self.name.clone(), gives: PhantomData }
    }
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        self.cast()
    }
}

impl<T> fmt::Debug for Expr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.property.fmt(f)
    }
}

/// The schema of what it gives; that it may be an expression stands beside it.
impl<T: FromRendered> JsonSchema for Expr<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::schema(generator);
        schema.insert("x-expression".to_owned(), true.into());
        schema
    }
}

impl<'de, T> Deserialize<'de> for Expr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (property, name) = deserializer.deserialize_any(Parts)?;
        Ok(Self { property, name, gives: PhantomData })
    }
}

/// Takes whatever is written. What plain data cannot say comes as a token.
struct Parts;

type Part = (Property, Option<Arc<str>>);

impl<'de> Visitor<'de> for Parts {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or an expression")
    }

    fn visit_unit<E: Error>(self) -> Result<Part, E> {
        Ok((Property::Fixed(Value::Null), None))
    }

    fn visit_none<E: Error>(self) -> Result<Part, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Part, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Part, E> {
        Ok((Property::Fixed(Value::Bool(value)), None))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Part, E> {
        Ok((Property::Fixed(Value::Int(value)), None))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Part, E> {
        let value = i64::try_from(value).map_err(|_| E::custom("a number that is too large"))?;
        self.visit_i64(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Part, E> {
        Ok((Property::Fixed(Value::Float(value)), None))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Part, E> {
        if is_token(text) {
            return handed(text).ok_or_else(|| E::custom("an expression got lost"));
        }
        Ok((Property::Fixed(Value::from(text)), None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Part, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Expr<Value>>()? {
            list.push(item.property);
        }
        Ok((Property::List(list.into()), None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Part, A::Error> {
        let mut map = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Expr<Value>, Expr<Value>>()? {
            map.push((key.property, value.property));
        }
        Ok((Property::Map(map.into()), None))
    }
}
