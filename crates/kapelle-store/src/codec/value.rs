//! Values, so that each comes back exactly as it was.
//!
//! Null, booleans, whole numbers of 64 bits, finite floats (always with a point or an exponent), lists, maps and texts
//! without secrets are what JSON has for them. Everything else is a tag: `{"$":[word, …]}`. A map of a user that begins
//! with the key `$` is put into a tag itself, so that no map is ever taken for something else.

mod tag;

use std::sync::Arc;

use kapelle_model::{Map, Text, Value};

pub(super) use tag::{begin as begin_tag, end as end_tag};

use super::base64;
use super::reader::{Broken, Read, Reader};
use super::writer::Writer;
use crate::error::{Result, StoreError};
use crate::limits::DEPTH_MAX;

/// The key that makes a map a tag, if it is the first one.
pub(super) const TAG: &str = "$";

/// Writes a value that is so deep in others.
pub(super) fn write(out: &mut Writer, value: &Value, depth: usize) -> Result<()> {
    if depth > DEPTH_MAX {
        let why =
            format!("a value has others in it, more than {DEPTH_MAX} deep: keep it flatter, or as text");
        return Err(StoreError::Invalid(why));
    }
    match value {
        Value::Null => out.null(),
        Value::Bool(value) => out.bool(*value),
        Value::Int(value) => out.signed(*value),
        Value::Float(value) if value.is_finite() => out.word(&format!("{value:?}")),
        Value::Str(text) => write_text(out, text),
        Value::List(items) => {
            out.begin_list();
            for item in &**items {
                write(out, item, depth + 1)?;
            }
            out.end_list();
        }
        Value::Map(map) if map.first().is_some_and(|(key, _)| &**key == TAG) => {
            tag::begin(out, "map");
            write_map(out, map, depth)?;
            tag::end(out);
        }
        Value::Map(map) => write_map(out, map, depth)?,
        Value::Secret(value) => {
            out.mark_secret();
            tag::begin(out, "secret");
            write(out, value, depth + 1)?;
            tag::end(out);
        }
        Value::BigInt(number) => tag::write_big(out, number),
        Value::Float(number) => tag::write_bits(out, "float", number.to_bits()),
        Value::Float32(number) => tag::write_bits(out, "float32", number.to_bits().into()),
        Value::Decimal(number) => tag::write_decimal(out, number),
        Value::Instant(moment) => tag::write_text(out, "instant", &moment.to_string()),
        Value::Zoned(moment) => tag::write_zoned(out, moment),
        Value::LocalDateTime(moment) => tag::write_text(out, "datetime", &moment.to_string()),
        Value::LocalDate(date) => tag::write_text(out, "date", &date.to_string()),
        Value::LocalTime(time) => tag::write_text(out, "time", &time.to_string()),
        Value::Duration(duration) => tag::write_duration(out, *duration),
        Value::Bytes(bytes) => tag::write_text(out, "bytes", &base64::write(bytes)),
    }
    Ok(())
}

/// Writes the entries of a map, whatever its keys are.
pub(super) fn write_map(out: &mut Writer, map: &Map, depth: usize) -> Result<()> {
    out.begin_map();
    for (key, value) in map {
        out.key(key);
        write(out, value, depth + 1)?;
    }
    out.end_map();
    Ok(())
}

/// Writes a text with the places of its secrets.
pub(super) fn write_text(out: &mut Writer, text: &Text) {
    if !text.has_secret() {
        return out.text(text.expose());
    }
    out.mark_secret();
    tag::begin(out, "text");
    out.text(text.expose());
    for range in text.secret_ranges() {
        out.unsigned(range.start as u64);
        out.unsigned(range.end as u64);
    }
    tag::end(out);
}

pub(super) fn read(reader: &mut Reader<'_>, depth: usize) -> Read<Value> {
    if depth > DEPTH_MAX {
        return Err(Broken::Content(format!("its values are in each other more than {DEPTH_MAX} deep")));
    }
    match reader.peek() {
        b'"' => Ok(Value::Str(Text::from(reader.shared()?))),
        b'{' => read_map_or_tag(reader, depth),
        b'[' => {
            let mut items = Vec::new();
            let mut open = reader.list()?;
            while reader.more(&mut open)? {
                items.push(read(reader, depth + 1)?);
            }
            Ok(Value::List(Arc::new(items)))
        }
        b't' | b'f' => reader.bool().map(Value::Bool),
        b'-' | b'0'..=b'9' => read_number(reader),
        _ if reader.null() => Ok(Value::Null),
        _ => reader.expected("a value"),
    }
}

/// Reads the entries of a map, whatever its keys are.
pub(super) fn read_map(reader: &mut Reader<'_>, depth: usize) -> Read<Map> {
    let mut map = Map::new();
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        map.insert(Arc::from(&*key), read(reader, depth + 1)?);
    }
    Ok(map)
}

pub(super) fn read_text(reader: &mut Reader<'_>) -> Read<Text> {
    match read(reader, 0)? {
        Value::Str(text) => Ok(text),
        _ => reader.expected("before this a text"),
    }
}

fn read_map_or_tag(reader: &mut Reader<'_>, depth: usize) -> Read<Value> {
    let mut map = Map::new();
    let mut open = reader.map()?;
    while let Some(key) = reader.key(&mut open)? {
        if map.is_empty() && key == TAG {
            let value = tag::read(reader, depth)?;
            return if reader.more(&mut open)? { reader.expected("the end of a tag") } else { Ok(value) };
        }
        map.insert(Arc::from(&*key), read(reader, depth + 1)?);
    }
    Ok(Value::Map(Arc::new(map)))
}

fn read_number(reader: &mut Reader<'_>) -> Read<Value> {
    let digits = reader.digits();
    let number = if digits.contains(['.', 'e', 'E']) {
        digits.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float)
    } else {
        digits.parse().ok().map(Value::Int)
    };
    number.map_or_else(|| reader.expected("before this a number that fits"), Ok)
}
