//! Messages: as they travel, as flows write them, and as flows read them.

use std::sync::Arc;

use jiff::{SignedDuration, Zoned};
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, FromRendered};
use schemars::JsonSchema;
use serde::Serialize;

use super::coding::{Reader, Writer, garbled};
use super::table;
use crate::records::{SerdeType, map_of};

/// Bytes that a message may have; brokers allow less in their own settings.
const MESSAGE_BYTES_MAX: u64 = 128 << 20;

/// The class of messages.
const BASIC: u16 = 60;

/// A message is kept when its broker starts anew.
const PERSISTENT: u8 = 2;

/// A message that came, and how its delivery is called.
pub(super) struct Delivery {
    pub(super) tag: u64,
    pub(super) message: Message,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Message {
    content_type: Option<String>,
    content_encoding: Option<String>,
    headers: Option<Map>,
    delivery_mode: Option<u8>,
    priority: Option<u8>,
    correlation_id: Option<String>,
    reply_to: Option<String>,
    /// In milliseconds.
    expiration: Option<String>,
    #[allow(clippy::struct_field_names)] // So the protocol calls it.
    message_id: Option<String>,
    /// In seconds.
    timestamp: Option<u64>,
    kind: Option<String>,
    user_id: Option<String>,
    app_id: Option<String>,
    pub(super) content: Vec<u8>,
}

/// A message, as flows read it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    /// What its content is, such as `application/json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// How its content is packed.
    #[serde(skip_serializing_if = "Option::is_none")]
    content_encoding: Option<String>,
    /// Its headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Any>,
    /// Whether it is kept when the broker starts anew: 2 is yes, 1 is no.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_mode: Option<u8>,
    /// Its priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    /// What it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    /// The queue that waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<String>,
    /// How long it is of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<Any>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Any>,
    /// What kind of message it is.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// The user who sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// The application that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_id: Option<String>,
    /// Its content.
    data: Any,
}

impl Message {
    /// The message that a flow wants to send: a map with `data` and what else it has, or only the content.
    pub(super) fn of_record(record: Value, serde: SerdeType) -> Result<Self, Failure> {
        let is_map = match &record {
            Value::Map(_) => true,
            Value::Secret(inner) => matches!(**inner, Value::Map(_)),
            _ => false,
        };
        if !is_map {
            return Ok(Self {
                delivery_mode: Some(PERSISTENT),
                content: serde.write(&record)?,
                ..Self::default()
            });
        }
        let parts = Parts(map_of(record)?);
        let data = parts.0.get("data").ok_or_else(|| {
            Failure::new("a message has no `data`: write `data: …`, and beside it `headers`, `contentType` and the like")
        })?;
        let timestamp = parts.read::<Zoned>("timestamp")?.map(|moment| moment.timestamp().as_second());
        let expiration = parts.read::<SignedDuration>("expiration")?;
        Ok(Self {
            content_type: parts.text("contentType")?,
            content_encoding: parts.text("contentEncoding")?,
            headers: parts.read("headers")?,
            delivery_mode: Some(parts.number("deliveryMode")?.unwrap_or(PERSISTENT)),
            priority: parts.number("priority")?,
            correlation_id: parts.text("correlationId")?,
            reply_to: parts.text("replyTo")?,
            expiration: expiration.map(|time| time.as_millis().max(0).to_string()),
            message_id: parts.text("messageId")?,
            timestamp: timestamp.and_then(|seconds| u64::try_from(seconds).ok()),
            kind: parts.text("type")?,
            user_id: parts.text("userId")?,
            app_id: parts.text("appId")?,
            content: serde.write(data)?,
        })
    }

