//! Records, which flows send to brokers and receive from them: how they are read and written, and when there are enough.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_core::expression::plain::{from_json, to_json};
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::ion::{Feed, ROW_BYTES_MAX, rows_of};
use kapelle_plugin::{Broken, Expr, FromRendered, RunContext, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How contents become values, and values contents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum SerdeType {
    /// As a text.
    #[default]
    String,
    /// As a value in JSON.
    Json,
}

impl Word for SerdeType {}

impl SerdeType {
    /// The value of a content that came.
    pub(crate) fn read(self, content: &[u8]) -> Result<Value, Failure> {
        // One letter of another encoding must not hold up all that come after it.
        let text = String::from_utf8_lossy(content);
        match self {
            Self::String => Ok(Value::from(&*text)),
            Self::Json => from_json(&text).map_err(|reason| {
                Failure::new(format!(
                    "a content is no JSON: {reason}. With `serdeType: STRING` it is read as it is"
                ))
            }),
        }
    }

    /// The same as `write`, but a text that is JSON already stays as it is.
    pub(crate) fn write_once(self, value: &Value) -> Result<Vec<u8>, Failure> {
        match (self, value) {
            (Self::Json, Value::Str(text)) if from_json(text.expose()).is_ok() => Self::String.write(value),
            _ => self.write(value),
        }
    }

    /// The content for a value. As a text, lists and maps are JSON too.
    pub(crate) fn write(self, value: &Value) -> Result<Vec<u8>, Failure> {
        let is_plain = |value: &Value| !matches!(value, Value::List(_) | Value::Map(_));
        let text = match (self, value) {
            (Self::String, Value::Secret(inner)) if is_plain(inner) => text_of(inner),
            (Self::String, value) if is_plain(value) && !matches!(value, Value::Secret(_)) => text_of(value),
            (_, value) => to_json(value, &jiff::tz::TimeZone::UTC, false, ROW_BYTES_MAX),
        };
        let text =
            text.map_err(|_| Failure::new(format!("a record has more than {} MB", ROW_BYTES_MAX >> 20)))?;
        Ok(text.expose().as_bytes().to_vec())
    }
}

/// Records on their way out.
pub(crate) struct Sending {
    records: Feed,
}

impl Sending {
    /// Begins to read what a flow hands over: a list, the address of a file of rows, or one record. Lists and maps may
    /// come as JSON; every other text is a record itself.
    pub(crate) fn new(cx: &RunContext, from: Value) -> Self {
        let records = match from {
            Value::Str(text) if cx.host.files().is_address(text.expose().trim()) => Feed::open(cx, text),
            Value::Str(text) => Feed::of(cx, rows_of(opened(text))),
            other => Feed::of(cx, rows_of(other)),
        };
        Self { records }
    }

    /// The same, but a text is a record itself in any case: it goes as it is written.
    pub(crate) fn of_texts(cx: &RunContext, from: Value) -> Self {
        match from {
            Value::Str(text) if !cx.host.files().is_address(text.expose().trim()) => {
                Self { records: Feed::of(cx, rows_of(Value::List(vec![Value::Str(text)].into()))) }
            }
            other => Self::new(cx, other),
        }
    }

    /// The next record. Ends early when the attempt has to.
    pub(crate) async fn next(&mut self) -> Result<Option<Value>, Broken> {
        self.records.next().await
    }

    /// The next records, so many at most; none at the end.
    pub(crate) async fn batch(&mut self, count_max: usize) -> Result<Vec<Value>, Broken> {
        let mut batch = Vec::new();
        while batch.len() < count_max.max(1) {
            match self.next().await? {
                Some(record) => batch.push(record),
                None => break,
            }
        }
        Ok(batch)
    }
}

/// A list or a map that came as JSON; everything else as it is.
fn opened(text: Text) -> Value {
    match from_json(text.expose()) {
        Ok(opened @ (Value::List(_) | Value::Map(_))) if text.has_secret() => opened.into_secret(),
        Ok(opened @ (Value::List(_) | Value::Map(_))) => opened,
        _ => Value::Str(text),
    }
}

/// A record that has to be a map.
pub(crate) fn map_of(record: Value) -> Result<Map, Failure> {
    Map::from_rendered(record)
        .map_err(|reason| Failure::new(format!("a record that is to be sent is no map: {reason}")))
}

/// How long records are received.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExtentProperties {
    /// How many records are received at most.
    max_records: Option<Expr<u64>>,
    /// How long records are waited for at most.
    max_duration: Option<Expr<SignedDuration>>,
}

/// The same, from now on.
#[derive(Clone, Copy)]
pub(crate) struct Extent {
    count_max: Option<u64>,
    end: Option<Instant>,
}

impl ExtentProperties {
    pub(crate) fn read(&self, cx: &RunContext) -> Result<Extent, Failure> {
        let count_max = cx.filled(self.max_records.as_ref())?;
        let time_max = cx.filled(self.max_duration.as_ref())?;
        // A time beyond all times is no limit.
        let end = time_max.and_then(|time| Instant::now().checked_add(positive(time)));
        Ok(Extent { count_max, end })
    }
}

impl Extent {
    /// Refuses one that would never end by itself.
    pub(crate) fn must_end(self) -> Result<Self, Failure> {
        if self.count_max.is_none() && self.end.is_none() {
            return Err(Failure::new("it is not said when to end: set `maxRecords` or `maxDuration`"));
        }
        Ok(self)
    }

    /// The same, but it ends after this time if it is not said when.
    pub(crate) fn at_most(self, time_max: Duration) -> Self {
        Self { end: self.end.or_else(|| Some(Instant::now() + time_max)), ..self }
    }

    /// How many records may still come.
    pub(crate) fn left(self, count: u64) -> u64 {
        self.count_max.map_or(u64::MAX, |max| max.saturating_sub(count))
    }

    /// Whether there are enough, or the time is up.
    pub(crate) fn is_over(self, count: u64) -> bool {
        self.left(count) == 0 || self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// How long it may still take, where that is said.
    pub(crate) fn time_left(self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// The end of a wait that lasts so long, or until the time is up.
    pub(crate) fn until(self, wait: Duration) -> Instant {
        let until = Instant::now() + wait;
        self.end.map_or(until, |end| end.min(until))
    }
}

/// A duration for waiting; one that is negative is none.
pub(crate) fn positive(duration: SignedDuration) -> Duration {
    Duration::try_from(duration).unwrap_or_default()
}

/// How many records were sent.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessagesSent {
    /// How many messages were sent.
    pub(crate) messages_count: u64,
}

/// Messages that were received.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessagesReceived {
    /// How many messages were received.
    pub(crate) messages_count: u64,
    /// The file of their rows.
    pub(crate) uri: String,
}

#[cfg(test)]
mod tests;
