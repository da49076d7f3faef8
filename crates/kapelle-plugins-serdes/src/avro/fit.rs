//! From values of rows to what a schema wants.

use std::fmt::Arguments;
use std::sync::Arc;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::{Offset, TimeZone};
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_core::time::locale::Locale;
use kapelle_core::time::pattern::{Parsed, Pattern};
use kapelle_model::{Map, Value};
use kapelle_plugin::ion::ROW_BYTES_MAX;
use num_bigint::BigInt;

use super::datum::{Datum, timestamp};
use super::infer::unknown_field;
use super::schema::{Field, Record, Schema, Schemas, Unit};
use crate::numbers::{bounded, decimal};

/// How texts become other types.
pub(crate) struct Manner {
    pub(crate) true_values: Vec<String>,
    pub(crate) false_values: Vec<String>,
    pub(crate) null_values: Vec<String>,
    pub(crate) date: Arc<Pattern>,
    /// With [`DAY_PATTERN`] in front.
    pub(crate) time: Arc<Pattern>,
    pub(crate) date_time: Arc<Pattern>,
    pub(crate) decimal_separator: char,
    /// A field that the schema does not have is an error.
    pub(crate) is_strict: bool,
    /// Texts that mean null or a flag are that in every field, not only where the schema says so.
    pub(crate) infers_all: bool,
    /// A cell that does not fit is null.
    pub(crate) forgives: bool,
    pub(crate) zone: TimeZone,
}

/// What is read into has a date: patterns of times, and the texts that they read, get this one in front.
pub(crate) const DAY: &str = "1970-01-01T";
pub(crate) const DAY_PATTERN: &str = "yyyy-MM-dd'T'";

/// What numbers the values of rows without a header, from 0.
const NUMBERED: &str = "col";

type Fit<T = Datum> = Result<T, String>;

/// Why cells became null that did not fit.
type Forgiven = Vec<String>;

pub(crate) struct Fitting<'f> {
    pub(crate) manner: &'f Manner,
    pub(crate) schemas: &'f Schemas,
}

/// A row that fits.
pub(crate) struct Fitted {
    pub(crate) datum: Datum,
    /// What was wrong with cells that are null now, with the paths of their fields.
    pub(crate) forgiven: Forgiven,
}

