//! From the properties of a flow to the struct of a plugin.
//!
//! Plain data goes the usual way of serde. An expression cannot: it goes as a token, a text that nobody writes, and
//! [`Expr`](crate::Expr) takes the expression from a table of this thread. So structs may be flattened into others, where
//! serde keeps everything as plain data for a while. A text that is used as written gets the text, not the token.

use std::cell::RefCell;
use std::sync::Arc;

use kapelle_core::property::Property;
use kapelle_model::{Failure, Value};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

/// The properties of a task, with what plugin defaults add.
pub type Properties = [(Arc<str>, Property)];

/// The entries of a map, if it is one, as properties. Names that are expressions are left out.
pub fn entries(property: &Property) -> Vec<(Arc<str>, Property)> {
    match property {
        Property::Map(entries) => entries
            .iter()
            .filter_map(|(key, value)| match key {
                Property::Fixed(Value::Str(text)) => Some((text.expose().into(), value.clone())),
                _ => None,
            })
            .collect(),
        Property::Fixed(Value::Map(map)) => {
            map.iter().map(|(key, value)| (key.clone(), Property::Fixed(value.clone()))).collect()
        }
        _ => Vec::new(),
    }
}

/// No text of a flow begins so: YAML does not have this character.
const TOKEN: &str = "\u{0}expression ";

type Handed = (Property, Option<Arc<str>>);

thread_local! {
    static TABLE: RefCell<Vec<Handed>> = const { RefCell::new(Vec::new()) };
}

/// Reads a struct. What is missing or has the wrong shape is told in words.
pub fn read<T: DeserializeOwned>(properties: &Properties) -> Result<T, Failure> {
    let before = TABLE.with_borrow_mut(std::mem::take);
    let result = T::deserialize(Part { what: What::Properties(properties), name: None });
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
    what: What<'p>,
    /// How the property is called that it belongs to.
    name: Option<&'p Arc<str>>,
}

#[derive(Clone, Copy)]
enum What<'p> {
    Properties(&'p Properties),
    Property(&'p Property),
    Value(&'p Value),
    Key(&'p Arc<str>),
}

type Error = serde::de::value::Error;

impl<'p> Part<'p> {
    fn of(property: &'p Property, name: Option<&'p Arc<str>>) -> Self {
        let what = match property {
            Property::Fixed(value) => What::Value(value),
            other => What::Property(other),
        };
        Self { what, name }
    }

    fn shape(self) -> Shape<'p> {
        let name = self.name;
        let part = move |what| Part { what, name };
        match self.what {
            What::Properties(properties) => Shape::Map(Parts::new(
                properties
                    .iter()
                    .map(move |(name, property)| (part(What::Key(name)), Part::of(property, Some(name))))
                    .filter(|(_, value)| !value.is_null()),
            )),
            What::Property(Property::List(items)) => {
                Shape::List(Parts::items(items.iter().map(move |item| Part::of(item, name))))
            }
            What::Property(Property::Map(entries)) => Shape::Map(Parts::new(
                entries.iter().map(move |(key, value)| (Part::of(key, name), Part::of(value, name))),
            )),
            What::Value(Value::List(items)) => {
                Shape::List(Parts::items(items.iter().map(move |item| part(What::Value(item)))))
            }
            What::Value(Value::Map(entries)) => Shape::Map(Parts::new(
                entries.iter().map(move |(key, value)| (part(What::Key(key)), part(What::Value(value)))),
            )),
            What::Value(Value::Null) => Shape::Null,
            What::Value(Value::Bool(value)) => Shape::Bool(*value),
            What::Value(Value::Int(value)) => Shape::Int(*value),
            What::Value(Value::Float(value)) => Shape::Float(*value),
            What::Value(Value::Str(text)) if !text.has_secret() => Shape::Text(text.expose()),
            What::Key(key) => Shape::Text(key),
            // Expressions, secrets, decimals, moments: what plain data cannot say.
            What::Property(property) => Shape::Token(self.token(property.clone())),
            What::Value(value) => Shape::Token(self.token(Property::Fixed(value.clone()))),
        }
    }

    fn token(self, property: Property) -> String {
        TABLE.with_borrow_mut(|table| {
            table.push((property, self.name.cloned()));
            format!("{TOKEN}{}", table.len() - 1)
        })
    }

    fn is_null(self) -> bool {
        matches!(self.what, What::Value(Value::Null))
    }

    /// The text as it is written.
    fn written(self) -> Option<String> {
        match self.what {
            What::Key(key) => Some(key.to_string()),
            What::Value(Value::Str(text)) => Some(text.expose().to_owned()),
            What::Value(Value::Bool(value)) => Some(value.to_string()),
            What::Value(Value::Int(value)) => Some(value.to_string()),
            What::Property(Property::Template(template)) => Some(template.source().to_owned()),
            What::Property(Property::Unreadable(unreadable)) => Some(unreadable.0.expose().to_owned()),
            _ => None,
        }
    }
}

/// A part, as serde knows data.
enum Shape<'p> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'p str),
    Token(String),
    List(Parts<'p>),
    Map(Parts<'p>),
}

/// The parts of a list or a map.
///
/// Whatever they come from, they are of this type: what serde derives for a struct is compiled for each of those there are.
struct Parts<'p> {
    rest: Box<dyn Iterator<Item = (Part<'p>, Part<'p>)> + 'p>,
    /// Belongs to the key that was read last.
    value: Option<Part<'p>>,
}

impl<'p> Parts<'p> {
    fn new(rest: impl Iterator<Item = (Part<'p>, Part<'p>)> + 'p) -> Self {
        Self { rest: Box::new(rest), value: None }
    }

    /// Those of a list have no keys that matter.
    fn items(rest: impl Iterator<Item = Part<'p>> + 'p) -> Self {
        Self::new(rest.map(|part| (part, part)))
    }
}

impl<'de> MapAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::custom("a value was asked for before its key"))?;
        seed.deserialize(value)
    }
}

impl<'de> SeqAccess<'de> for Parts<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.rest.next().map(|(_, item)| seed.deserialize(item)).transpose()
    }
}

impl<'de> Deserializer<'de> for Part<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.shape() {
            Shape::Null => visitor.visit_unit(),
            Shape::Bool(value) => visitor.visit_bool(value),
            Shape::Int(value) => visitor.visit_i64(value),
            Shape::Float(value) => visitor.visit_f64(value),
            Shape::Text(text) => visitor.visit_str(text),
            Shape::Token(token) => visitor.visit_string(token),
            Shape::List(items) => visitor.visit_seq(items),
            Shape::Map(entries) => visitor.visit_map(entries),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
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

#[cfg(test)]
mod tests;
