//! Columns and cells of MySQL. Both forms of rows become text first, and then values.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_model::Value;

use super::packets::Content;
use crate::values::date_time;
use crate::wrong::Wrong;

/// The types of columns.
pub(super) mod kind {
    pub(in super::super) const DECIMAL: u8 = 0;
    pub(in super::super) const TINY: u8 = 1;
    pub(in super::super) const SHORT: u8 = 2;
    pub(in super::super) const LONG: u8 = 3;
    pub(in super::super) const FLOAT: u8 = 4;
    pub(in super::super) const DOUBLE: u8 = 5;
    pub(in super::super) const NULL: u8 = 6;
    pub(in super::super) const TIMESTAMP: u8 = 7;
    pub(in super::super) const LONGLONG: u8 = 8;
    pub(in super::super) const INT24: u8 = 9;
    pub(in super::super) const DATE: u8 = 10;
    pub(in super::super) const TIME: u8 = 11;
    pub(in super::super) const DATETIME: u8 = 12;
    pub(in super::super) const YEAR: u8 = 13;
    pub(in super::super) const BIT: u8 = 16;
    pub(in super::super) const NEWDECIMAL: u8 = 246;
    pub(in super::super) const TINY_BLOB: u8 = 249;
    pub(in super::super) const BLOB: u8 = 252;
    pub(in super::super) const VAR_STRING: u8 = 253;
    pub(in super::super) const STRING: u8 = 254;
    pub(in super::super) const GEOMETRY: u8 = 255;
}

const UNSIGNED: u16 = 1 << 5;

/// What is no text.
const BINARY: u16 = 63;

pub(super) struct Column {
    pub(super) name: String,
    characters: u16,
    length: u32,
    kind: u8,
    flags: u16,
    is_json: bool,
}

/// Whose types of tasks ask: they differ in the values that they give.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Mysql,
    Mariadb,
}

/// How cells become values.
pub(super) struct Manner {
    /// The zone of the session: `TIMESTAMP` is told in it.
    pub(super) session: TimeZone,
    /// The zone of the task.
    pub(super) task: TimeZone,
    pub(super) system: System,
    /// `TINYINT(1)` is what is declared as `boolean`.
    pub(super) tiny_is_bool: bool,
    /// A `YEAR` is its first day.
    pub(super) year_is_date: bool,
}

impl Column {
    pub(super) fn read(packet: &[u8], says_more: bool) -> Result<Self, Wrong> {
        let mut content = Content(packet);
        // Catalogue, schema, table, and its own name.
        for _ in 0..4 {
            content.counted()?;
        }
        let name = String::from_utf8_lossy(content.counted()?.unwrap_or_default()).into_owned();
        content.counted()?;
        let more = if says_more { content.counted()?.unwrap_or_default() } else { &[] };
        let is_json = format_of(more)? == b"json";
        content.number()?;
        let characters = u16::from_le_bytes(content.take()?);
        let length = u32::from_le_bytes(content.take()?);
        let kind = content.byte()?;
        let flags = u16::from_le_bytes(content.take()?);
        Ok(Self { name, characters, length, kind, flags, is_json })
    }

    const fn is_unsigned(&self) -> bool {
        self.flags & UNSIGNED != 0
    }

    /// A cell as a value of the language.
    fn value(&self, raw: &[u8], manner: &Manner) -> Result<Value, String> {
        let is_binary = self.characters == BINARY;
        match self.kind {
            kind::BIT if self.length == 1 => return Ok(Value::Bool(raw.iter().any(|byte| *byte != 0))),
            kind::BIT | kind::GEOMETRY => return Ok(Value::Bytes(raw.into())),
            kind::TINY_BLOB..=kind::STRING if is_binary => return Ok(Value::Bytes(raw.into())),
            _ => {}
        }
        let text = std::str::from_utf8(raw).map_err(|_| "it is no text in UTF-8")?;
        Ok(match self.kind {
            kind::TINY if self.length == 1 && manner.tiny_is_bool => Value::Bool(text != "0"),
            kind::LONGLONG if self.is_unsigned() => Value::from(text),
            kind::TINY | kind::SHORT | kind::LONG | kind::LONGLONG | kind::INT24 => Value::Int(number(text)?),
            kind::FLOAT => Value::Float32(number(text)?),
            kind::DOUBLE => Value::Float(number(text)?),
            kind::DECIMAL | kind::NEWDECIMAL => Value::Decimal(Arc::new(number::<BigDecimal>(text)?)),
            // The zero date of MySQL is no date, and neither is a day that does not exist.
            kind::DATE => text.parse().map_or(Value::Null, Value::LocalDate),
            // More hours than a day has are text.
            kind::TIME => text.parse().map_or_else(|_| Value::from(text), Value::LocalTime),
            kind::YEAR if !manner.year_is_date => Value::Int(number(text)?),
            kind::YEAR => format!("{text}-01-01").parse().map_or(Value::Null, Value::LocalDate),
            kind::DATETIME | kind::TIMESTAMP => self.moment(text, manner).unwrap_or_default(),
            _ if self.is_json => plain::from_json(text).map_err(|_| "it is no JSON")?,
            _ => Value::from(text),
        })
    }

