//! JSON as Kestra writes it: compact, entries with null left out, date-times as text.

use jiff::tz::TimeZone;
use kapelle_model::{MASK, Value};

use super::{Output, iso_instant, scalar};

/// Writes a value as JSON. Zoned date-times are moved to `zone`, that of the server.
pub fn json(value: &Value, zone: &TimeZone, out: &mut Output) {
    write(value, zone, Manner { keeps_null: false, masks: false }, out);
}

/// As [`json`], with the entries that are null, and with stars for what is secret if it `masks`. The stars are marked
/// as the secrets would be.
pub fn whole_json(value: &Value, zone: &TimeZone, masks: bool, out: &mut Output) {
    write(value, zone, Manner { keeps_null: true, masks }, out);
}

#[derive(Clone, Copy)]
struct Manner {
    keeps_null: bool,
    masks: bool,
}

fn write(value: &Value, zone: &TimeZone, manner: Manner, out: &mut Output) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Float(number) if !number.is_finite() => json_string(&scalar(value), out),
        Value::Float32(number) if !number.is_finite() => json_string(&scalar(value), out),
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Float32(_) => {
            out.push_str(&scalar(value));
        }
        Value::Decimal(number) => out.push_str(&super::number::decimal_scientific(number)),
        Value::Str(text) if manner.masks && text.has_secret() => {
            out.marked(true, |out| json_string(&text.masked(), out));
        }
        Value::Str(text) => out.marked(text.has_secret(), |out| json_string(text.expose(), out)),
        Value::List(items) => {
            out.enclosed(["[", ",", "]"], items.iter(), |item, out| write(item, zone, manner, out));
        }
        Value::Map(map) => {
            let entries = map.iter().filter(|(_, item)| manner.keeps_null || !matches!(item, Value::Null));
            out.enclosed(["{", ",", "}"], entries, |(key, item), out| {
                json_string(key, out);
                out.push_char(':');
                write(item, zone, manner, out);
            });
        }
        Value::Instant(moment) => json_string(&iso_instant(*moment), out),
        Value::Zoned(moment) => {
            json_string(&super::moment::iso_offset_full(&moment.with_time_zone(zone.clone())), out);
        }
        Value::LocalDateTime(moment) => json_string(&super::moment::iso_date_time_full(*moment), out),
        Value::LocalTime(time) => json_string(&super::moment::iso_time_full(*time), out),
        Value::LocalDate(_) | Value::Bytes(_) => json_string(&scalar(value), out),
        Value::Duration(duration) => {
            let sign = if duration.is_negative() { "-" } else { "" };
            let nanos = duration.subsec_nanos().unsigned_abs();
            out.push_str(&format!("{sign}{}.{nanos:09}", duration.as_secs().unsigned_abs()));
        }
        Value::Secret(_) if manner.masks => out.marked(true, |out| json_string(MASK, out)),
        Value::Secret(inner) => out.marked(true, |out| write(inner, zone, manner, out)),
    }
}

/// Writes a string with its quotes. Only quotes, backslashes and control characters are escaped.
pub fn json_string(text: &str, out: &mut Output) {
    out.push_char('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => &format!("\\u{byte:04X}"),
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push_char('"');
}

#[cfg(test)]
mod tests {
    use super::super::decimal_text;
    use super::*;

    #[test]
    fn decimals_and_controls_are_written_as_java_does() {
        let mut out = Output::new(100);
        json_string("a\"\\/<é\u{1}\n", &mut out);
        assert_eq!(out.into_string(), "\"a\\\"\\\\/<é\\u0001\\n\"");
        assert_eq!(decimal_text(&"1E+3".parse().unwrap()), "1000");
    }

    #[test]
    fn bytes_are_whole_and_times_have_seconds() {
        let manner = Manner { keeps_null: true, masks: true };
        for (value, expected) in [
            (Value::Bytes(vec![0xde, 0xad, 0xbe, 0xef].into()), "\"3q2+7w==\""),
            (Value::LocalTime("10:00".parse().unwrap()), "\"10:00:00\""),
            (Value::LocalTime("10:00:00.120".parse().unwrap()), "\"10:00:00.12\""),
        ] {
            let mut out = Output::new(100);
            write(&value, &TimeZone::UTC, manner, &mut out);
            assert_eq!(out.into_string(), expected);
        }
    }
}
