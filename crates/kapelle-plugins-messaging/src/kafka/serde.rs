//! How keys and values of records become values, and back.

use std::sync::Arc;

use kapelle_core::property::text_of;
use kapelle_model::{Failure, Value};
use kapelle_plugin::{FromRendered, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::records::SerdeType as Content;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum SerdeType {
    /// A text.
    #[default]
    String,
    /// A whole number of 4 bytes.
    Integer,
    /// A number of 4 bytes.
    Float,
    /// A number of 8 bytes.
    Double,
    /// A whole number of 8 bytes.
    Long,
    /// A whole number of 2 bytes.
    Short,
    /// Bytes as they are.
    ByteArray,
    /// The same.
    ByteBuffer,
    /// The same.
    Bytes,
    /// A UUID, written as text.
    Uuid,
    /// Nothing.
    Void,
    /// Avro; it is not built in.
    Avro,
    /// A value in JSON.
    Json,
    /// Protocol buffers; they are not built in.
    Protobuf,
}

impl Word for SerdeType {}

fn not_built_in() -> Failure {
    Failure::new(
        "AVRO and PROTOBUF need a schema registry, which is not built in: use JSON, or BYTE_ARRAY and a script that knows the schema",
    )
}

impl SerdeType {
    pub(super) fn read(self, content: Option<&[u8]>) -> Result<Value, Failure> {
        let Some(content) = content else { return Ok(Value::Null) };
        let wrong =
            |size: usize| Failure::new(format!("{} bytes are no {self:?} of {size} bytes", content.len()));
        macro_rules! number {
            ($type:ty) => {
                content.try_into().map(<$type>::from_be_bytes).map_err(|_| wrong(size_of::<$type>()))
            };
        }
        Ok(match self {
            Self::String | Self::Uuid => Content::String.read(content)?,
            Self::Json => Content::Json.read(content)?,
            Self::Integer => Value::Int(number!(i32)?.into()),
            Self::Long => Value::Int(number!(i64)?),
            Self::Short => Value::Int(number!(i16)?.into()),
            Self::Float => Value::Float32(number!(f32)?),
            Self::Double => Value::Float(number!(f64)?),
            Self::ByteArray | Self::ByteBuffer | Self::Bytes => Value::Bytes(Arc::from(content)),
            Self::Void => Value::Null,
            Self::Avro | Self::Protobuf => return Err(not_built_in()),
        })
    }

    pub(super) fn write(self, value: &Value) -> Result<Option<Vec<u8>>, Failure> {
        let value = match value {
            Value::Secret(inner) if !matches!(**inner, Value::List(_) | Value::Map(_)) => inner,
            other => other,
        };
        let whole = |min: i64, max: i64| {
            let number = i64::from_rendered(value.clone());
            number.ok().filter(|number| (min..=max).contains(number)).ok_or_else(|| {
                Failure::new(format!("a key or value is no {self:?}: a whole number from {min} to {max}"))
            })
        };
        let number = || {
            f64::from_rendered(value.clone())
                .map_err(|reason| Failure::new(format!("a key or value is no {self:?}: {reason}")))
        };
        if *value == Value::Null {
            return Ok(None);
        }
        Ok(Some(match self {
            Self::String => Content::String.write(value)?,
            Self::Json => Content::Json.write(value)?,
            Self::Uuid => {
                let text = text_of(value).map_err(|error| Failure::new(error.text()))?;
                let text = text.expose();
                let fits = text.len() == 36
                    && text.char_indices().all(|(place, one)| match place {
                        8 | 13 | 18 | 23 => one == '-',
                        _ => one.is_ascii_hexdigit(),
                    });
                if !fits {
                    return Err(Failure::new("a key or value is no UUID"));
                }
                text.as_bytes().to_vec()
            }
            Self::Integer => (whole(i32::MIN.into(), i32::MAX.into())? as i32).to_be_bytes().to_vec(),
            Self::Long => whole(i64::MIN, i64::MAX)?.to_be_bytes().to_vec(),
            Self::Short => (whole(i16::MIN.into(), i16::MAX.into())? as i16).to_be_bytes().to_vec(),
            Self::Float => (number()? as f32).to_be_bytes().to_vec(),
            Self::Double => number()?.to_be_bytes().to_vec(),
            Self::ByteArray | Self::ByteBuffer | Self::Bytes => match value {
                Value::Bytes(bytes) => bytes.to_vec(),
                other => Content::String.write(other)?,
            },
            Self::Void => return Ok(None),
            Self::Avro | Self::Protobuf => return Err(not_built_in()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_come_back_as_they_went() {
        let bytes = Value::Bytes(Arc::from([0, 255].as_slice()));
        for (serde, value) in [
            (SerdeType::String, Value::from("x")),
            (SerdeType::Json, Value::Int(5)),
            (SerdeType::Integer, Value::Int(-7)),
            (SerdeType::Long, Value::Int(i64::MIN)),
            (SerdeType::Short, Value::Int(300)),
            (SerdeType::Float, Value::Float32(1.5)),
            (SerdeType::Double, Value::Float(-0.1)),
            (SerdeType::ByteArray, bytes.clone()),
            (SerdeType::Uuid, Value::from("123e4567-e89b-12d3-a456-426614174000")),
            (SerdeType::Long, Value::Null),
        ] {
            let written = serde.write(&value).unwrap();
            assert_eq!(serde.read(written.as_deref()).unwrap(), value, "{serde:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        for (serde, value) in [
            (SerdeType::Short, Value::Int(40_000)),
            (SerdeType::Integer, Value::from("x")),
            (SerdeType::Uuid, Value::from("x")),
            (SerdeType::Avro, Value::from("x")),
        ] {
            assert!(serde.write(&value).is_err(), "{serde:?}");
        }
        assert!(SerdeType::Integer.read(Some(&[1])).unwrap_err().to_string().contains("of 4 bytes"));
    }
}
