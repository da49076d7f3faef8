//! Messages as values, in the form that Protobuf has for JSON: names in camel case, enums by name, numbers of 64 bits as
//! text, moments as text.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};

use super::descriptor::{Field, Message, Types};
use super::wire::{Fields, Read, Wire};

/// Messages inside of each other.
const DEPTH_MAX: usize = 100;

pub(super) struct Reading<'r> {
    pub(super) types: &'r Types,
    pub(super) refuses_unknown: bool,
}

impl Reading<'_> {
    pub(super) fn message(&self, name: &str, bytes: &[u8], depth: usize) -> Read<Value> {
        if depth > DEPTH_MAX {
            return Err("messages are too deep inside of each other".to_owned());
        }
        let message =
            self.types.messages.get(name).ok_or_else(|| format!("the descriptor has no message `{name}`"))?;
        let mut map = Map::new();
        let mut fields = Fields { bytes };
        while let Some((number, wire)) = fields.next()? {
            let Some(field) = message.fields.get(&number) else {
                if self.refuses_unknown {
                    return Err(format!("`{name}` has no field of the number {number}"));
                }
                continue;
            };
            self.field(field, wire, &mut map, depth).map_err(|reason| format!("{}: {reason}", field.name))?;
        }
        Ok(known(name, &map).unwrap_or_else(|| Value::Map(Arc::new(map))))
    }

    fn field(&self, field: &Field, wire: Wire<'_>, map: &mut Map, depth: usize) -> Read<()> {
        let entry = self.types.messages.get(&field.of).filter(|message| message.is_entry && field.kind == 11);
        if let (Some(entry), Wire::Bytes(bytes)) = (entry, wire) {
            let (key, value) = self.entry(entry, bytes, depth)?;
            let inner = map.entry(field.name.as_str().into()).or_insert_with(|| Value::Map(Arc::default()));
            if let Value::Map(inner) = inner {
                Arc::make_mut(inner).insert(key.into(), value);
            }
            return Ok(());
        }
        if !field.is_repeated {
            let value = self.value(field, wire, depth)?;
            map.insert(field.name.as_str().into(), value);
            return Ok(());
        }
        let mut values = Vec::new();
        match wire {
            // Numbers may come packed together.
            Wire::Bytes(bytes) if !matches!(field.kind, 9 | 11 | 12) => {
                let mut packed = Fields { bytes };
                while !packed.bytes.is_empty() {
                    let wire = match field.kind {
                        1 | 6 | 16 => Wire::Eight(packed.eight()?),
                        2 | 7 | 15 => Wire::Four(packed.four()?),
                        _ => Wire::Number(packed.number()?),
                    };
                    values.push(self.value(field, wire, depth)?);
                }
            }
            wire => values.push(self.value(field, wire, depth)?),
        }
        let list = map.entry(field.name.as_str().into()).or_insert_with(|| Value::List(Arc::default()));
        if let Value::List(list) = list {
            Arc::make_mut(list).extend(values);
        }
        Ok(())
    }

    /// A key and a value of a map. What is missing is what its type begins with.
    fn entry(&self, message: &Message, bytes: &[u8], depth: usize) -> Read<(String, Value)> {
        let (mut key, mut value) = (None, None);
        let mut fields = Fields { bytes };
        while let Some((number, wire)) = fields.next()? {
            match (number, message.fields.get(&number)) {
                (1, Some(field)) => key = Some(self.value(field, wire, depth)?),
                (2, Some(field)) => value = Some(self.value(field, wire, depth)?),
                _ => {}
            }
        }
        let first = |number: u64| match message.fields.get(&number).map(|field| field.kind) {
            Some(8) => Value::Bool(false),
            Some(9 | 12) => Value::from(""),
            Some(11) => Value::Map(Arc::default()),
            Some(3 | 4 | 6 | 16 | 18) => Value::from("0"),
            _ => Value::Int(0),
        };
        let key = kapelle_core::property::text_of(&key.unwrap_or_else(|| first(1)))
            .map_err(|error| error.text())?;
        Ok((key.expose().to_owned(), value.unwrap_or_else(|| first(2))))
    }

    fn value(&self, field: &Field, wire: Wire<'_>, depth: usize) -> Read<Value> {
        let large = |number: String| Value::Str(number.into());
        let zigzag = |number: u64| (number >> 1) as i64 ^ -((number & 1) as i64);
        Ok(match (field.kind, wire) {
            (1, Wire::Eight(bytes)) => Value::Float(f64::from_le_bytes(bytes)),
            (2, Wire::Four(bytes)) => Value::Float32(f32::from_le_bytes(bytes)),
            (3, Wire::Number(number)) => large((number as i64).to_string()),
            (4, Wire::Number(number)) => large(number.to_string()),
            (5, Wire::Number(number)) => Value::Int((number as i32).into()),
            (6, Wire::Eight(bytes)) => large(u64::from_le_bytes(bytes).to_string()),
            (7, Wire::Four(bytes)) => Value::Int(u32::from_le_bytes(bytes).into()),
            (8, Wire::Number(number)) => Value::Bool(number != 0),
            (9, Wire::Bytes(bytes)) => {
                Value::from(std::str::from_utf8(bytes).map_err(|_| "the text is no UTF-8".to_owned())?)
            }
            (11, Wire::Bytes(bytes)) => self.message(&field.of, bytes, depth + 1)?,
            (12, Wire::Bytes(bytes)) => Value::Str(plain::to_base64(bytes).into()),
            (13, Wire::Number(number)) => Value::Int((number as u32).into()),
            (14, Wire::Number(number)) => {
                let name = self.types.enums.get(&field.of).and_then(|values| values.get(&(number as i32)));
                name.map_or(Value::Int((number as i32).into()), |name| Value::from(name.as_str()))
            }
            (15, Wire::Four(bytes)) => Value::Int(i32::from_le_bytes(bytes).into()),
            (16, Wire::Eight(bytes)) => large(i64::from_le_bytes(bytes).to_string()),
            (17, Wire::Number(number)) => Value::Int(zigzag(number)),
            (18, Wire::Number(number)) => large(zigzag(number).to_string()),
            _ => return Err("the data is of another type than the descriptor says".to_owned()),
        })
    }
}

