//! Cells of SQLite. A cell has a type of its own, and the column says what it is meant to be.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_model::Value;
use rusqlite::types::{Value as Sql, ValueRef};

use crate::values::{date_time, text};

/// The day with which moments begin, as a Julian day.
const EPOCH_DAYS: f64 = 2_440_587.5;

const DAY_MILLIS: f64 = 86_400_000.0;

/// What a column is declared to hold, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    Date,
    Time,
    Moment,
    Anything,
}

impl Meant {
    pub(super) fn of(declared: Option<&str>) -> Self {
        let declared = declared.unwrap_or_default().to_ascii_uppercase();
        match declared.split(['(', ' ']).next().unwrap_or_default() {
            "DATE" => Self::Date,
            "TIME" => Self::Time,
            "DATETIME" | "TIMESTAMP" => Self::Moment,
            _ => Self::Anything,
        }
    }
}

/// A cell as a value of the language. What does not look like the date that it is meant to be stays text.
pub(super) fn cell(cell: ValueRef<'_>, meant: Meant, zone: &TimeZone) -> Result<Value, String> {
    Ok(match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => moment(number, meant).unwrap_or(Value::Int(number)),
        ValueRef::Real(number) => {
            let millis = ((number - EPOCH_DAYS) * DAY_MILLIS).round() as i64;
            moment(millis, meant).unwrap_or(Value::Float(number))
        }
        ValueRef::Blob(bytes) => Value::Bytes(bytes.into()),
        ValueRef::Text(bytes) => {
            let text =
                std::str::from_utf8(bytes).map_err(|_| "a text in it is not in UTF-8: cast it to a blob")?;
            dated(text, meant, zone).unwrap_or_else(|| Value::from(text))
        }
    })
}

/// Moments that are numbers: whole ones count milliseconds, as drivers write them, and others days.
fn moment(millis: i64, meant: Meant) -> Option<Value> {
    let moment = Timestamp::from_millisecond(millis).ok().filter(|_| meant == Meant::Moment);
    moment.map(Value::Instant)
}

fn dated(text: &str, meant: Meant, zone: &TimeZone) -> Option<Value> {
    Some(match meant {
        Meant::Anything => return None,
        Meant::Date => Value::LocalDate(text.parse().ok()?),
        Meant::Time => Value::LocalTime(text.parse().ok()?),
        Meant::Moment => {
            let iso = text.trim().replacen(' ', "T", 1);
            let moment = match iso.parse() {
                Ok(moment) => moment,
                Err(_) => date_time(text)?.to_zoned(zone.clone()).ok()?.timestamp(),
            };
            Value::Instant(moment)
        }
    })
}

/// A value for the database.
pub(super) fn parameter(value: &Value) -> Result<Sql, String> {
    Ok(match value {
        Value::Null => Sql::Null,
        Value::Bool(value) => Sql::Integer(i64::from(*value)),
        Value::Int(number) => Sql::Integer(*number),
        Value::Float(number) => Sql::Real(*number),
        Value::Float32(number) => Sql::Real(f64::from(*number)),
        Value::Bytes(bytes) => Sql::Blob(bytes.to_vec()),
        other => Sql::Text(text(other)?),
    })
}
