//! Messages of queues, as flows read and write them.

use kapelle_core::expression::plain::from_json;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::service::body_of;

/// How the content of messages is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum SerdeType {
    /// As a text.
    #[default]
    String,
    /// As a value in JSON.
    Json,
}

impl Word for SerdeType {}

/// A message, as flows read it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    /// Its content.
    pub(super) data: Any,
    /// Which messages come one after the other with it, in queues that keep the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group_id: Option<String>,
    /// What tells it from others, in queues that keep the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deduplication_id: Option<String>,
    /// How many seconds it waited before anybody saw it; queues do not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delay_seconds: Option<i64>,
}

impl Message {
    pub(super) fn read(told: &Json, serde: SerdeType) -> Result<Self, Failure> {
        let body = told["Body"].as_str().unwrap_or_default();
        let data = match serde {
            SerdeType::String => Value::from(body),
            SerdeType::Json => from_json(body).map_err(|reason| {
                let id = told["MessageId"].as_str().unwrap_or_default();
                Failure::new(format!(
                    "the message `{id}` is no JSON: {reason}. It stays in the queue; with `serdeType: STRING` it is read as it is"
                ))
            })?,
        };
        let attribute = |name: &str| told["Attributes"][name].as_str().map(str::to_owned);
        Ok(Self {
            data: data.into(),
            group_id: attribute("MessageGroupId"),
            deduplication_id: attribute("MessageDeduplicationId"),
            delay_seconds: None,
        })
    }

    /// A row of a file: the content only.
    pub(super) fn into_row(self) -> Value {
        self.data.0
    }
}

/// What is sent for a row of a flow.
pub(super) fn entry(row: &Map, number: usize) -> Result<Json, Failure> {
    let data = row.get("data").filter(|data| **data != Value::Null);
    let data = data.ok_or_else(|| Failure::new("a message has no `data`: write `{data: …}`"))?;
    let mut entry = json!({ "Id": number.to_string(), "MessageBody": body_of(data)? });
    for (name, target) in [("groupId", "MessageGroupId"), ("deduplicationId", "MessageDeduplicationId")] {
        if let Some(value) = row.get(name).filter(|value| **value != Value::Null) {
            entry[target] = Json::from(body_of(value)?);
        }
    }
    match row.get("delaySeconds") {
        None | Some(Value::Null) => {}
        Some(Value::Int(seconds)) => entry["DelaySeconds"] = Json::from(*seconds),
        Some(Value::Str(text)) if text.expose().trim().parse::<i64>().is_ok() => {
            entry["DelaySeconds"] = Json::from(text.expose().trim().parse::<i64>().unwrap_or_default());
        }
        Some(_) => return Err(Failure::new("the `delaySeconds` of a message are no whole number")),
    }
    Ok(entry)
}
