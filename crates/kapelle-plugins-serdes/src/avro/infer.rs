//! A schema of the rows that there are.

use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};

use super::schema::{Field, LIST, LIST_FIELD, Record, Schema, Schemas, Unit};

/// Digits of decimals that readers of these formats know.
const DIGITS_MAX: u32 = 38;

/// What is known of a value so far.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Nothing,
    Boolean,
    Long,
    Double,
    /// Digits before and behind the point.
    Decimal(u32, u32),
    String,
    Bytes,
    Date,
    Time,
    Instant(Unit),
    Local(Unit),
    List(Box<Seen>),
    Map(Vec<(Arc<str>, Seen)>),
    /// Things that do not go together.
    Mixed,
}

/// Rows that were looked at.
#[derive(Debug)]
pub(crate) struct Rows {
    seen: Seen,
    count: u64,
}

impl Rows {
    pub(crate) fn new() -> Self {
        Self { seen: Seen::Nothing, count: 0 }
    }

    pub(crate) fn add(&mut self, row: &Value) -> Result<(), Failure> {
        self.count += 1;
        if !matches!(row, Value::Map(_) | Value::List(_)) {
            return Err(Failure::new(format!(
                "row {} is no map and no list: without names there are no columns",
                self.count
            )));
        }
        self.seen = merged(std::mem::replace(&mut self.seen, Seen::Nothing), seen(row));
        Ok(())
    }

    /// The schema of all these rows. Every field of maps may be null; lists are the one field of a record.
    pub(crate) fn schema(self) -> Result<Schemas, Failure> {
        let root = match self.seen {
            Seen::Map(fields) if !fields.is_empty() => record("Record", fields, "")?,
            Seen::Nothing | Seen::Map(_) => {
                return Err(Failure::new(
                    "there is no row with a field to learn the columns from: set `schema`",
                ));
            }
            Seen::List(_) => {
                let schema = schema(self.seen, &format!("{LIST}_{LIST_FIELD}"), LIST_FIELD)?;
                let field = Field { name: LIST_FIELD.to_owned(), schema, default: None, aliases: Vec::new() };
                Schema::Record(Arc::new(Record { name: LIST.to_owned(), fields: vec![field] }))
            }
            _ => return Err(Failure::new("some rows are maps and others lists: make them one of both")),
        };
        Ok(Schemas { root, named: std::collections::BTreeMap::new() })
    }
}

fn seen(value: &Value) -> Seen {
    match value {
        Value::Null => Seen::Nothing,
        Value::Bool(_) => Seen::Boolean,
        Value::Int(_) => Seen::Long,
        Value::BigInt(number) => Seen::Decimal(digits(&number.to_string()), 0),
        Value::Float(_) | Value::Float32(_) => Seen::Double,
        Value::Decimal(number) => {
            let (unscaled, scale) = number.as_bigint_and_exponent();
            let all = i64::from(digits(&unscaled.to_string()));
            let behind = u32::try_from(scale).unwrap_or(0);
            Seen::Decimal(u32::try_from(all - scale).unwrap_or(0), behind)
        }
        Value::Str(_) => Seen::String,
        Value::Bytes(_) => Seen::Bytes,
        Value::LocalDate(_) => Seen::Date,
        Value::LocalTime(_) => Seen::Time,
        Value::Instant(moment) => Seen::Instant(unit(moment.subsec_nanosecond())),
        Value::Zoned(moment) => Seen::Instant(unit(moment.subsec_nanosecond())),
        Value::LocalDateTime(moment) => Seen::Local(unit(moment.subsec_nanosecond())),
        Value::Duration(_) => Seen::Decimal(1, 9),
        Value::List(items) => Seen::List(Box::new(items.iter().map(seen).fold(Seen::Nothing, merged))),
        Value::Map(map) => Seen::Map(map.iter().map(|(key, value)| (Arc::clone(key), seen(value))).collect()),
        Value::Secret(inner) => seen(inner),
    }
}

fn digits(text: &str) -> u32 {
    text.trim_start_matches('-').len() as u32
}

fn unit(nanos: i32) -> Unit {
    if nanos % 1_000_000 == 0 { Unit::Millis } else { Unit::Micros }
}

fn finer(left: Unit, right: Unit) -> Unit {
    if left == Unit::Millis { right } else { left }
}

