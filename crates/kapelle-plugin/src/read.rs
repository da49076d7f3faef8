//! From the properties of a flow to the struct of a plugin.
//!
//! Plain data goes the usual way of serde. An expression cannot: it goes as a token, a text that nobody writes, and
//! [`Expr`](crate::Expr) takes the expression from a table of this thread. So structs may be flattened into others, where
//! serde keeps everything as plain data for a while. A text that is used as written gets the text, not the token.

use std::cell::RefCell;
use std::sync::Arc;

use kapelle_core::property::Property;
use kapelle_model::{Failure, Value};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};

/// The properties of a task, with what plugin defaults add.
pub type Properties = [(Arc<str>, Property)];

/// No text of a flow begins so: YAML does not have this character.
const TOKEN: &str = "\u{0}expression ";

type Handed = (Property, Option<Arc<str>>);

thread_local! {
    static TABLE: RefCell<Vec<Handed>> = const { RefCell::new(Vec::new()) };
}

/// Reads a struct. What is missing or has the wrong shape is told in words.
pub fn read<T: DeserializeOwned>(properties: &Properties) -> Result<T, Failure> {
    let before = TABLE.with_borrow_mut(std::mem::take);
    let present = properties.iter().filter(|(_, property)| !is_null(property));
    let entries = present.map(|(name, property)| (&**name, Part { property, name: Some(name) }));
    let result = T::deserialize(MapDeserializer::new(entries));
    TABLE.set(before);
    result.map_err(|error: serde::de::value::Error| Failure::new(words(&error.to_string())))
}

/// What serde says, in our words.
fn words(message: &str) -> String {
    match message.strip_prefix("missing field ") {
        Some(name) => format!("the property {name} is missing"),
        None => format!("a property does not fit: {message}"),
    }
}

/// What is null counts as absent.
fn is_null(property: &Property) -> bool {
    matches!(property, Property::Fixed(Value::Null))
}

pub(crate) fn is_token(text: &str) -> bool {
    text.starts_with(TOKEN)
}

/// The expression that a token stands for.
pub(crate) fn handed(token: &str) -> Option<Handed> {
    let place: usize = token.strip_prefix(TOKEN)?.parse().ok()?;
    TABLE.with_borrow(|table| table.get(place).cloned())
}

/// A property on its way.
#[derive(Clone, Copy)]
struct Part<'p> {
    property: &'p Property,
    name: Option<&'p Arc<str>>,
}

type Error = serde::de::value::Error;

impl Part<'_> {
    fn token(self) -> String {
        TABLE.with_borrow_mut(|table| {
            table.push((self.property.clone(), self.name.cloned()));
            format!("{TOKEN}{}", table.len() - 1)
        })
    }

    /// The text as it is written.
    fn written(self) -> Option<String> {
        match self.property {
            Property::Fixed(Value::Str(text)) => Some(text.expose().to_owned()),
            Property::Fixed(Value::Bool(value)) => Some(value.to_string()),
            Property::Fixed(Value::Int(value)) => Some(value.to_string()),
            Property::Template(template) => Some(template.source().to_owned()),
            Property::Unreadable(unreadable) => Some(unreadable.0.expose().to_owned()),
            _ => None,
        }
    }
}

impl IntoDeserializer<'_, Error> for Part<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Part<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.property {
            Property::Template(_) | Property::Unreadable(_) => visitor.visit_string(self.token()),
            Property::List(items) => {
                let parts = items.iter().map(|property| Part { property, name: self.name });
                visitor.visit_seq(SeqDeserializer::new(parts))
            }
            Property::Map(entries) => {
                let parts = entries.iter().map(|(key, property)| {
                    (Part { property: key, name: self.name }, Part { property, name: self.name })
                });
                visitor.visit_map(MapDeserializer::new(parts))
            }
            Property::Fixed(value) => self.visit_fixed(value, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if is_null(self.property) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.written() {
            Some(text) => visitor.visit_string(text),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    /// A number or a flag may be written as text.
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.written().as_deref() {
            Some("true") => visitor.visit_bool(true),
            Some("false") => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.written().and_then(|text| text.parse().ok()) {
            Some(number) => visitor.visit_i64(number),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.written().and_then(|text| text.parse().ok()) {
            Some(number) => visitor.visit_f64(number),
            None => self.deserialize_any(visitor),
        }
    }

    /// A word of a list of words.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = self.written().ok_or_else(|| Error::custom("expected a word"))?;
        visitor.visit_enum(text.into_deserializer())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u128 f32 char bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

impl Part<'_> {
    fn visit_fixed<'de, V: Visitor<'de>>(self, value: &Value, visitor: V) -> Result<V::Value, Error> {
        match value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Str(text) if !text.has_secret() => visitor.visit_str(text.expose()),
            Value::List(items) => {
                let properties: Vec<Property> = items.iter().cloned().map(Property::Fixed).collect();
                let parts = properties.iter().map(|property| Part { property, name: self.name });
                visitor.visit_seq(SeqDeserializer::new(parts))
            }
            Value::Map(map) => {
                let properties: Vec<(&str, Property)> =
                    map.iter().map(|(key, value)| (&**key, Property::Fixed(value.clone()))).collect();
                let parts =
                    properties.iter().map(|(key, property)| (*key, Part { property, name: self.name }));
                visitor.visit_map(MapDeserializer::new(parts))
            }
            // Secrets, decimals, moments: what plain data cannot say.
            _ => visitor.visit_string(self.token()),
        }
    }
}

#[cfg(test)]
mod tests;
