//! Plain data from texts and to texts, for those who bring the variables and take the results.

use jiff::tz::TimeZone;
use kapelle_model::{Node, Text, Value};

use super::output::Output;
use super::{Outcome, builtin, form};

/// Reads a text that is one JSON value. Large integers and the order of maps survive.
pub fn from_json(text: &str) -> Result<Value, String> {
    builtin::json::parse_json_strictly(text)
}

/// Reads the first document of a text as YAML 1.1; dates stay text.
pub fn from_yaml(text: &str) -> Result<Value, String> {
    builtin::yaml::parse_yaml(text)
}

/// Reads all values of a text in Ion. It may be a part of a longer one: its first line has this number.
pub fn from_ion(text: &str, line: usize) -> Result<Vec<Value>, String> {
    builtin::ion::parse_ion(text, line)
}

/// Binary Ion that is read in parts of whole values.
#[derive(Debug, Default)]
pub struct BinaryIon(builtin::ion::Symbols);

impl BinaryIon {
    /// What such data begins with.
    pub const MARK: [u8; 4] = builtin::ion::MARK;

    /// The values of the next part.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<Value>, String> {
        builtin::ion::parse_binary_ion(bytes, &mut self.0)
    }
}

/// Binary Ion that is written value by value.
#[derive(Debug, Default)]
pub struct BinaryIonWriter(builtin::ion::BinaryWriter);

impl BinaryIonWriter {
    /// The bytes of the next value, no more than so many.
    pub fn write(&mut self, value: &Value, bytes_max: usize) -> Result<Vec<u8>, String> {
        self.0.write(value, bytes_max)
    }
}

/// Writes a value as Ion text, with all digits of its moments.
pub fn to_ion(value: &Value, bytes_max: usize) -> Outcome<Text> {
    let mut out = Output::new(bytes_max);
    builtin::ion::write_ion(value, &mut out);
    out.check()?;
    Ok(out.into_text())
}

/// A text as a part of an address: letters and digits of ASCII with dashes between them.
pub fn slug(text: &str) -> String {
    builtin::text::slug(text)
}

/// Bytes in base64 with the plain alphabet and padding.
pub fn to_base64(bytes: &[u8]) -> String {
    builtin::encode_base64(bytes)
}

/// Bytes from base64 with or without padding, or what is wrong with it.
pub fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    builtin::decode_base64(text)
}

/// What a document or a part of one says.
pub fn from_node(node: &Node) -> Value {
    builtin::yaml::value(node.clone())
}

/// Writes a value as JSON with everything that is in it, null too. The secret parts of the text are marked; with
/// `masks` they are stars already, so that it is JSON as it stands.
///
/// Dates, bytes and numbers that JSON does not have are text; zoned date-times are moved to `zone`. Lists may hold one
/// value many times, so the text has a limit of its own.
pub fn to_json(value: &Value, zone: &TimeZone, masks: bool, bytes_max: usize) -> Outcome<Text> {
    let mut out = Output::new(bytes_max);
    form::whole_json(value, zone, masks, &mut out);
    out.check()?;
    Ok(out.into_text())
}

