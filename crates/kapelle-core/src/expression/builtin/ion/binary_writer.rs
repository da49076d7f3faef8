//! Writes binary Ion, value by value. What a value means is as in [`super::writer`].
//!
//! Names are written once: a table of the new ones stands before the value that needs them.

use std::collections::HashMap;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use kapelle_model::Value;
use num_bigint::{BigInt, BigUint, Sign};

use super::Read;
use super::binary::{MARK, SYSTEM_SYMBOLS};
use crate::expression::form;
use crate::expression::output::Output;

/// Names that are remembered. Data whose fields have ever new names begins anew with it.
const NAMES_MAX: usize = 50_000;

/// The numbers of symbols that are always there.
const SYMBOL_TABLE: usize = 3;
const IMPORTS: usize = 6;
const SYMBOLS: usize = 7;

/// The high half of the byte that a value begins with.
mod kind {
    pub(super) const POSITIVE: u8 = 2;
    pub(super) const NEGATIVE: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    pub(super) const DECIMAL: u8 = 5;
    pub(super) const TIMESTAMP: u8 = 6;
    pub(super) const SYMBOL: u8 = 7;
    pub(super) const TEXT: u8 = 8;
    pub(super) const BLOB: u8 = 10;
    pub(super) const LIST: u8 = 11;
    pub(super) const STRUCT: u8 = 13;
    pub(super) const ANNOTATED: u8 = 14;
}

/// What was written so far, as far as it matters for what follows.
#[derive(Debug, Default)]
pub(in crate::expression) struct Writer {
    ids: HashMap<Arc<str>, usize>,
    /// Names that no table has yet.
    new: Vec<Arc<str>>,
    is_begun: bool,
    bytes_max: usize,
}

impl Writer {
    /// The bytes of the next value, with what has to stand before it; no more than so many.
    pub(in crate::expression) fn write(&mut self, value: &Value, bytes_max: usize) -> Read<Vec<u8>> {
        if self.ids.len() > NAMES_MAX {
            *self = Self::default();
        }
        self.bytes_max = bytes_max;
        let mut body = Vec::new();
        self.value(value, &mut body)?;
        let mut out = Vec::new();
        if !self.is_begun {
            out.extend(MARK);
        }
        let new = std::mem::take(&mut self.new);
        if !new.is_empty() {
            put_table(&new, self.ids.len() > new.len(), &mut out);
        }
        self.is_begun = true;
        out.append(&mut body);
        Ok(out)
    }

    fn value(&mut self, value: &Value, out: &mut Vec<u8>) -> Read<()> {
        match value {
            Value::Null => out.push(0x0f),
            Value::Bool(flag) => out.push(0x10 | u8::from(*flag)),
            Value::Int(number) => put_integer(&BigInt::from(*number), out),
            Value::BigInt(number) => put_integer(number, out),
            Value::Float(number) => put(kind::FLOAT, &number.to_be_bytes(), out),
            Value::Float32(number) => put(kind::FLOAT, &f64::from(*number).to_be_bytes(), out),
            Value::Decimal(number) => put_decimal(number, out),
            Value::Str(text) => put(kind::TEXT, text.expose().as_bytes(), out),
            Value::Bytes(bytes) => put(kind::BLOB, bytes, out),
            Value::Instant(moment) => put_instant(*moment, out),
            Value::LocalDate(date) => {
                // An offset of minus zero says that nobody knows it.
                let mut content = vec![0xc0];
                put_date(*date, &mut content);
                put(kind::TIMESTAMP, &content, out);
            }
            Value::Zoned(moment) => {
                let region = moment.time_zone().iana_name().filter(|name| *name != "UTC");
                let region = region.map(|name| format!("[{name}]")).unwrap_or_default();
                self.annotated("ZonedDateTime", &format!("{}{region}", form::iso_offset_full(moment)), out);
            }
            Value::LocalDateTime(moment) => {
                self.annotated("LocalDateTime", &form::iso_date_time_full(*moment), out);
            }
            Value::LocalTime(_) => {
                let mut text = Output::new(usize::MAX);
                form::java(value, &mut text);
                self.annotated("LocalTime", &text.into_string(), out);
            }
            Value::Duration(_) => {
                let mut text = Output::new(usize::MAX);
                form::json(value, &TimeZone::UTC, &mut text);
                put_decimal(&text.into_string().parse().unwrap_or_default(), out);
            }
            Value::List(items) => {
                let mut content = Vec::new();
                for item in items.iter() {
                    self.value(item, &mut content)?;
                }
                put(kind::LIST, &content, out);
            }
            Value::Map(map) => {
                let mut content = Vec::new();
                for (name, item) in map.iter() {
                    put_unsigned(self.id(name), &mut content);
                    self.value(item, &mut content)?;
                }
                put(kind::STRUCT, &content, out);
            }
            Value::Secret(inner) => self.value(inner, out)?,
        }
        // One value may be in a list many times, so that the whole is much larger than its parts.
        if out.len() > self.bytes_max {
            return Err(format!("the value has more than {} bytes", self.bytes_max));
        }
        Ok(())
    }