    /// What goes before the content: its size, and each part that is there.
    pub(super) fn header(&self) -> Result<Vec<u8>, Failure> {
        let mut flags = 0_u16;
        let mut parts = Writer::default();
        for (bit, (name, part)) in (3..16).rev().zip(self.parts()) {
            parts = match part {
                Part::None => continue,
                Part::Text(text) => parts.short(name, text)?,
                Part::Small(number) => parts.u8(number),
                Part::Large(number) => parts.u64(number),
                Part::Table(map) => {
                    parts.bytes.extend(table::write(map)?);
                    parts
                }
            };
            flags |= 1_u16 << bit;
        }
        let mut header = Writer::default().u16(BASIC).u16(0).u64(self.content.len() as u64).u16(flags);
        header.bytes.extend(parts.bytes);
        Ok(header.bytes)
    }

    /// In the order in which they travel.
    fn parts(&self) -> [(&'static str, Part<'_>); 13] {
        let small = |number: Option<u8>| number.map_or(Part::None, Part::Small);
        [
            ("contentType", Part::text(self.content_type.as_deref())),
            ("contentEncoding", Part::text(self.content_encoding.as_deref())),
            ("headers", self.headers.as_ref().map_or(Part::None, Part::Table)),
            ("deliveryMode", small(self.delivery_mode)),
            ("priority", small(self.priority)),
            ("correlationId", Part::text(self.correlation_id.as_deref())),
            ("replyTo", Part::text(self.reply_to.as_deref())),
            ("expiration", Part::text(self.expiration.as_deref())),
            ("messageId", Part::text(self.message_id.as_deref())),
            ("timestamp", self.timestamp.map_or(Part::None, Part::Large)),
            ("type", Part::text(self.kind.as_deref())),
            ("userId", Part::text(self.user_id.as_deref())),
            ("appId", Part::text(self.app_id.as_deref())),
        ]
    }

    /// A message without its content, and how large that will be.
    pub(super) fn of_header(bytes: &[u8]) -> Result<(Self, usize), Failure> {
        let mut reader = Reader::new(bytes);
        let (_class, _weight, size, flags) = (reader.u16()?, reader.u16()?, reader.u64()?, reader.u16()?);
        if size > MESSAGE_BYTES_MAX {
            return Err(Failure::new(format!(
                "a message has {size} bytes: no more than {} MB are taken",
                MESSAGE_BYTES_MAX >> 20
            )));
        }
        let has = |bit: u16| flags & (1 << bit) != 0;
        let text = |bit: u16, reader: &mut Reader<'_>| has(bit).then(|| reader.short()).transpose();
        let message = Self {
            content_type: text(15, &mut reader)?,
            content_encoding: text(14, &mut reader)?,
            headers: has(13).then(|| table::read(&mut reader)).transpose()?,
            delivery_mode: has(12).then(|| reader.u8()).transpose()?,
            priority: has(11).then(|| reader.u8()).transpose()?,
            correlation_id: text(10, &mut reader)?,
            reply_to: text(9, &mut reader)?,
            expiration: text(8, &mut reader)?,
            message_id: text(7, &mut reader)?,
            timestamp: has(6).then(|| reader.u64()).transpose()?,
            kind: text(5, &mut reader)?,
            user_id: text(4, &mut reader)?,
            app_id: text(3, &mut reader)?,
            content: Vec::new(),
        };
        Ok((message, usize::try_from(size).map_err(|_| garbled())?))
    }

    pub(super) fn row(self, serde: SerdeType) -> Result<Row, Failure> {
        let data = serde.read(&self.content)?;
        let expiration = self.expiration.and_then(|text| text.parse().ok());
        Ok(Row {
            content_type: self.content_type,
            content_encoding: self.content_encoding,
            headers: self.headers.map(Any::from),
            delivery_mode: self.delivery_mode,
            priority: self.priority,
            message_id: self.message_id,
            correlation_id: self.correlation_id,
            reply_to: self.reply_to,
            expiration: expiration.map(|millis| Value::Duration(SignedDuration::from_millis(millis)).into()),
            timestamp: self.timestamp.map(|seconds| Value::Instant(table::moment(seconds)).into()),
            kind: self.kind,
            user_id: self.user_id,
            app_id: self.app_id,
            data: data.into(),
        })
    }
}