/// The start of a value as JSON, for people, of about this many bytes.
pub fn start_of_json(value: &Value, zone: &TimeZone, masks: bool, bytes_max: usize) -> String {
    let cut = match value {
        Value::Str(text) => {
            let end = text.expose().floor_char_boundary(bytes_max / 2);
            text.slice(0..end.min(text.expose().len())).map(Value::Str)
        }
        _ => None,
    };
    let mut out = Output::new(bytes_max);
    form::whole_json(cut.as_ref().unwrap_or(value), zone, masks, &mut out);
    let is_cut = out.is_full();
    let mut text = out.into_string();
    if is_cut {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn json(value: &Value, masks: bool) -> Text {
        to_json(value, &TimeZone::UTC, masks, 1000).unwrap()
    }

    #[test]
    fn data_survives_both_ways() {
        for text in [
            "null",
            r#"{"z":1,"a":[null,true,-0.5],"b":{"k":null}}"#,
            "123456789012345678901234567890",
            r#""a\"\\\nü""#,
        ] {
            assert_eq!(json(&from_json(text).unwrap(), true).expose(), text);
        }
        assert_eq!(json(&Value::Float(f64::NAN), true).expose(), "\"NaN\"");
        assert!(from_json("{} x").is_err());
    }

    #[test]
    fn rows_of_ion_keep_every_digit() {
        let row = "{a:2024-04-21T23:00:00.123456000Z,b:2024-04-21T23:00:00.000Z,c:1.50}";
        let values = from_ion(&format!("{row}\n{row}"), 1).unwrap();
        assert_eq!(values.len(), 2);
        assert_eq!(to_ion(&values[0], 1000).unwrap().expose(), row);
        assert!(from_ion("\n{a:", 7).unwrap_err().contains("line 8"));
    }

    #[test]
    fn binary_ion_keeps_its_names_from_part_to_part() {
        let mut ion = BinaryIon::default();
        // The table of symbols: `$ion_symbol_table::{symbols:["a"]}`.
        let table = [0xe7, 0x81, 0x83, 0xd4, 0x87, 0xb2, 0x81, b'a'];
        assert_eq!(ion.read(&BinaryIon::MARK).unwrap(), []);
        assert_eq!(ion.read(&table).unwrap(), []);
        for _ in 0..2 {
            let values = ion.read(&[0xd3, 0x8a, 0x21, 0x07]).unwrap();
            assert_eq!(to_ion(&values[0], 100).unwrap().expose(), "{a:7}");
        }
    }

    #[test]
    fn binary_ion_says_the_same_as_its_text() {
        let names = (0..200).map(|place| format!("name{place}:{place}")).collect::<Vec<_>>().join(",");
        let texts = [
            "null",
            "true",
            "0",
            "-300",
            "123456789012345678901234567890",
            "1.5e0",
            "0.",
            "-12.50",
            "1.28",
            "7d5",
            "\"\"",
            "\"a text with more than fourteen bytes\"",
            "{a:1,b:{c:[],a:{}},name:\"x\"}",
            "{d:2024-04-21,b:2}",
            "2024-04-21T23:00:00.000Z",
            "2024-04-21T23:00:59.123456789Z",
            "2024-04-21T23:00:00.250Z",
            "ZonedDateTime::\"2024-04-21T23:00:00+02:00[Europe/Paris]\"",
            "LocalDateTime::\"2024-04-21T23:00:00\"",
            "LocalTime::\"23:00\"",
            "[1,[2,{{YWJj}}]]",
            &format!("{{{names}}}"),
        ];
        let (mut writer, mut reader) = (BinaryIonWriter::default(), BinaryIon::default());
        for text in texts {
            let value = from_ion(text, 1).unwrap().remove(0);
            let bytes = writer.write(&value, 10_000).unwrap();
            let read = reader.read(&bytes).unwrap();
            assert_eq!(read.len(), 1, "{text}");
            assert_eq!(to_ion(&read[0], 10_000).unwrap(), to_ion(&value, 10_000).unwrap(), "{text}");
            let at_once =
                BinaryIon::default().read(&BinaryIonWriter::default().write(&value, 10_000).unwrap());
            assert_eq!(at_once.unwrap(), read, "{text}");
        }
        let mut value = Value::Int(1);
        for _ in 0..60 {
            value = Value::List(Arc::new(vec![value.clone(), value]));
        }
        assert!(writer.write(&value, 1000).is_err());
    }

    #[test]
    fn secrets_are_stars_wherever_they_are() {
        let value = from_yaml("a: [1, x]\nb: {c: 2}").unwrap();
        let Value::Map(map) = &value else { panic!("a map") };
        let mut map = (**map).clone();
        map.insert("s".into(), Value::Int(7).into_secret());
        map.insert("t".into(), Value::Str(Text::concat(&"a".into(), &Text::from("b").into_secret())));
        let value = Value::Map(Arc::new(map));
        let shown = json(&value, true);
        assert_eq!(shown.expose(), r#"{"a":[1,"x"],"b":{"c":2},"s":"******","t":"a******"}"#);
        assert!(shown.has_secret());
        let exposed = json(&value, false);
        assert_eq!(exposed.expose(), r#"{"a":[1,"x"],"b":{"c":2},"s":7,"t":"ab"}"#);
        assert!(exposed.has_secret());
    }

    #[test]
    fn a_value_that_holds_itself_many_times_is_not_written_out() {
        let mut value = Value::Int(1);
        for _ in 0..60 {
            value = Value::List(Arc::new(vec![value.clone(), value]));
        }
        assert!(to_json(&value, &TimeZone::UTC, true, 1000).is_err());
        let start = start_of_json(&value, &TimeZone::UTC, true, 100);
        assert!(start.starts_with("[[[") && start.ends_with('…'), "{start}");
        let text = Value::from("x".repeat(1000).as_str());
        assert!(start_of_json(&text, &TimeZone::UTC, true, 100).len() > 40);
    }
}
