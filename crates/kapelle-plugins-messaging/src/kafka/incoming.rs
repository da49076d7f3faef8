//! Records as flows read them.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::Any;
use schemars::JsonSchema;
use serde::Serialize;

use super::batch::Record;
use super::group::Place;
use super::serde::SerdeType;

/// A record, as flows read it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Row {
    /// Its key.
    key: Any,
    /// Its value.
    value: Any,
    /// Its topic.
    topic: String,
    /// Its headers: a list of maps with one name each, since names may come again.
    headers: Any,
    /// Its partition.
    partition: i32,
    /// When it was made, or came to the broker.
    timestamp: Any,
    /// Its number in its partition.
    offset: i64,
}

/// How records become rows, and which of them.
pub(super) struct Reading {
    pub(super) key: SerdeType,
    pub(super) value: SerdeType,
    /// Headers that a record has to have.
    pub(super) filters: Vec<(String, String)>,
}

impl Reading {
    /// Whether a record has the headers that are wanted.
    pub(super) fn is_wanted(&self, record: &Record) -> bool {
        self.filters.iter().all(|(name, wanted)| {
            // A name may come again: the last one counts.
            let last = record.headers.iter().rev().find(|(header, _)| header == name);
            last.is_some_and(|(_, value)| value.as_deref() == Some(wanted.as_bytes()))
        })
    }

    pub(super) fn row(&self, (topic, partition): &Place, record: &Record) -> Result<Row, Failure> {
        let read = |what: &str, serde: SerdeType, content: Option<&[u8]>| {
            serde.read(content).map_err(|failure| {
                Failure::new(format!(
                    "the {what} of the record {} in partition {partition} of `{topic}`: {}",
                    record.offset,
                    failure.message.masked()
                ))
            })
        };
        let header = |(name, value): &(String, Option<Vec<u8>>)| {
            let text =
                value.as_deref().map_or(Value::Null, |value| Value::from(&*String::from_utf8_lossy(value)));
            Value::Map(Arc::new(Map::from_iter([(name.as_str().into(), text)])))
        };
        let headers: Vec<Value> = record.headers.iter().map(header).collect();
        let moment = Timestamp::from_millisecond(record.timestamp).unwrap_or(Timestamp::MAX);
        Ok(Row {
            key: read("key", self.key, record.key.as_deref())?.into(),
            value: read("value", self.value, record.value.as_deref())?.into(),
            topic: topic.clone(),
            headers: Value::List(headers.into()).into(),
            partition: *partition,
            timestamp: Value::Instant(moment).into(),
            offset: record.offset,
        })
    }
}

impl Row {
    pub(super) fn to_value(&self) -> Result<Value, Failure> {
        Ok(Value::Map(Arc::new(kapelle_plugin::outputs(self).map_err(Failure::new)?)))
    }
}