    fn annotated(&mut self, annotation: &str, text: &str, out: &mut Vec<u8>) {
        let id = self.id(&annotation.into());
        put_annotated(id, |content| put(kind::TEXT, text.as_bytes(), content), out);
    }

    fn id(&mut self, name: &Arc<str>) -> usize {
        if let Some(system) = SYSTEM_SYMBOLS.iter().position(|known| **known == **name) {
            return system + 1;
        }
        if let Some(known) = self.ids.get(name) {
            return *known;
        }
        let id = SYSTEM_SYMBOLS.len() + 1 + self.ids.len();
        self.ids.insert(Arc::clone(name), id);
        self.new.push(Arc::clone(name));
        id
    }
}

/// A table of symbols: one that adds to those before, or the first one.
fn put_table(names: &[Arc<str>], is_more: bool, out: &mut Vec<u8>) {
    let mut texts = Vec::new();
    for name in names {
        put(kind::TEXT, name.as_bytes(), &mut texts);
    }
    let mut table = Vec::new();
    if is_more {
        put_unsigned(IMPORTS, &mut table);
        put(kind::SYMBOL, &[SYMBOL_TABLE as u8], &mut table);
    }
    put_unsigned(SYMBOLS, &mut table);
    put(kind::LIST, &texts, &mut table);
    put_annotated(SYMBOL_TABLE, |content| put(kind::STRUCT, &table, content), out);
}

fn put_annotated(annotation: usize, write: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
    let mut id = Vec::new();
    put_unsigned(annotation, &mut id);
    let mut content = Vec::new();
    put_unsigned(id.len(), &mut content);
    content.append(&mut id);
    write(&mut content);
    put(kind::ANNOTATED, &content, out);
}

/// A value with its kind and its size.
fn put(kind: u8, content: &[u8], out: &mut Vec<u8>) {
    if content.len() < 14 {
        out.push(kind << 4 | content.len() as u8);
    } else {
        out.push(kind << 4 | 0x0e);
        put_unsigned(content.len(), out);
    }
    out.extend(content);
}

/// Groups of seven bits, the last one marked.
fn put_unsigned(number: usize, out: &mut Vec<u8>) {
    let mut groups = vec![number as u8 & 0x7f | 0x80];
    let mut rest = number >> 7;
    while rest > 0 {
        groups.push(rest as u8 & 0x7f);
        rest >>= 7;
    }
    out.extend(groups.iter().rev());
}

/// As [`put_unsigned`], with a sign in the first group, which has six bits then.
fn put_signed(number: i64, out: &mut Vec<u8>) {
    let mut groups = Vec::new();
    let mut rest = number.unsigned_abs();
    while rest > 0x3f {
        groups.push(rest as u8 & 0x7f);
        rest >>= 7;
    }
    groups.push(rest as u8 | if number < 0 { 0x40 } else { 0 });
    groups[0] |= 0x80;
    out.extend(groups.iter().rev());
}

fn put_integer(number: &BigInt, out: &mut Vec<u8>) {
    let kind = if number.sign() == Sign::Minus { kind::NEGATIVE } else { kind::POSITIVE };
    put(kind, &magnitude(number.magnitude()), out);
}

/// The bytes of a number; none for zero.
fn magnitude(number: &BigUint) -> Vec<u8> {
    if *number == BigUint::ZERO { Vec::new() } else { number.to_bytes_be() }
}

/// A number whose first bit is its sign.
fn put_coefficient(number: &BigInt, out: &mut Vec<u8>) {
    let mut bytes = magnitude(number.magnitude());
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    if number.sign() == Sign::Minus {
        bytes[0] |= 0x80;
    }
    out.append(&mut bytes);
}

fn put_decimal(number: &BigDecimal, out: &mut Vec<u8>) {
    let (digits, scale) = number.as_bigint_and_exponent();
    let mut content = Vec::new();
    put_signed(-scale, &mut content);
    put_coefficient(&digits, &mut content);
    put(kind::DECIMAL, &content, out);
}

fn put_date(date: Date, out: &mut Vec<u8>) {
    for field in [date.year(), i16::from(date.month()), i16::from(date.day())] {
        put_unsigned(field.unsigned_abs().into(), out);
    }
}

/// In UTC, with milliseconds or with nanoseconds.
fn put_instant(moment: jiff::Timestamp, out: &mut Vec<u8>) {
    let local = Offset::UTC.to_datetime(moment);
    let mut content = vec![0x80];
    put_date(local.date(), &mut content);
    for field in [local.hour(), local.minute(), local.second()] {
        put_unsigned(field.unsigned_abs().into(), &mut content);
    }
    let nanos = local.subsec_nanosecond();
    let (exponent, fraction) = if nanos % 1_000_000 == 0 { (-3, nanos / 1_000_000) } else { (-9, nanos) };
    put_signed(exponent, &mut content);
    put_coefficient(&BigInt::from(fraction), &mut content);
    put(kind::TIMESTAMP, &content, out);
}