impl Row {
    pub(super) fn value(&self) -> Result<Value, Failure> {
        Ok(Value::Map(Arc::new(kapelle_plugin::outputs(self).map_err(Failure::new)?)))
    }
}

enum Part<'m> {
    None,
    Text(&'m str),
    Small(u8),
    Large(u64),
    Table(&'m Map),
}

impl<'m> Part<'m> {
    fn text(text: Option<&'m str>) -> Self {
        text.map_or(Self::None, Self::Text)
    }
}

/// A message as a flow writes it.
struct Parts(Map);

impl Parts {
    fn read<T: FromRendered>(&self, name: &str) -> Result<Option<T>, Failure> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::from_rendered(value.clone())
                .map(Some)
                .map_err(|reason| Failure::new(kapelle_plugin::unfit(value, Some(name), &reason))),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let text = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Secret(inner)) => text_of(inner),
            Some(value) => text_of(value),
        };
        let text = text.map_err(|error| Failure::new(error.text()))?;
        Ok(Some(text.expose().to_owned()))
    }

    fn number(&self, name: &str) -> Result<Option<u8>, Failure> {
        let number: Option<u16> = self.read(name)?;
        let number = number.map(u8::try_from).transpose();
        number.map_err(|_| Failure::new(format!("`{name}` of a message is a number from 0 to 255")))
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain::{from_json, to_json};

    use super::*;

    const FULL: &str = r#"{"contentType":"text/plain","contentEncoding":"utf-8","headers":{"a":1},"deliveryMode":1,"priority":3,"messageId":"m","correlationId":"c","replyTo":"r","expiration":"PT1M","timestamp":"2026-01-02T03:04:05Z","type":"t","userId":"u","appId":"p","data":"hi"}"#;

    #[test]
    fn a_message_comes_back_as_it_went() {
        let sent = Message::of_record(from_json(FULL).unwrap(), SerdeType::String).unwrap();
        let (mut came, size) = Message::of_header(&sent.header().unwrap()).unwrap();
        assert_eq!(size, 2);
        came.content = sent.content.clone();
        assert_eq!(came, sent);
        let row = came.row(SerdeType::String).unwrap().value().unwrap();
        let again = Message::of_record(row.clone(), SerdeType::String).unwrap();
        assert_eq!(again, sent);
        let shown = to_json(&row, &jiff::tz::TimeZone::UTC, false, 10_000).unwrap();
        assert!(shown.expose().contains("2026-01-02T03:04:05Z"), "{}", shown.expose());
    }

    #[test]
    fn what_cannot_be_sent_is_told() {
        let told = |json: &str| {
            let message = Message::of_record(from_json(json).unwrap(), SerdeType::String);
            message.and_then(|message| message.header()).unwrap_err().to_string()
        };
        assert!(told(r#"{"a":1}"#).contains("no `data`"));
        assert!(told(r#"{"data":1,"priority":300}"#).contains("`priority`"));
        assert!(told(r#"{"data":1,"expiration":"soon"}"#).contains("`expiration`"));
        let long = format!(r#"{{"data":1,"type":"{}"}}"#, "x".repeat(256));
        assert!(told(&long).contains("`type` has 256 bytes"));
    }

    #[test]
    fn headers_that_end_too_early_or_promise_too_much_are_errors() {
        let sent = Message::of_record(from_json(FULL).unwrap(), SerdeType::String).unwrap();
        let header = sent.header().unwrap();
        for length in 0..header.len() {
            assert!(Message::of_header(&header[..length]).is_err(), "{length}");
        }
        let huge = Writer::default().u16(BASIC).u16(0).u64(u64::MAX).u16(0).bytes;
        assert!(Message::of_header(&huge).unwrap_err().to_string().contains("128 MB"));
    }
}
