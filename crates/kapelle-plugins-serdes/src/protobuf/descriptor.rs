//! Types of messages, as `protoc --descriptor_set_out` writes them.

use std::collections::BTreeMap;

use super::wire::{Fields, Read, Wire};

/// Messages inside of each other.
const DEPTH_MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Types {
    /// By full name.
    pub(super) messages: BTreeMap<String, Message>,
    pub(super) enums: BTreeMap<String, BTreeMap<i32, String>>,
}

#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) fields: BTreeMap<u64, Field>,
    /// It is an entry of a map: a key and a value.
    pub(super) is_entry: bool,
}

#[derive(Debug, Default)]
pub(super) struct Field {
    /// As JSON calls it.
    pub(super) name: String,
    pub(super) is_repeated: bool,
    /// A number of the list of types.
    pub(super) kind: u64,
    /// The full name of a message or enum.
    pub(super) of: String,
}

impl Types {
    pub(super) fn read(bytes: &[u8]) -> Read<Self> {
        let mut types = Self::default();
        let mut fields = Fields { bytes };
        while let Some((number, wire)) = fields.next()? {
            if let (1, Wire::Bytes(file)) = (number, wire) {
                types.file(file)?;
            }
        }
        if types.messages.is_empty() {
            return Err("it has no messages".to_owned());
        }
        Ok(types)
    }

    fn file(&mut self, bytes: &[u8]) -> Read<()> {
        let mut package = String::new();
        let (mut messages, mut enums) = (Vec::new(), Vec::new());
        let mut fields = Fields { bytes };
        while let Some((number, wire)) = fields.next()? {
            match (number, wire) {
                (2, Wire::Bytes(name)) => package = text(name)?,
                (4, Wire::Bytes(message)) => messages.push(message),
                (5, Wire::Bytes(found)) => enums.push(found),
                _ => {}
            }
        }
        messages.into_iter().try_for_each(|message| self.message(message, &package, 0))?;
        enums.into_iter().try_for_each(|found| self.enumeration(found, &package))
    }

    fn message(&mut self, bytes: &[u8], around: &str, depth: usize) -> Read<()> {
        if depth > DEPTH_MAX {
            return Err("messages are too deep inside of each other".to_owned());
        }
        let mut message = Message::default();
        let mut name = String::new();
        let (mut inner, mut enums) = (Vec::new(), Vec::new());
        let mut fields = Fields { bytes };
        while let Some((number, wire)) = fields.next()? {
            match (number, wire) {
                (1, Wire::Bytes(found)) => name = text(found)?,
                (2, Wire::Bytes(found)) => {
                    let (number, field) = field(found)?;
                    message.fields.insert(number, field);
                }
                (3, Wire::Bytes(found)) => inner.push(found),
                (4, Wire::Bytes(found)) => enums.push(found),
                (7, Wire::Bytes(options)) => {
                    let mut options = Fields { bytes: options };
                    while let Some((number, wire)) = options.next()? {
                        message.is_entry |= (number, wire) == (7, Wire::Number(1));
                    }
                }
                _ => {}
            }
        }
        let name = joined(around, &name);
        inner.into_iter().try_for_each(|found| self.message(found, &name, depth + 1))?;
        enums.into_iter().try_for_each(|found| self.enumeration(found, &name))?;
        self.messages.insert(name, message);
        Ok(())
    }

    fn enumeration(&mut self, bytes: &[u8], around: &str) -> Read<()> {
        let mut name = String::new();
        let mut values = BTreeMap::new();
        let mut fields = Fields { bytes };
        while let Some((number, wire)) = fields.next()? {
            match (number, wire) {
                (1, Wire::Bytes(found)) => name = text(found)?,
                (2, Wire::Bytes(value)) => {
                    let (mut name, mut number) = (String::new(), 0);
                    let mut value = Fields { bytes: value };
                    while let Some((place, wire)) = value.next()? {
                        match (place, wire) {
                            (1, Wire::Bytes(found)) => name = text(found)?,
                            (2, Wire::Number(found)) => number = found as i32,
                            _ => {}
                        }
                    }
                    values.entry(number).or_insert(name);
                }
                _ => {}
            }
        }
        self.enums.insert(joined(around, &name), values);
        Ok(())
    }
}

fn field(bytes: &[u8]) -> Read<(u64, Field)> {
    let mut field = Field::default();
    let (mut number, mut own, mut json) = (0, String::new(), String::new());
    let mut fields = Fields { bytes };
    while let Some((place, wire)) = fields.next()? {
        match (place, wire) {
            (1, Wire::Bytes(found)) => own = text(found)?,
            (3, Wire::Number(found)) => number = found,
            (4, Wire::Number(label)) => field.is_repeated = label == 3,
            (5, Wire::Number(kind)) => field.kind = kind,
            (6, Wire::Bytes(found)) => text(found)?.trim_start_matches('.').clone_into(&mut field.of),
            (10, Wire::Bytes(found)) => json = text(found)?,
            _ => {}
        }
    }
    field.name = if json.is_empty() { camel(&own) } else { json };
    Ok((number, field))
}

/// `first_name` becomes `firstName`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut is_upper = false;
    for character in name.chars() {
        if character == '_' {
            is_upper = true;
        } else {
            out.push(if is_upper { character.to_ascii_uppercase() } else { character });
            is_upper = false;
        }
    }
    out
}

fn joined(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}

fn text(bytes: &[u8]) -> Read<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "a name is no text".to_owned())
}
