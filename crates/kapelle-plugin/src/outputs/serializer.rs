//! Plain data as values.

use std::fmt;
use std::sync::Arc;

use kapelle_model::{Map, Value};
use serde::ser::{Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// Makes a [`Value`] of whatever is serialized.
pub(super) struct Values;

/// Why something cannot be a value.
#[derive(Debug)]
pub(super) struct Wrong(pub(super) String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

impl serde::ser::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Given = Result<Value, Wrong>;

/// A list or a map that becomes.
#[derive(Default)]
pub(super) struct Entries {
    items: Vec<Value>,
    map: Map,
    key: Option<Arc<str>>,
}

fn refused<T>(what: &str) -> Result<T, Wrong> {
    Err(Wrong(format!("{what} cannot be an output")))
}

impl Serializer for Values {
    type Ok = Value;
    type Error = Wrong;
    type SerializeSeq = Entries;
    type SerializeTuple = Impossible<Value, Wrong>;
    type SerializeTupleStruct = Impossible<Value, Wrong>;
    type SerializeTupleVariant = Impossible<Value, Wrong>;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Impossible<Value, Wrong>;

    fn serialize_bool(self, value: bool) -> Given {
        Ok(Value::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Given {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Given {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Given {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Given {
        Ok(Value::Int(value))
    }

    fn serialize_u8(self, value: u8) -> Given {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Given {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Given {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Given {
        i64::try_from(value).map(Value::Int).map_err(|_| Wrong(format!("{value} is too large a number")))
    }

    fn serialize_f32(self, value: f32) -> Given {
        Ok(Value::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Given {
        Ok(Value::Float(value))
    }

    fn serialize_char(self, value: char) -> Given {
        Ok(Value::from(&*value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Given {
        Ok(Value::from(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Given {
        Ok(Value::Bytes(value.into()))
    }

    fn serialize_none(self) -> Given {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Given {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Given {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Given {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Given {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Given {
        let given = value.serialize(self)?;
        match given {
            Value::Int(place) if name == super::NAME => {
                super::taken(place.cast_unsigned()).ok_or_else(|| Wrong("a value got lost".to_owned()))
            }
            other => Ok(other),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _value: &T,
    ) -> Given {
        refused(variant)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Entries, Wrong> {
        Ok(Entries::default())
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple, Wrong> {
        refused("a tuple")
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct, Wrong> {
        refused(name)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Wrong> {
        refused(variant)
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Entries, Wrong> {
        Ok(Entries::default())
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Entries, Wrong> {
        Ok(Entries::default())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Wrong> {
        refused(variant)
    }
}

impl SerializeSeq for Entries {
    type Ok = Value;
    type Error = Wrong;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        self.items.push(value.serialize(Values)?);
        Ok(())
    }

    fn end(self) -> Given {
        Ok(Value::List(Arc::new(self.items)))
    }
}

impl SerializeMap for Entries {
    type Ok = Value;
    type Error = Wrong;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Wrong> {
        match key.serialize(Values)? {
            Value::Str(text) => self.key = Some(text.expose().into()),
            Value::Int(number) => self.key = Some(number.to_string().into()),
            _ => return refused("a map whose keys are no texts"),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Wrong> {
        let key = self.key.take().ok_or_else(|| Wrong("a value without a key".to_owned()))?;
        self.map.insert(key, value.serialize(Values)?);
        Ok(())
    }

    fn end(self) -> Given {
        Ok(Value::Map(Arc::new(self.map)))
    }
}

impl SerializeStruct for Entries {
    type Ok = Value;
    type Error = Wrong;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Wrong> {
        self.map.insert(key.into(), value.serialize(Values)?);
        Ok(())
    }

    fn end(self) -> Given {
        Ok(Value::Map(Arc::new(self.map)))
    }
}
