//! How payloads become values, and values payloads.

use std::sync::Arc;

use kapelle_model::{Failure, Value};
use kapelle_plugin::Word;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::records::SerdeType;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Coding {
    /// As a text.
    String,
    /// As a value in JSON.
    Json,
    /// As bytes.
    Bytes,
}

impl Word for Coding {}

impl Coding {
    pub(super) fn read(self, payload: &[u8]) -> Result<Value, Failure> {
        match self {
            Self::String => SerdeType::String.read(payload),
            Self::Json => SerdeType::Json.read(payload),
            Self::Bytes => Ok(Value::Bytes(Arc::from(payload))),
        }
    }

    /// Where bytes are wanted, a text gives its own.
    pub(super) fn write(self, value: &Value) -> Result<Vec<u8>, Failure> {
        match (self, value) {
            (Self::Bytes, Value::Bytes(bytes)) => Ok(bytes.to_vec()),
            (Self::Bytes | Self::String, value) => SerdeType::String.write(value),
            (Self::Json, value) => SerdeType::Json.write(value),
        }
    }
}
