//! Values that have a schema.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::civil::{DateTime, Time, date};
use jiff::{Timestamp, ToSpan};
use kapelle_model::{Map, Value};
use num_bigint::BigInt;

use super::schema::{LIST_FIELD, Schema, Schemas, Unit};

/// A value as its schema has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Datum {
    Null,
    Boolean(bool),
    /// Also dates and times.
    Int(i32),
    /// Also moments.
    Long(i64),
    Float(f32),
    Double(f64),
    /// Also decimals: digits as a number in bytes, the highest first.
    Bytes(Vec<u8>),
    String(String),
    /// The place of a symbol.
    Enum(usize),
    Array(Vec<Datum>),
    Map(Vec<(String, Datum)>),
    Record(Vec<Datum>),
    Union(usize, Box<Datum>),
}

/// The row that a datum is; a list if the record only stands for one.
pub(crate) fn row(datum: Datum, schemas: &Schemas) -> Option<Value> {
    let row = value(datum, &schemas.root, schemas)?;
    match (row, &schemas.root) {
        (Value::Map(fields), Schema::Record(record)) if record.is_list() => fields.get(LIST_FIELD).cloned(),
        (row, _) => Some(row),
    }
}

/// The value of rows that a datum is. A date that is too far away has none.
pub(crate) fn value(datum: Datum, schema: &Schema, schemas: &Schemas) -> Option<Value> {
    Some(match (datum, schemas.resolve(schema)) {
        (Datum::Null, _) => Value::Null,
        (Datum::Boolean(flag), _) => Value::Bool(flag),
        (Datum::Int(days), Schema::Date) => Value::LocalDate(day(days)?),
        (Datum::Int(millis), Schema::TimeMillis) => Value::LocalTime(time(i64::from(millis) * 1_000_000)?),
        (Datum::Int(number), _) => Value::Int(i64::from(number)),
        (Datum::Long(micros), Schema::TimeMicros) => Value::LocalTime(time(micros.checked_mul(1_000)?)?),
        (Datum::Long(count), Schema::Timestamp { unit, is_local }) => moment(count, *unit, *is_local)?,
        (Datum::Long(number), _) => Value::Int(number),
        (Datum::Float(number), _) => Value::Float32(number),
        (Datum::Double(number), _) => Value::Float(number),
        (Datum::Bytes(digits), Schema::Decimal { scale, .. }) => decimal(&digits, i64::from(*scale)),
        (Datum::Bytes(bytes), _) => Value::Bytes(bytes.into()),
        (Datum::String(text), _) => Value::Str(text.into()),
        (Datum::Enum(place), Schema::Enum { symbols, .. }) => Value::from(symbols.get(place)?.as_str()),
        (Datum::Array(items), Schema::Array(of)) => {
            let items = items.into_iter().map(|item| value(item, of, schemas));
            Value::List(Arc::new(items.collect::<Option<_>>()?))
        }
        (Datum::Map(entries), Schema::Map(of)) => {
            let entries =
                entries.into_iter().map(|(key, item)| Some((key.into(), value(item, of, schemas)?)));
            Value::Map(Arc::new(entries.collect::<Option<Map>>()?))
        }
        (Datum::Record(fields), Schema::Record(record)) => {
            let fields = record.fields.iter().zip(fields);
            let entries = fields.map(|(field, item)| {
                Some((field.name.as_str().into(), value(item, &field.schema, schemas)?))
            });
            Value::Map(Arc::new(entries.collect::<Option<Map>>()?))
        }
        (Datum::Union(place, item), Schema::Union(branches)) => value(*item, branches.get(place)?, schemas)?,
        _ => return None,
    })
}

pub(crate) fn day(days: i32) -> Option<jiff::civil::Date> {
    date(1970, 1, 1).checked_add(days.days()).ok()
}

pub(crate) fn time(nanos: i64) -> Option<Time> {
    if !(0..86_400_000_000_000).contains(&nanos) {
        return None;
    }
    Time::midnight().checked_add(nanos.nanoseconds()).ok()
}

pub(crate) fn moment(count: i64, unit: Unit, is_local: bool) -> Option<Value> {
    let moment = timestamp(count, unit)?;
    Some(if is_local { Value::LocalDateTime(local(moment)) } else { Value::Instant(moment) })
}

pub(crate) fn timestamp(count: i64, unit: Unit) -> Option<Timestamp> {
    let moment = match unit {
        Unit::Millis => Timestamp::from_millisecond(count),
        Unit::Micros => Timestamp::from_microsecond(count),
        Unit::Nanos => Timestamp::from_nanosecond(i128::from(count)),
    };
    moment.ok()
}

fn local(moment: Timestamp) -> DateTime {
    jiff::tz::Offset::UTC.to_datetime(moment)
}

pub(crate) fn decimal(digits: &[u8], scale: i64) -> Value {
    Value::Decimal(Arc::new(BigDecimal::new(BigInt::from_signed_bytes_be(digits), scale)))
}