    /// Nothing for the zero date, and for an hour that its zone does not have.
    fn moment(&self, text: &str, manner: &Manner) -> Option<Value> {
        let local = date_time(text)?;
        let is_moment = self.kind == kind::TIMESTAMP;
        let zoned = |zone: &TimeZone| local.to_zoned(zone.clone()).ok();
        Some(match (manner.system, is_moment) {
            (System::Mysql, false) => Value::LocalDateTime(local),
            (System::Mysql, true) => Value::Instant(zoned(&manner.session)?.timestamp()),
            (System::Mariadb, false) => Value::Zoned(Arc::new(zoned(&manner.task)?)),
            (System::Mariadb, true) => {
                Value::Zoned(Arc::new(zoned(&manner.session)?.with_time_zone(manner.task.clone())))
            }
        })
    }
}

/// The format of texts, among what a column says beside its type: pairs of a number and a text.
fn format_of(more: &[u8]) -> Result<&[u8], Wrong> {
    let mut content = Content(more);
    while !content.0.is_empty() {
        let (about, said) = (content.byte()?, content.counted()?);
        if about == 1 {
            return Ok(said.unwrap_or_default());
        }
    }
    Ok(&[])
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "its number is damaged".to_owned())
}

/// The cells of a row, from the form that plain statements give.
pub(super) fn text_row(packet: &[u8], columns: &[Column], manner: &Manner) -> Result<Vec<Value>, Wrong> {
    let mut content = Content(packet);
    let cells = columns.iter().map(|column| match content.counted()? {
        None => Ok(Value::Null),
        Some(raw) => column.value(raw, manner).map_err(|reason| unreadable(column, &reason)),
    });
    cells.collect()
}

fn unreadable(column: &Column, reason: &str) -> Wrong {
    Wrong::new(format!("the column `{}` cannot be read: {reason}", column.name))
}

/// The cells of a row, from the form that prepared statements give.
pub(super) fn binary_row(packet: &[u8], columns: &[Column], manner: &Manner) -> Result<Vec<Value>, Wrong> {
    let mut content = Content(packet);
    content.byte()?;
    let nulls = content.some((columns.len() + 9) / 8)?;
    let mut cells = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let bit = at + 2;
        if nulls[bit / 8] >> (bit % 8) & 1 == 1 {
            cells.push(Value::Null);
            continue;
        }
        let text = binary_cell(&mut content, column)?;
        cells.push(column.value(&text, manner).map_err(|reason| unreadable(column, &reason))?);
    }
    Ok(cells)
}

/// A cell as plain statements give it.
fn binary_cell(content: &mut Content<'_>, column: &Column) -> Result<Vec<u8>, Wrong> {
    let unsigned = column.is_unsigned();
    let text = match column.kind {
        kind::TINY if unsigned => content.byte()?.to_string(),
        kind::TINY => content.byte()?.cast_signed().to_string(),
        kind::SHORT | kind::YEAR if unsigned => u16::from_le_bytes(content.take()?).to_string(),
        kind::SHORT | kind::YEAR => i16::from_le_bytes(content.take()?).to_string(),
        kind::LONG | kind::INT24 if unsigned => u32::from_le_bytes(content.take()?).to_string(),
        kind::LONG | kind::INT24 => i32::from_le_bytes(content.take()?).to_string(),
        kind::LONGLONG if unsigned => u64::from_le_bytes(content.take()?).to_string(),
        kind::LONGLONG => i64::from_le_bytes(content.take()?).to_string(),
        kind::FLOAT => f32::from_le_bytes(content.take()?).to_string(),
        kind::DOUBLE => f64::from_le_bytes(content.take()?).to_string(),
        kind::DATE | kind::DATETIME | kind::TIMESTAMP => binary_date(content, column.kind == kind::DATE)?,
        kind::TIME => binary_time(content)?,
        _ => return Ok(content.counted()?.unwrap_or_default().to_vec()),
    };
    Ok(text.into_bytes())
}

fn binary_date(content: &mut Content<'_>, is_date: bool) -> Result<String, Wrong> {
    let length = usize::from(content.byte()?);
    let mut parts = Content(content.some(length)?);
    let mut next = || parts.byte().unwrap_or(0);
    let year = u16::from_le_bytes([next(), next()]);
    let (month, day, hour, minute, second) = (next(), next(), next(), next(), next());
    let micros = u32::from_le_bytes([next(), next(), next(), next()]);
    let date = format!("{year:04}-{month:02}-{day:02}");
    Ok(if is_date { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}.{micros:06}") })
}

fn binary_time(content: &mut Content<'_>) -> Result<String, Wrong> {
    let length = usize::from(content.byte()?);
    let mut parts = Content(content.some(length)?);
    let mut next = || parts.byte().unwrap_or(0);
    let sign = if next() == 1 { "-" } else { "" };
    let days = u32::from_le_bytes([next(), next(), next(), next()]);
    let (hour, minute, second) = (next(), next(), next());
    let micros = u32::from_le_bytes([next(), next(), next(), next()]);
    let hours = u64::from(days) * 24 + u64::from(hour);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    Ok(format!("{sign}{hours:02}:{minute:02}:{second:02}{fraction}"))
}
