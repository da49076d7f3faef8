//! Values that JSON has no form for: a word that says what it is, then what it holds.

use std::ops::Range;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};
use kapelle_model::{Text, Value};
use num_bigint::BigInt;

use super::super::base64;
use super::super::reader::{Broken, Open, Read, Reader};
use super::super::writer::Writer;
use super::TAG;

pub(in crate::codec) fn begin(out: &mut Writer, word: &str) {
    out.begin_map();
    out.key(TAG);
    out.begin_list();
    out.text(word);
}

pub(in crate::codec) fn end(out: &mut Writer) {
    out.end_list();
    out.end_map();
}

/// A tag that holds one text.
pub(super) fn write_text(out: &mut Writer, word: &str, text: &str) {
    begin(out, word);
    out.text(text);
    end(out);
}

/// A tag that holds the bits of a float: where they are not finite, they differ in nothing else.
pub(super) fn write_bits(out: &mut Writer, word: &str, bits: u64) {
    begin(out, word);
    out.unsigned(bits);
    end(out);
}

/// In hexadecimal, since decimal digits of a long number take the square of the time.
pub(super) fn write_big(out: &mut Writer, number: &BigInt) {
    write_text(out, "int", &number.to_str_radix(16));
}

pub(super) fn write_decimal(out: &mut Writer, number: &BigDecimal) {
    let (digits, scale) = number.as_bigint_and_exponent();
    begin(out, "decimal");
    out.text(&digits.to_str_radix(16));
    out.signed(scale);
    end(out);
}

pub(super) fn write_duration(out: &mut Writer, duration: SignedDuration) {
    begin(out, "duration");
    out.signed(duration.as_secs());
    out.signed(duration.subsec_nanos().into());
    end(out);
}

pub(super) fn write_zoned(out: &mut Writer, moment: &Zoned) {
    begin(out, "zoned");
    out.text(&moment.timestamp().to_string());
    write_zone(out, moment);
    end(out);
}

/// The name of a zone, or its seconds east of UTC; null for one that is not known.
fn write_zone(out: &mut Writer, moment: &Zoned) {
    let zone = moment.time_zone();
    match zone.iana_name() {
        _ if zone.is_unknown() => out.null(),
        Some(name) => out.text(name),
        None => out.signed(moment.offset().seconds().into()),
    }
}

/// Reads what stands behind the key of a tag.
pub(super) fn read(reader: &mut Reader<'_>, depth: usize) -> Read<Value> {
    let mut open = reader.list()?;
    reader.item(&mut open)?;
    let word = reader.text()?;
    reader.item(&mut open)?;
    let value = match &*word {
        "map" => Value::Map(Arc::new(super::read_map(reader, depth)?)),
        "secret" => super::read(reader, depth + 1)?.into_secret(),
        "text" => return read_text(reader, open).map(Value::Str),
        "int" => Value::BigInt(Arc::new(read_big(reader)?)),
        "float" => Value::Float(f64::from_bits(reader.number()?)),
        "float32" => Value::Float32(f32::from_bits(reader.number()?)),
        "decimal" => {
            let digits = read_big(reader)?;
            reader.item(&mut open)?;
            Value::Decimal(Arc::new(BigDecimal::new(digits, reader.number()?)))
        }
        "instant" => Value::Instant(parsed(reader)?),
        "zoned" => {
            let moment: Timestamp = parsed(reader)?;
            reader.item(&mut open)?;
            Value::Zoned(Arc::new(moment.to_zoned(read_zone(reader)?)))
        }
        "datetime" => Value::LocalDateTime(parsed(reader)?),
        "date" => Value::LocalDate(parsed(reader)?),
        "time" => Value::LocalTime(parsed(reader)?),
        "duration" => read_duration(reader, &mut open)?,
        "bytes" => match base64::read(&reader.text()?) {
            Some(bytes) => Value::Bytes(bytes.into()),
            None => return reader.expected("before this base64"),
        },
        _ => return reader.expected("before this the word of a tag that this version knows"),
    };
    reader.close(open)?;
    Ok(value)
}

/// The places of secrets have to be such that no character is cut: showing the text relies on it.
fn read_text(reader: &mut Reader<'_>, mut open: Open) -> Read<Text> {
    let text = reader.shared()?;
    let mut secrets: Vec<Range<usize>> = Vec::new();
    while reader.more(&mut open)? {
        let start = reader.number()?;
        reader.item(&mut open)?;
        let range = start..reader.number()?;
        let before = secrets.last().map_or(0, |range| range.end);
        if range.start < before || range.is_empty() || text.get(range.clone()).is_none() {
            return reader.expected("before this a part of the text");
        }
        secrets.push(range);
    }
    // Without a place nothing would be masked.
    if secrets.is_empty() {
        Ok(Text::from(text).into_secret())
    } else {
        Ok(Text::with_secrets(text, secrets))
    }
}

fn read_big(reader: &mut Reader<'_>) -> Read<BigInt> {
    let text = reader.text()?;
    match BigInt::parse_bytes(text.as_bytes(), 16) {
        Some(number) => Ok(number),
        None => reader.expected("before this a hexadecimal number"),
    }
}

fn read_duration(reader: &mut Reader<'_>, open: &mut Open) -> Read<Value> {
    let seconds = reader.number()?;
    reader.item(open)?;
    let nanos = reader.number::<i32>()?;
    // More would run over, where the seconds are the last ones already.
    if nanos.unsigned_abs() >= 1_000_000_000 {
        return reader.expected("before this less than a second");
    }
    Ok(Value::Duration(SignedDuration::new(seconds, nanos)))
}

fn read_zone(reader: &mut Reader<'_>) -> Read<TimeZone> {
    match reader.peek() {
        b'n' if reader.null() => Ok(TimeZone::unknown()),
        b'"' => {
            let name = reader.text()?;
            TimeZone::get(&name)
                .map_err(|_| Broken::Content("it names a time zone that is not known here".to_owned()))
        }
        _ => match Offset::from_seconds(reader.number()?) {
            Ok(offset) => Ok(TimeZone::fixed(offset)),
            Err(_) => reader.expected("before this an offset from UTC"),
        },
    }
}

fn parsed<T: std::str::FromStr>(reader: &mut Reader<'_>) -> Read<T> {
    match reader.text()?.parse() {
        Ok(value) => Ok(value),
        Err(_) => reader.expected("before this a moment or date"),
    }
}