fn merged(left: Seen, right: Seen) -> Seen {
    match (left, right) {
        (Seen::Nothing, other) | (other, Seen::Nothing) => other,
        (Seen::Decimal(whole, behind), Seen::Decimal(whole_too, behind_too)) => {
            Seen::Decimal(whole.max(whole_too), behind.max(behind_too))
        }
        (Seen::Decimal(whole, behind), Seen::Long) | (Seen::Long, Seen::Decimal(whole, behind)) => {
            Seen::Decimal(whole.max(19), behind)
        }
        (Seen::Double, Seen::Long | Seen::Decimal(..)) | (Seen::Long | Seen::Decimal(..), Seen::Double) => {
            Seen::Double
        }
        (Seen::Instant(left), Seen::Instant(right)) => Seen::Instant(finer(left, right)),
        (Seen::Local(left), Seen::Local(right)) => Seen::Local(finer(left, right)),
        (Seen::List(left), Seen::List(right)) => Seen::List(Box::new(merged(*left, *right))),
        (Seen::Map(mut left), Seen::Map(right)) => {
            for (key, value) in right {
                match left.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, seen)) => *seen = merged(std::mem::replace(seen, Seen::Nothing), value),
                    None => left.push((key, value)),
                }
            }
            Seen::Map(left)
        }
        (left, right) if left == right => left,
        _ => Seen::Mixed,
    }
}

fn record(name: &str, fields: Vec<(Arc<str>, Seen)>, path: &str) -> Result<Schema, Failure> {
    let fields = fields.into_iter().map(|(key, seen)| {
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        let schema = Schema::Union(vec![Schema::Null, schema(seen, &format!("{name}_{key}"), &path)?]);
        Ok(Field {
            name: key.to_string(),
            schema,
            default: Some(serde_json::Value::Null),
            aliases: Vec::new(),
        })
    });
    let fields = fields.collect::<Result<Vec<_>, Failure>>()?;
    Ok(Schema::Record(Arc::new(Record { name: plain_name(name), fields })))
}

/// A name that a type may have.
fn plain_name(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

fn schema(seen: Seen, name: &str, path: &str) -> Result<Schema, Failure> {
    Ok(match seen {
        Seen::Nothing | Seen::String => Schema::String,
        Seen::Boolean => Schema::Boolean,
        Seen::Long => Schema::Long,
        Seen::Double => Schema::Double,
        Seen::Decimal(whole, behind) => {
            let scale = behind.min(DIGITS_MAX);
            let precision = (whole + behind).max(1);
            if precision > DIGITS_MAX {
                return Err(Failure::new(format!(
                    "the field `{path}` has numbers of {precision} digits, more than {DIGITS_MAX}: set `schema` with a \
                     string or a double"
                )));
            }
            // Room for numbers that come later.
            Schema::Decimal { precision: DIGITS_MAX, scale, of: Box::new(Schema::Bytes) }
        }
        Seen::Bytes => Schema::Bytes,
        Seen::Date => Schema::Date,
        Seen::Time => Schema::TimeMicros,
        Seen::Instant(unit) => Schema::Timestamp { unit, is_local: false },
        Seen::Local(unit) => Schema::Timestamp { unit, is_local: true },
        Seen::List(items) => Schema::Array(Box::new(Schema::Union(vec![
            Schema::Null,
            schema(*items, &format!("{name}_item"), &format!("{path}[]"))?,
        ]))),
        Seen::Map(fields) if fields.is_empty() => {
            Schema::Map(Box::new(Schema::Union(vec![Schema::Null, Schema::String])))
        }
        Seen::Map(fields) => record(name, fields, path)?,
        Seen::Mixed => {
            return Err(Failure::new(format!(
                "the field `{path}` has values of types that do not go together, such as text and numbers: set `schema`, or \
                 make them one type"
            )));
        }
    })
}

/// Names of fields that Avro allows: letters, digits and `_`.
pub(crate) fn check_names(schema: &Schema) -> Result<(), Failure> {
    let Schema::Record(record) = schema else {
        return match schema {
            Schema::Union(branches) => branches.iter().try_for_each(check_names),
            Schema::Array(inner) | Schema::Map(inner) => check_names(inner),
            _ => Ok(()),
        };
    };
    record.fields.iter().try_for_each(|field| {
        let name = &field.name;
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && !name.is_empty();
        if !is_plain {
            return Err(Failure::new(format!(
                "the field `{name}` cannot be one of Avro, whose names have only letters of ASCII, digits and `_`: rename it"
            )));
        }
        check_names(&field.schema)
    })
}

/// The fields of a map that a record does not have.
pub(crate) fn unknown_field<'m>(map: &'m Map, record: &Record) -> Option<&'m str> {
    let is_known = |key: &str| {
        record.fields.iter().any(|field| field.name == key || field.aliases.iter().any(|name| name == key))
    };
    map.keys().find(|key| !is_known(key)).map(|key| &**key)
}
