//! A message that came.

use kapelle_model::{Failure, Value};
use kapelle_plugin::Any;
use ring::digest::{SHA256, digest};
use schemars::JsonSchema;
use serde::Serialize;

use super::coding::Coding;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    /// What its delivery is called; 0 if it is not acknowledged.
    pub(super) id: u16,
    pub(super) topic: String,
    pub(super) qos: u8,
    /// It was sent before.
    pub(super) is_again: bool,
    pub(super) retain: bool,
    /// As they travel.
    pub(super) properties: Vec<u8>,
    pub(super) response_topic: Option<String>,
    /// In base64.
    pub(super) correlation_data: Option<String>,
    pub(super) payload: Vec<u8>,
}

/// A message, as flows read it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    /// The number of its delivery; 0 if it is not acknowledged.
    id: u16,
    /// Its topic.
    topic: String,
    /// How surely it was delivered: 0, 1 or 2.
    qos: u8,
    /// The properties of MQTT 5, byte by byte as they travel.
    properties: Vec<u8>,
    /// Its content.
    payload: Any,
    /// Whether the server had kept it for whoever comes.
    retain: bool,
    /// Where an answer is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    response_topic: Option<String>,
    /// What an answer has to carry, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_data: Option<String>,
}

impl Message {
    pub(super) fn row(&self, coding: Coding) -> Result<Row, Failure> {
        let payload = coding.read(&self.payload).map_err(|failure| {
            Failure::new(format!("a message of the topic `{}`: {}", self.topic, failure.message.masked()))
        })?;
        Ok(Row {
            id: self.id,
            topic: self.topic.clone(),
            qos: self.qos,
            properties: self.properties.clone(),
            payload: payload.into(),
            retain: self.retain,
            response_topic: self.response_topic.clone(),
            correlation_data: self.correlation_data.clone(),
        })
    }

    /// By what it is known when it comes again.
    pub(super) fn mark(&self) -> String {
        let content = [self.topic.as_bytes(), &[0], &self.payload].concat();
        let bytes = digest(&SHA256, &content);
        let start = bytes.as_ref().first_chunk().map_or(0, |start| u64::from_be_bytes(*start));
        format!("{}:{start:016x}", self.id)
    }
}

impl Row {
    pub(super) fn value(&self) -> Result<Value, Failure> {
        Ok(Value::Map(kapelle_plugin::outputs(self).map_err(Failure::new)?.into()))
    }
}
