//! Rows in the binary form of Amazon Ion 1.0.

use std::collections::BTreeSet;

use serde_json::{Map as Object, Number, Value as Json};

/// What every stream begins with.
const VERSION: [u8; 4] = [0xE0, 0x01, 0x00, 0xEA];

/// Names that every stream has: their number, and two of them.
const SYSTEM: usize = 9;
const SYMBOL_TABLE: usize = 3;
const SYMBOLS: usize = 7;

/// Lengths from here on do not fit beside the type.
const LONG: usize = 14;

/// All rows, one value after the other.
pub(crate) fn write(rows: &[Object<String, Json>]) -> Vec<u8> {
    let mut names = BTreeSet::new();
    for row in rows {
        collect(row, &mut names);
    }
    let names: Vec<&str> = names.into_iter().collect();
    let mut bytes = VERSION.to_vec();
    bytes.extend(table(&names));
    for row in rows {
        object(row, &names, &mut bytes);
    }
    bytes
}

fn collect<'r>(row: &'r Object<String, Json>, names: &mut BTreeSet<&'r str>) {
    for (name, value) in row {
        names.insert(name);
        inner(value, names);
    }
}

fn inner<'r>(value: &'r Json, names: &mut BTreeSet<&'r str>) {
    match value {
        Json::Object(row) => collect(row, names),
        Json::Array(list) => list.iter().for_each(|value| inner(value, names)),
        _ => {}
    }
}

/// The names that stand for themselves from here on.
fn table(names: &[&str]) -> Vec<u8> {
    let mut list = Vec::new();
    for name in names {
        typed(0x8, name.as_bytes(), &mut list);
    }
    let mut symbols = Vec::new();
    number(SYMBOLS, &mut symbols);
    typed(0xB, &list, &mut symbols);
    let mut wrapped = Vec::new();
    number(1, &mut wrapped);
    number(SYMBOL_TABLE, &mut wrapped);
    typed(0xD, &symbols, &mut wrapped);
    let mut bytes = Vec::new();
    typed(0xE, &wrapped, &mut bytes);
    bytes
}

fn object(row: &Object<String, Json>, names: &[&str], bytes: &mut Vec<u8>) {
    let mut fields = Vec::new();
    for (name, value) in row {
        if let Ok(place) = names.binary_search(&name.as_str()) {
            number(SYSTEM + 1 + place, &mut fields);
            write_value(value, names, &mut fields);
        }
    }
    typed(0xD, &fields, bytes);
}

fn write_value(value: &Json, names: &[&str], bytes: &mut Vec<u8>) {
    match value {
        Json::Null => bytes.push(0x0F),
        Json::Bool(is_true) => bytes.push(0x10 | u8::from(*is_true)),
        Json::Number(number) => write_number(number, bytes),
        Json::String(text) => typed(0x8, text.as_bytes(), bytes),
        Json::Array(list) => {
            let mut items = Vec::new();
            for value in list {
                write_value(value, names, &mut items);
            }
            typed(0xB, &items, bytes);
        }
        Json::Object(row) => object(row, names, bytes),
    }
}

fn write_number(number: &Number, bytes: &mut Vec<u8>) {
    let magnitude = |value: u64| {
        let all = value.to_be_bytes();
        all[value.leading_zeros() as usize / 8..].to_vec()
    };
    match (number.as_i64(), number.as_u64()) {
        (Some(value), _) if value < 0 => typed(0x3, &magnitude(value.unsigned_abs()), bytes),
        (_, Some(value)) => typed(0x2, &magnitude(value), bytes),
        _ => typed(0x4, &number.as_f64().unwrap_or_default().to_be_bytes(), bytes),
    }
}

/// A value with its type and length.
fn typed(kind: u8, body: &[u8], bytes: &mut Vec<u8>) {
    match u8::try_from(body.len()) {
        Ok(length) if usize::from(length) < LONG => bytes.push(kind << 4 | length),
        _ => {
            bytes.push(kind << 4 | 0xE);
            number(body.len(), bytes);
        }
    }
    bytes.extend(body);
}

/// A number in groups of seven bits; the last one is marked.
fn number(value: usize, bytes: &mut Vec<u8>) {
    let mut groups = vec![(value & 0x7F) as u8 | 0x80];
    let mut rest = value >> 7;
    while rest > 0 {
        groups.push((rest & 0x7F) as u8);
        rest >>= 7;
    }
    bytes.extend(groups.into_iter().rev());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_values_with_names_from_a_table() {
        let row = json!({"a": "x", "b": 300, "c": -1, "d": null, "e": true});
        let Json::Object(row) = row else { unreachable!() };
        let bytes = write(&[row]);
        assert_eq!(&bytes[..4], VERSION);
        let table = [
            0xEE, 0x90, 0x81, 0x83, 0xDD, 0x87, 0xBA, 0x81, b'a', 0x81, b'b', 0x81, b'c', 0x81, b'd', 0x81,
            b'e',
        ];
        // The table is shorter than its own length says only if this test counts wrongly.
        assert_eq!(bytes[4], table[0]);
        assert!(bytes.windows(table.len() - 6).any(|part| part == &table[6..]));
        let values = [0x8A, 0x81, b'x', 0x8B, 0x22, 0x01, 0x2C, 0x8C, 0x31, 0x01, 0x8D, 0x0F, 0x8E, 0x11];
        assert!(bytes.ends_with(&values));
    }
}
