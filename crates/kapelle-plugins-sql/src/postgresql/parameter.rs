//! Values for PostgreSQL. They go as text, so that the server reads them as what it needs.

use std::error::Error;

use bytes::BytesMut;
use kapelle_model::Value;
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::values::{hex, text};

#[derive(Debug)]
pub(super) struct Parameter(pub(super) Value);

impl Parameter {
    /// What type the server is told. Of texts none: they may be a date, a number or anything else that it needs.
    pub(super) fn type_of(&self) -> Type {
        match &self.0 {
            Value::Bool(_) => Type::BOOL,
            Value::Int(number) if i32::try_from(*number).is_ok() => Type::INT4,
            Value::Int(_) => Type::INT8,
            Value::Float(_) | Value::Float32(_) => Type::FLOAT8,
            Value::Decimal(_) | Value::BigInt(_) => Type::NUMERIC,
            Value::Bytes(_) => Type::BYTEA,
            Value::Instant(_) | Value::Zoned(_) => Type::TIMESTAMPTZ,
            _ => Type::UNKNOWN,
        }
    }
}

impl ToSql for Parameter {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        if self.0 == Value::Null {
            return Ok(IsNull::Yes);
        }
        out.extend_from_slice(written(&self.0, ty)?.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    fn encode_format(&self, _ty: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

fn written(value: &Value, ty: &Type) -> Result<String, String> {
    match (value, ty.kind()) {
        (Value::Bytes(bytes), _) => Ok(format!("\\x{}", hex(bytes))),
        (Value::List(items), Kind::Array(_)) => array(items),
        // The server reads no zero bytes.
        (Value::Str(text), _) if text.expose().contains('\0') => {
            Err("a text has a zero byte, which PostgreSQL cannot keep".to_owned())
        }
        _ => text(value),
    }
}

fn array(items: &[Value]) -> Result<String, String> {
    let items = items.iter().map(|item| match item {
        Value::Null => Ok("NULL".to_owned()),
        Value::List(inner) => array(inner),
        other => {
            let text = written(other, &Type::TEXT)?;
            Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
        }
    });
    Ok(format!("{{{}}}", items.collect::<Result<Vec<_>, String>>()?.join(",")))
}
