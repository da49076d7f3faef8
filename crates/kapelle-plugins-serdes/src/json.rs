//! JSON, as one document or with a value on each line.

pub(crate) mod ion_to_json;
pub(crate) mod json_to_ion;
pub(crate) mod json_to_jsonl;
pub(crate) mod json_to_toon;
mod reader;
#[cfg(test)]
mod tests;
pub(crate) mod toon_to_json;

use std::borrow::Cow;
use std::io::Write;

use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::{Failure, Value};
use kapelle_plugin::Broken;

pub(crate) use reader::Reader;

/// A value as JSON on one line, null and all. Bytes are text in base64; moments with a zone are moved to this one.
pub(crate) fn text(value: &Value, zone: &TimeZone, bytes_max: usize) -> Result<String, Failure> {
    let text = plain::to_json(&without_bytes(value), zone, false, bytes_max);
    Ok(text.map_err(|error| Failure::new(error.text()))?.expose().to_owned())
}

fn without_bytes(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Bytes(bytes) => Cow::Owned(Value::Str(plain::to_base64(bytes).into())),
        Value::List(items) if items.iter().any(has_bytes) => {
            let items = items.iter().map(|item| without_bytes(item).into_owned());
            Cow::Owned(Value::List(items.collect::<Vec<_>>().into()))
        }
        Value::Map(map) if map.values().any(has_bytes) => {
            let entries = map.iter().map(|(key, item)| (key.clone(), without_bytes(item).into_owned()));
            Cow::Owned(Value::Map(entries.collect::<kapelle_model::Map>().into()))
        }
        other => Cow::Borrowed(other),
    }
}

fn has_bytes(value: &Value) -> bool {
    match value {
        Value::Bytes(_) => true,
        Value::List(items) => items.iter().any(has_bytes),
        Value::Map(map) => map.values().any(has_bytes),
        _ => false,
    }
}

/// Writes values as JSON: on lines of their own, or as the items of one list.
pub(crate) struct Items<W> {
    to: W,
    zone: TimeZone,
    is_list: bool,
    pub(crate) count: u64,
}

impl<W: Write> Items<W> {
    pub(crate) fn new(to: W, zone: TimeZone, is_list: bool) -> Self {
        Self { to, zone, is_list, count: 0 }
    }

    pub(crate) fn add(&mut self, value: &Value) -> Result<(), Broken> {
        let text = text(value, &self.zone, kapelle_plugin::ion::ROW_BYTES_MAX)?;
        let before = match (self.is_list, self.count) {
            (false, _) => "",
            (true, 0) => "[",
            (true, _) => ",",
        };
        self.to.write_all(before.as_bytes())?;
        self.to.write_all(text.as_bytes())?;
        if !self.is_list {
            self.to.write_all(b"\n")?;
        }
        self.count += 1;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<W, Broken> {
        if self.is_list {
            self.to.write_all(if self.count == 0 { b"[]" } else { b"]" })?;
        }
        Ok(self.to)
    }
}
