//! Tables: maps of names to values, such as headers and arguments.

use std::sync::Arc;

use jiff::Timestamp;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};

use super::coding::{Reader, Writer, garbled};

/// How deep tables and lists may lie in each other.
const DEPTH_MAX: usize = 32;

/// A table as bytes, with its length before it.
pub(super) fn write(map: &Map) -> Result<Vec<u8>, Failure> {
    write_map(map, 0)
}

fn write_map(map: &Map, depth: usize) -> Result<Vec<u8>, Failure> {
    let mut writer = Writer::default();
    for (name, value) in map {
        writer = writer.short(name, name)?;
        write_value(&mut writer.bytes, value, depth)?;
    }
    Ok(Writer::default().long(&writer.bytes)?.bytes)
}

fn write_value(bytes: &mut Vec<u8>, value: &Value, depth: usize) -> Result<(), Failure> {
    if depth >= DEPTH_MAX {
        return Err(Failure::new(format!("headers or arguments lie more than {DEPTH_MAX} levels deep")));
    }
    let (kind, content) = match value {
        Value::Null => (b'V', Vec::new()),
        Value::Bool(truth) => (b't', vec![u8::from(*truth)]),
        Value::Int(number) => match i32::try_from(*number) {
            Ok(number) => (b'I', number.to_be_bytes().to_vec()),
            Err(_) => (b'l', number.to_be_bytes().to_vec()),
        },
        Value::Float(number) => (b'd', number.to_be_bytes().to_vec()),
        Value::Float32(number) => (b'f', number.to_be_bytes().to_vec()),
        Value::Instant(moment) => (b'T', moment.as_second().to_be_bytes().to_vec()),
        Value::Bytes(content) => (b'x', Writer::default().long(content)?.bytes),
        Value::Map(map) => (b'F', write_map(map, depth + 1)?),
        Value::List(items) => {
            let mut inner = Vec::new();
            for item in items.iter() {
                write_value(&mut inner, item, depth + 1)?;
            }
            (b'A', Writer::default().long(&inner)?.bytes)
        }
        Value::Secret(inner) => return write_value(bytes, inner, depth),
        other => {
            let text = text_of(other).map_err(|error| Failure::new(error.text()))?;
            (b'S', Writer::default().long(text.expose().as_bytes())?.bytes)
        }
    };
    bytes.push(kind);
    bytes.extend(content);
    Ok(())
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Map, Failure> {
    read_map(reader, 0)
}

fn read_map(reader: &mut Reader<'_>, depth: usize) -> Result<Map, Failure> {
    let mut inner = Reader::new(reader.long()?);
    let mut map = Map::new();
    while !inner.is_empty() {
        let name = inner.short()?;
        map.insert(name.into(), read_value(&mut inner, depth)?);
    }
    Ok(map)
}

fn read_value(reader: &mut Reader<'_>, depth: usize) -> Result<Value, Failure> {
    if depth >= DEPTH_MAX {
        return Err(garbled());
    }
    Ok(match reader.u8()? {
        b't' => Value::Bool(reader.u8()? != 0),
        b'b' => Value::Int(i64::from(reader.u8()?.cast_signed())),
        b'B' => Value::Int(i64::from(reader.u8()?)),
        b's' => Value::Int(i64::from(reader.u16()?.cast_signed())),
        b'u' => Value::Int(i64::from(reader.u16()?)),
        b'I' => Value::Int(i64::from(reader.u32()?.cast_signed())),
        b'i' => Value::Int(i64::from(reader.u32()?)),
        b'l' => Value::Int(reader.u64()?.cast_signed()),
        b'f' => Value::Float32(f32::from_bits(reader.u32()?)),
        b'd' => Value::Float(f64::from_bits(reader.u64()?)),
        b'D' => {
            let scale = i32::from(reader.u8()?);
            let number = f64::from(reader.u32()?.cast_signed());
            Value::Float(number / 10_f64.powi(scale))
        }
        b'S' => Value::from(&*String::from_utf8_lossy(reader.long()?)),
        b'x' => Value::Bytes(Arc::from(reader.long()?)),
        b'T' => Value::Instant(moment(reader.u64()?)),
        b'F' => Value::Map(Arc::new(read_map(reader, depth + 1)?)),
        b'A' => {
            let mut inner = Reader::new(reader.long()?);
            let mut items = Vec::new();
            while !inner.is_empty() {
                items.push(read_value(&mut inner, depth + 1)?);
            }
            Value::List(items.into())
        }
        b'V' => Value::Null,
        _ => return Err(garbled()),
    })
}

/// A moment in seconds. Clients that write milliseconds instead give a year far away, which is told as it is.
pub(super) fn moment(seconds: u64) -> Timestamp {
    Timestamp::from_second(seconds.cast_signed()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain::from_json;

    use super::*;

    #[test]
    fn a_table_comes_back_as_it_went() {
        let json = r#"{"a":1,"b":5000000000,"c":"text","d":[true,null,{"e":1.5}],"f":{}}"#;
        let Value::Map(map) = from_json(json).unwrap() else { panic!() };
        let bytes = write(&map).unwrap();
        assert_eq!(read(&mut Reader::new(&bytes)).unwrap(), *map);
    }

    #[test]
    fn what_ends_too_early_or_lies_too_deep_is_an_error() {
        for bytes in [&[0, 0, 0, 9, 1][..], &[0, 0, 0, 3, 1, b'a', b'?'], &[0, 0, 0, 2, 5, b'a']] {
            assert!(read(&mut Reader::new(bytes)).is_err(), "{bytes:?}");
        }
        let deep = (0..40).fold(Value::Null, |inner, _| Value::List(vec![inner].into()));
        let map = Map::from_iter([("a".into(), deep)]);
        assert!(write(&map).unwrap_err().to_string().contains("levels deep"));
    }
}
