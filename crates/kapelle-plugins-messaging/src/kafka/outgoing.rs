//! Records as flows write them.

use jiff::{Timestamp, Zoned};
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{FromRendered, unfit};

use super::batch::Record;
use super::serde::SerdeType;
use crate::records::SerdeType as Content;

/// The longest name of a topic.
const TOPIC_BYTES_MAX: usize = 249;

/// How records become bytes.
pub(super) struct Writing {
    pub(super) topic: Option<String>,
    pub(super) key: SerdeType,
    pub(super) value: SerdeType,
    pub(super) now: Timestamp,
}

/// A record, and where it goes.
pub(super) struct Outgoing {
    pub(super) topic: String,
    pub(super) partition: Option<i32>,
    pub(super) record: Record,
}

impl Writing {
    pub(super) fn record(&self, map: &Map) -> Result<Outgoing, Failure> {
        let topic: Option<String> = part(map, "topic")?;
        let topic =
            topic.or_else(|| self.topic.clone()).filter(|topic| !topic.is_empty()).ok_or_else(|| {
                Failure::new("a record has no topic: set `topic` at the task, or in each record")
            })?;
        if topic.len() > TOPIC_BYTES_MAX {
            return Err(Failure::new(format!("the name of a topic has more than {TOPIC_BYTES_MAX} letters")));
        }
        let partition: Option<i64> = part(map, "partition")?;
        let partition = partition.map(i32::try_from).transpose();
        let partition =
            partition.map_err(|_| Failure::new("`partition` of a record is no number of a partition"))?;
        let content = |name: &str, serde: SerdeType| {
            let written = serde.write(map.get(name).unwrap_or(&Value::Null));
            written.map_err(|failure| {
                Failure::new(format!("`{name}` of a record: {}", failure.message.masked()))
            })
        };
        let record = Record {
            offset: 0,
            timestamp: self.moment(map.get("timestamp"))?,
            key: content("key", self.key)?,
            value: content("value", self.value)?,
            headers: headers(map.get("headers"))?,
        };
        Ok(Outgoing { topic, partition, record })
    }

    /// Milliseconds since 1970, or a date.
    fn moment(&self, written: Option<&Value>) -> Result<i64, Failure> {
        match written {
            None | Some(Value::Null) => Ok(self.now.as_millisecond()),
            Some(Value::Int(millis)) => Ok(*millis),
            Some(value) => Zoned::from_rendered(value.clone())
                .map(|moment| moment.timestamp().as_millisecond())
                .map_err(|reason| Failure::new(unfit(value, Some("timestamp"), &reason))),
        }
    }
}

fn part<T: FromRendered>(map: &Map, name: &str) -> Result<Option<T>, Failure> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => T::from_rendered(value.clone())
            .map(Some)
            .map_err(|reason| Failure::new(unfit(value, Some(name), &reason))),
    }
}

type Headers = Vec<(String, Option<Vec<u8>>)>;

/// A map of headers, or a list of such maps, where a name may come again.
fn headers(written: Option<&Value>) -> Result<Headers, Failure> {
    let maps = match written {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(items)) => items.to_vec(),
        Some(other) => vec![other.clone()],
    };
    let mut headers = Vec::new();
    for map in maps {
        let map = Map::from_rendered(map)
            .map_err(|reason| Failure::new(format!("`headers` of a record is no map: {reason}")))?;
        for (name, value) in map {
            let content = if value == Value::Null { None } else { Some(Content::String.write(&value)?) };
            headers.push(((*name).to_owned(), content));
        }
    }
    Ok(headers)
}
