//! What fields of Parquet are as values of rows.

use std::fmt::Write as _;
use std::sync::Arc;

use kapelle_model::{Map, Value};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::data_type::AsBytes;
use parquet::record::{Field, List, Map as Entries, Row};
use parquet::schema::types::{ColumnDescriptor, Type};

use crate::avro::datum::{day, decimal, moment, time};
use crate::avro::schema::Unit;

/// A type that cannot be read, in words.
pub(super) fn unreadable(column: &ColumnDescriptor) -> Option<String> {
    use ConvertedType as Kind;
    let kind = column.converted_type();
    let is_known = match column.physical_type() {
        Physical::BOOLEAN | Physical::INT96 | Physical::FLOAT | Physical::DOUBLE => true,
        Physical::INT32 => matches!(
            kind,
            Kind::NONE
                | Kind::INT_8
                | Kind::INT_16
                | Kind::INT_32
                | Kind::UINT_8
                | Kind::UINT_16
                | Kind::UINT_32
                | Kind::DATE
                | Kind::TIME_MILLIS
                | Kind::DECIMAL
        ),
        Physical::INT64 => matches!(
            kind,
            Kind::NONE
                | Kind::INT_64
                | Kind::UINT_64
                | Kind::TIME_MICROS
                | Kind::TIMESTAMP_MILLIS
                | Kind::TIMESTAMP_MICROS
                | Kind::DECIMAL
        ),
        Physical::BYTE_ARRAY => {
            matches!(kind, Kind::NONE | Kind::UTF8 | Kind::ENUM | Kind::JSON | Kind::BSON | Kind::DECIMAL)
        }
        Physical::FIXED_LEN_BYTE_ARRAY => matches!(kind, Kind::NONE | Kind::DECIMAL),
    };
    (!is_known)
        .then(|| format!("the column `{}` has the type {kind}, which is not known", column.path().string()))
}

/// A row; nothing if a date in it does not exist.
pub(super) fn row(row: Row, schema: &Type) -> Option<Value> {
    let fields = row.into_columns().into_iter().zip(schema.get_fields());
    let entries = fields.map(|((name, field), schema)| Some((name.into(), value(field, schema)?)));
    Some(Value::Map(Arc::new(entries.collect::<Option<Map>>()?)))
}

fn value(field: Field, schema: &Type) -> Option<Value> {
    let logical = schema.get_basic_info().logical_type_ref();
    let is_local = matches!(logical, Some(LogicalType::Timestamp(kind)) if !kind.is_adjusted_to_u_t_c);
    Some(match field {
        Field::Null => Value::Null,
        Field::Bool(flag) => Value::Bool(flag),
        Field::Byte(number) => Value::Int(number.into()),
        Field::Short(number) => Value::Int(number.into()),
        Field::Int(number) => Value::Int(number.into()),
        Field::Long(number) => match logical {
            Some(LogicalType::Timestamp(kind)) if kind.unit == TimeUnit::NANOS => {
                moment(number, Unit::Nanos, is_local)?
            }
            Some(LogicalType::Time(kind)) if kind.unit == TimeUnit::NANOS => Value::LocalTime(time(number)?),
            _ => Value::Int(number),
        },
        Field::UByte(number) => Value::Int(number.into()),
        Field::UShort(number) => Value::Int(number.into()),
        Field::UInt(number) => Value::Int(number.into()),
        Field::ULong(number) => match i64::try_from(number) {
            Ok(number) => Value::Int(number),
            Err(_) => Value::BigInt(Arc::new(number.into())),
        },
        Field::Float16(number) => Value::Float32(number.to_f32()),
        Field::Float(number) => Value::Float32(number),
        Field::Double(number) => Value::Float(number),
        Field::Decimal(number) => decimal(number.data(), number.scale().into()),
        Field::Str(text) => Value::Str(text.into()),
        Field::Bytes(bytes) if logical == Some(&LogicalType::Uuid) => {
            Value::Str(uuid(bytes.as_bytes()).into())
        }
        Field::Bytes(bytes) => Value::Bytes(bytes.data().into()),
        Field::Date(days) => Value::LocalDate(day(days)?),
        Field::TimeMillis(millis) => Value::LocalTime(time(i64::from(millis).checked_mul(1_000_000)?)?),
        Field::TimeMicros(micros) => Value::LocalTime(time(micros.checked_mul(1_000)?)?),
        Field::TimestampMillis(count) => moment(count, Unit::Millis, is_local)?,
        Field::TimestampMicros(count) => moment(count, Unit::Micros, is_local)?,
        Field::Group(inner) => row(inner, schema)?,
        Field::ListInternal(items) => list(&items, schema)?,
        Field::MapInternal(entries) => map(&entries, schema)?,
    })
}

/// The items of a list stand in a group of their own, but for lists of old files.
fn list(items: &List, schema: &Type) -> Option<Value> {
    let element = if schema.is_group() { element(schema) } else { Some(schema) };
    let items = items.elements().iter().map(|item| value(item.clone(), element.unwrap_or(schema)));
    Some(Value::List(Arc::new(items.collect::<Option<_>>()?)))
}

fn element(schema: &Type) -> Option<&Type> {
    let repeated = schema.get_fields().first()?;
    let has_group = repeated.is_group() && repeated.get_fields().len() == 1 && repeated.name() != "array";
    if has_group { repeated.get_fields().first().map(|field| &**field) } else { Some(repeated) }
}

fn map(entries: &Entries, schema: &Type) -> Option<Value> {
    let repeated = schema.get_fields().first()?;
    let (key_type, value_type) = (repeated.get_fields().first()?, repeated.get_fields().get(1)?);
    let entry = |(key, item): &(Field, Field)| {
        let key = value(key.clone(), key_type)?;
        let key = kapelle_core::property::text_of(&key).ok()?;
        Some((key.expose().into(), value(item.clone(), value_type)?))
    };
    Some(Value::Map(Arc::new(entries.entries().iter().map(entry).collect::<Option<Map>>()?)))
}

fn uuid(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}