impl Fitting<'_> {
    /// The datum of a row; what is wrong with it else, with the path of the field.
    pub(crate) fn row(&self, row: &Value) -> Fit<Fitted> {
        let mut forgiven = Forgiven::new();
        let datum = match (row, &self.schemas.root) {
            (Value::List(_), Schema::Record(record)) if let Some(field) = record.only_list() => self
                .within(format_args!(".{}", field.name), row, &field.schema, &mut forgiven)
                .map(|datum| Datum::Record(vec![datum])),
            (Value::Map(map), Schema::Record(record)) if is_numbered(map, record) => self.list(
                map.len(),
                &|place| map.get(format!("{NUMBERED}{place}").as_str()),
                record,
                &mut forgiven,
            ),
            (row, root) => self.fit(row, root, &mut forgiven),
        };
        Ok(Fitted { datum: datum?, forgiven })
    }

    fn fit(&self, value: &Value, schema: &Schema, forgiven: &mut Forgiven) -> Fit {
        let schema = self.schemas.resolve(schema);
        match schema {
            Schema::Union(branches) => self.union(value, branches, forgiven),
            Schema::Record(record) => match value {
                Value::Map(map) => self.record(map, record, forgiven),
                Value::List(items) => self.list(items.len(), &|place| items.get(place), record, forgiven),
                _ => Err(wrong(value, schema)),
            },
            Schema::Array(of) => match value {
                Value::List(items) => {
                    let item =
                        |(place, item)| self.within(format_args!("[{place}]"), item, of, &mut *forgiven);
                    items.iter().enumerate().map(item).collect::<Fit<_>>().map(Datum::Array)
                }
                _ => Err(wrong(value, schema)),
            },
            Schema::Map(of) => match value {
                Value::Map(map) => {
                    let entry = |(key, item): (&Arc<str>, &Value)| {
                        let datum = self.within(format_args!(".{key}"), item, of, &mut *forgiven)?;
                        Ok((key.to_string(), datum))
                    };
                    map.iter().map(entry).collect::<Fit<_>>().map(Datum::Map)
                }
                _ => Err(wrong(value, schema)),
            },
            _ => self.scalar(value, schema).ok_or_else(|| wrong(value, schema)),
        }
    }

    /// The datum of a part of a value; what is wrong is told with the path of the part.
    fn within(&self, part: Arguments<'_>, value: &Value, schema: &Schema, forgiven: &mut Forgiven) -> Fit {
        let before = forgiven.len();
        let datum = self.fit(value, schema, forgiven);
        for reason in forgiven.iter_mut().skip(before) {
            reason.insert_str(0, &part.to_string());
        }
        datum.map_err(|reason| format!("{part}{reason}"))
    }

    fn record(&self, map: &Map, record: &Record, forgiven: &mut Forgiven) -> Fit {
        if self.manner.is_strict
            && let Some(name) = unknown_field(map, record)
        {
            let reason = format!(".{name}: the schema has no such field, and `strictSchema` is set");
            self.surplus(reason, forgiven)?;
        }
        let cell = |field| self.cell(field, given(map, field), &mut *forgiven);
        record.fields.iter().map(cell).collect::<Fit<_>>().map(Datum::Record)
    }

    /// A row without names: its values are those of the fields in their order.
    fn list<'v>(
        &self,
        count: usize,
        item: &dyn Fn(usize) -> Option<&'v Value>,
        record: &Record,
        forgiven: &mut Forgiven,
    ) -> Fit {
        let fields = record.fields.len();
        if self.manner.is_strict && count > fields {
            let reason = format!(
                ": the row has {count} values, the schema has {fields} fields, and `strictSchema` is set"
            );
            self.surplus(reason, forgiven)?;
        }
        let cell = |(place, field)| self.cell(field, item(place), &mut *forgiven);
        record.fields.iter().enumerate().map(cell).collect::<Fit<_>>().map(Datum::Record)
    }

    /// What a row has beyond its schema can be left out.
    fn surplus(&self, reason: String, forgiven: &mut Forgiven) -> Fit<()> {
        if !self.manner.forgives {
            return Err(reason);
        }
        forgiven.push(reason);
        Ok(())
    }

    /// The value of a field. One that does not fit is null where that is forgiven and possible.
    fn cell(&self, field: &Field, given: Option<&Value>, forgiven: &mut Forgiven) -> Fit {
        let mut fit =
            |value: &Value| self.within(format_args!(".{}", field.name), value, &field.schema, forgiven);
        let datum = match (given, &field.default) {
            (Some(value), _) => fit(value),
            (None, Some(default)) => fit(&plain::from_json(&default.to_string())?),
            (None, None) => fit(&Value::Null),
        };
        match datum {
            Err(reason) if self.manner.forgives => match self.null(&field.schema) {
                Some(null) => {
                    forgiven.push(reason);
                    Ok(null)
                }
                None => Err(reason),
            },
            datum => datum,
        }
    }

    /// The null that a schema has.
    fn null(&self, schema: &Schema) -> Option<Datum> {
        match self.schemas.resolve(schema) {
            Schema::Null => Some(Datum::Null),
            Schema::Union(branches) => self.null_branch(branches),
            _ => None,
        }
    }

    fn null_branch(&self, branches: &[Schema]) -> Option<Datum> {
        let place = branches.iter().position(|branch| *self.schemas.resolve(branch) == Schema::Null)?;
        Some(Datum::Union(place, Box::new(Datum::Null)))
    }

    /// The first branch that the value can become. A value that is no text takes the one of its own type before.
    fn union(&self, value: &Value, branches: &[Schema], forgiven: &mut Forgiven) -> Fit {
        if (*value == Value::Null || (self.manner.infers_all && self.is_null(value)))
            && let Some(null) = self.null_branch(branches)
        {
            return Ok(null);
        }
        let own = branches.iter().position(|branch| is_own(value, self.schemas.resolve(branch)));
        let mut problem = None;
        for (place, branch) in
            own.map(|place| (place, &branches[place])).into_iter().chain(branches.iter().enumerate())
        {
            if *self.schemas.resolve(branch) == Schema::Null {
                if self.is_null(value) {
                    return Ok(Datum::Union(place, Box::new(Datum::Null)));
                }
                continue;
            }
            let before = forgiven.len();
            match self.fit(value, branch, forgiven) {
                Ok(datum) => return Ok(Datum::Union(place, Box::new(datum))),
                Err(reason) => {
                    forgiven.truncate(before);
                    problem.get_or_insert(reason);
                }
            }
        }
        let is_one = branches.iter().filter(|branch| **branch != Schema::Null).count() == 1;
        Err(problem.filter(|_| is_one).unwrap_or_else(|| wrong(value, &Schema::Union(branches.to_vec()))))
    }

    fn is_null(&self, value: &Value) -> bool {
        let is_among =
            |text: &str| self.manner.null_values.iter().any(|null| null.eq_ignore_ascii_case(text));
        *value == Value::Null || matches!(value, Value::Str(text) if is_among(text.expose()))
    }

    fn scalar(&self, value: &Value, schema: &Schema) -> Option<Datum> {
        Some(match schema {
            Schema::Null if self.is_null(value) => Datum::Null,
            Schema::Boolean => Datum::Boolean(self.flag(value)?),
            Schema::Int => Datum::Int(i32::try_from(whole(&self.number(value)?)?).ok()?),
            Schema::Long => Datum::Long(whole(&self.number(value)?)?),
            Schema::Float => Datum::Float(self.float(value)? as f32),
            Schema::Double => Datum::Double(self.float(value)?),
            Schema::Uuid if *value == Value::Null => return None,
            Schema::String | Schema::Uuid => Datum::String(string(value)?),
            Schema::Bytes => Datum::Bytes(bytes(value)?),
            Schema::Fixed { size, .. } => Datum::Bytes(bytes(value).filter(|bytes| bytes.len() == *size)?),
            Schema::Enum { symbols, .. } => {
                let text = string(value)?;
                Datum::Enum(symbols.iter().position(|symbol| *symbol == text)?)
            }
            Schema::Decimal { precision, scale, of } => {
                let digits = digits(&self.number(value)?, *precision, *scale)?;
                match &**of {
                    Schema::Fixed { size, .. } => Datum::Bytes(widened(digits, *size)?),
                    _ => Datum::Bytes(digits),
                }
            }
            Schema::Date => {
                let days = self.date(value)?.since(date(1970, 1, 1)).ok()?.get_days();
                Datum::Int(days)
            }
            Schema::TimeMillis => Datum::Int(i32::try_from(nanos_of(self.time(value)?) / 1_000_000).ok()?),
            Schema::TimeMicros => Datum::Long(nanos_of(self.time(value)?) / 1_000),
            Schema::Timestamp { unit, is_local } => {
                let moment = |value: &Value| {
                    if *is_local {
                        Offset::UTC.to_timestamp(self.local(value)?).ok()
                    } else {
                        self.instant(value)
                    }
                };
                // What the format reads is no count, though it may be written in digits alone.
                let moment = moment(value).or_else(|| moment(&Value::Instant(counted(value, *unit)?)))?;
                Datum::Long(match unit {
                    Unit::Millis => moment.as_millisecond(),
                    Unit::Micros => moment.as_microsecond(),
                    Unit::Nanos => i64::try_from(moment.as_nanosecond()).ok()?,
                })
            }
            _ => return None,
        })
    }

    fn flag(&self, value: &Value) -> Option<bool> {
        let is_among =
            |words: &[String], text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        match value {
            Value::Bool(flag) => Some(*flag),
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            Value::Str(text) if is_among(&self.manner.true_values, text.expose()) => Some(true),
            Value::Str(text) if is_among(&self.manner.false_values, text.expose()) => Some(false),
            _ => None,
        }
    }

    fn number(&self, value: &Value) -> Option<BigDecimal> {
        let number = match value {
            Value::Str(text) => {
                let text = text.expose().trim();
                let text = if self.manner.decimal_separator == '.' {
                    text.to_owned()
                } else {
                    text.replace('.', "\u{0}").replace(self.manner.decimal_separator, ".")
                };
                (text.len() < 200).then(|| text.parse().ok())?
            }
            other => decimal(other),
        };
        // With all its zeros such a number would fill the memory.
        number.and_then(|number| bounded(number).ok())
    }

    fn float(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Float(number) => Some(*number),
            Value::Float32(number) => Some(f64::from(*number)),
            other => self.number(other)?.to_f64(),
        }
    }

    fn date(&self, value: &Value) -> Option<Date> {
        match value {
            Value::LocalDate(date) => Some(*date),
            Value::LocalDateTime(moment) => Some(moment.date()),
            Value::Zoned(moment) => Some(moment.date()),
            Value::Instant(moment) => Some(moment.to_zoned(self.manner.zone.clone()).date()),
            Value::Str(text) => match self.manner.date.parse(text.expose(), &Locale::default()).ok()? {
                Parsed::Date(date) => Some(date),
                Parsed::DateTime(moment) => Some(moment.date()),
                Parsed::Zoned(moment) => Some(moment.date()),
            },
            _ => None,
        }
    }

    fn time(&self, value: &Value) -> Option<Time> {
        match value {
            Value::LocalTime(time) => Some(*time),
            Value::LocalDateTime(moment) => Some(moment.time()),
            Value::Zoned(moment) => Some(moment.time()),
            Value::Str(text) => {
                let text = format!("{DAY}{}", text.expose());
                match self.manner.time.parse(&text, &Locale::default()).ok()? {
                    Parsed::Date(_) => None,
                    Parsed::DateTime(moment) => Some(moment.time()),
                    Parsed::Zoned(moment) => Some(moment.time()),
                }
            }
            _ => None,
        }
    }

    fn local(&self, value: &Value) -> Option<DateTime> {
        match value {
            Value::LocalDateTime(moment) => Some(*moment),
            Value::LocalDate(date) => Some(date.to_datetime(Time::midnight())),
            Value::Zoned(moment) => Some(moment.datetime()),
            Value::Instant(moment) => Some(moment.to_zoned(self.manner.zone.clone()).datetime()),
            Value::Str(text) => Some(match self.parsed(text.expose())? {
                Parsed::Date(date) => date.to_datetime(Time::midnight()),
                Parsed::DateTime(moment) => moment,
                Parsed::Zoned(moment) => moment.datetime(),
            }),
            _ => None,
        }
    }

    fn instant(&self, value: &Value) -> Option<jiff::Timestamp> {
        let zoned =
            |local: DateTime| local.to_zoned(self.manner.zone.clone()).ok().map(|moment| moment.timestamp());
        match value {
            Value::Instant(moment) => Some(*moment),
            Value::Zoned(moment) => Some(moment.timestamp()),
            Value::LocalDateTime(moment) => zoned(*moment),
            Value::LocalDate(date) => zoned(date.to_datetime(Time::midnight())),
            Value::Str(text) => match self.parsed(text.expose())? {
                Parsed::Date(date) => zoned(date.to_datetime(Time::midnight())),
                Parsed::DateTime(moment) => zoned(moment),
                Parsed::Zoned(moment) => Some(moment.timestamp()),
            },
            _ => None,
        }
    }

    fn parsed(&self, text: &str) -> Option<Parsed> {
        self.manner.date_time.parse(text, &Locale::default()).ok()
    }
}