/// Messages that everybody knows have a form of their own.
fn known(name: &str, map: &Map) -> Option<Value> {
    let number = |field: &str| match map.get(field) {
        Some(Value::Int(number)) => Some(*number),
        Some(Value::Str(text)) => text.expose().parse().ok(),
        Some(_) => None,
        None => Some(0),
    };
    match name.strip_prefix("google.protobuf.")? {
        "Timestamp" => {
            let moment =
                jiff::Timestamp::new(number("seconds")?, i32::try_from(number("nanos")?).ok()?).ok()?;
            Some(Value::Str(moment.to_string().into()))
        }
        "Duration" => {
            let (seconds, nanos) = (number("seconds")?, number("nanos")?);
            let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
            let fraction = format!(".{:09}", nanos.unsigned_abs());
            let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
            Some(Value::Str(format!("{sign}{}{fraction}s", seconds.unsigned_abs()).into()))
        }
        "StringValue" | "BytesValue" => Some(map.get("value").cloned().unwrap_or_else(|| Value::from(""))),
        "BoolValue" => Some(map.get("value").cloned().unwrap_or(Value::Bool(false))),
        "Int64Value" | "UInt64Value" => Some(map.get("value").cloned().unwrap_or_else(|| Value::from("0"))),
        "DoubleValue" | "FloatValue" | "Int32Value" | "UInt32Value" => {
            Some(map.get("value").cloned().unwrap_or(Value::Int(0)))
        }
        "Struct" => Some(map.get("fields").cloned().unwrap_or_else(|| Value::Map(Arc::default()))),
        "ListValue" => Some(map.get("values").cloned().unwrap_or_else(|| Value::List(Arc::default()))),
        // Of its fields one is set.
        "Value" => Some(match map.first() {
            Some((key, _)) if &**key == "nullValue" => Value::Null,
            Some((_, value)) => value.clone(),
            None => Value::Null,
        }),
        _ => None,
    }
}