/// Whether a value has this type already. A text has none: it may stand for anything.
fn is_own(value: &Value, schema: &Schema) -> bool {
    matches!(
        (value, schema),
        (Value::Bool(_), Schema::Boolean)
            | (Value::Int(_), Schema::Long | Schema::Int)
            | (Value::Float(_), Schema::Double)
            | (Value::Float32(_), Schema::Float)
            | (Value::Decimal(_) | Value::BigInt(_), Schema::Decimal { .. })
            | (Value::Bytes(_), Schema::Bytes)
            | (Value::LocalDate(_), Schema::Date)
            | (Value::LocalTime(_), Schema::TimeMicros | Schema::TimeMillis)
            | (Value::Instant(_) | Value::Zoned(_), Schema::Timestamp { is_local: false, .. })
            | (Value::LocalDateTime(_), Schema::Timestamp { is_local: true, .. })
            | (Value::List(_), Schema::Array(_))
            | (Value::Map(_), Schema::Record(_) | Schema::Map(_))
    )
}

fn wrong(value: &Value, schema: &Schema) -> String {
    let found = kapelle_core::expression::form::describe(value);
    format!(": {found} is no {}", schema.told())
}

/// A whole number that lost nothing.
fn whole(number: &BigDecimal) -> Option<i64> {
    if number.is_integer() { number.to_i64() } else { None }
}

/// A value as text. Null is a word where nothing else may stand, and lists and maps are JSON.
fn string(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::List(_) | Value::Map(_) => crate::json::text(value, &TimeZone::UTC, ROW_BYTES_MAX).ok(),
        Value::Bytes(_) => None,
        other => text_of(other).ok().map(|text| text.expose().to_owned()),
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        other => string(other).map(String::into_bytes),
    }
}

/// The digits of a number with this scale, rounded to the even neighbour. One that has more before the point does not fit.
fn digits(number: &BigDecimal, precision: u32, scale: u32) -> Option<Vec<u8>> {
    let scaled = number.with_scale_round(i64::from(scale), RoundingMode::HalfEven);
    let (digits, _) = scaled.into_bigint_and_exponent();
    let count = digits.to_string().trim_start_matches('-').len();
    (count <= precision as usize).then(|| BigInt::to_signed_bytes_be(&digits))
}

/// A moment that is a number already, in the unit of its schema.
fn counted(value: &Value, unit: Unit) -> Option<jiff::Timestamp> {
    let count = match value {
        Value::Int(count) => *count,
        Value::Str(text) => text.expose().parse().ok()?,
        _ => return None,
    };
    timestamp(count, unit)
}

/// What a row has for a field: under its name, or under one that it had before.
fn given<'m>(map: &'m Map, field: &Field) -> Option<&'m Value> {
    let named = map.get(field.name.as_str());
    let is_there = |value: &&Value| **value != Value::Null;
    let old = || field.aliases.iter().find_map(|name| map.get(name.as_str()).filter(is_there));
    named.filter(is_there).or_else(old).or(named)
}

/// Whether the names of a row only number its values, as rows of files without a header were once.
fn is_numbered(map: &Map, record: &Record) -> bool {
    let is_number = |key: &Arc<str>| {
        let digits = key.strip_prefix(NUMBERED).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    !map.is_empty()
        && map.keys().all(is_number)
        && record.fields.iter().all(|field| given(map, field).is_none())
}

/// The same number in so many bytes.
pub(crate) fn widened(digits: Vec<u8>, size: usize) -> Option<Vec<u8>> {
    let missing = size.checked_sub(digits.len())?;
    let filling = if digits.first().is_some_and(|first| first & 0x80 != 0) { 0xff } else { 0 };
    let mut bytes = vec![filling; missing];
    bytes.extend(digits);
    Some(bytes)
}

fn nanos_of(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1_000_000_000 + i64::from(time.subsec_nanosecond())
}
