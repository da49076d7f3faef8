//! From values of rows to what a schema wants.

use std::sync::Arc;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::{Offset, TimeZone};
use kapelle_core::expression::plain;
use kapelle_core::property::text_of;
use kapelle_core::time::locale::Locale;
use kapelle_core::time::pattern::{Parsed, Pattern};
use kapelle_model::{Map, Value};
use num_bigint::BigInt;

use super::datum::Datum;
use super::infer::unknown_field;
use super::schema::{Record, Schema, Schemas, Unit};

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
    pub(crate) zone: TimeZone,
}

/// What is read into has a date: patterns of times, and the texts that they read, get this one in front.
pub(crate) const DAY: &str = "1970-01-01T";
pub(crate) const DAY_PATTERN: &str = "yyyy-MM-dd'T'";

type Fit<T = Datum> = Result<T, String>;

pub(crate) struct Fitting<'f> {
    pub(crate) manner: &'f Manner,
    pub(crate) schemas: &'f Schemas,
}

impl Fitting<'_> {
    /// The datum of a row; what is wrong with it else, with the path of the field.
    pub(crate) fn row(&self, row: &Value) -> Fit {
        if let (Value::List(_), Schema::Record(record)) = (row, &self.schemas.root)
            && let Some(field) = record.only_list()
        {
            let datum = self.fit(row, &field.schema);
            return datum
                .map(|datum| Datum::Record(vec![datum]))
                .map_err(|reason| format!(".{}{reason}", field.name));
        }
        self.fit(row, &self.schemas.root)
    }

    fn fit(&self, value: &Value, schema: &Schema) -> Fit {
        let schema = self.schemas.resolve(schema);
        match schema {
            Schema::Union(branches) => self.union(value, branches),
            Schema::Record(record) => match value {
                Value::Map(map) => self.record(map, record),
                Value::List(items) => self.list(items, record),
                _ => Err(wrong(value, schema)),
            },
            Schema::Array(of) => match value {
                Value::List(items) => {
                    let item =
                        |(place, item)| self.fit(item, of).map_err(|reason| format!("[{place}]{reason}"));
                    items.iter().enumerate().map(item).collect::<Fit<_>>().map(Datum::Array)
                }
                _ => Err(wrong(value, schema)),
            },
            Schema::Map(of) => match value {
                Value::Map(map) => {
                    let entry = |(key, item): (&Arc<str>, &Value)| {
                        let datum = self.fit(item, of).map_err(|reason| format!(".{key}{reason}"))?;
                        Ok((key.to_string(), datum))
                    };
                    map.iter().map(entry).collect::<Fit<_>>().map(Datum::Map)
                }
                _ => Err(wrong(value, schema)),
            },
            _ => self.scalar(value, schema).ok_or_else(|| wrong(value, schema)),
        }
    }

    fn record(&self, map: &Map, record: &Record) -> Fit {
        if self.manner.is_strict
            && let Some(name) = unknown_field(map, record)
        {
            return Err(format!(".{name}: the schema has no such field, and `strictSchema` is set"));
        }
        let field = |field: &super::schema::Field| {
            let given = map.get(field.name.as_str());
            let value = match (given, &field.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => plain::from_json(&default.to_string())?,
                (None, None) => Value::Null,
            };
            self.fit(&value, &field.schema).map_err(|reason| format!(".{}{reason}", field.name))
        };
        record.fields.iter().map(field).collect::<Fit<_>>().map(Datum::Record)
    }

    /// A row without names: its values are those of the fields in their order.
    fn list(&self, items: &[Value], record: &Record) -> Fit {
        if items.len() != record.fields.len() {
            return Err(format!(
                ": the row has {} values, the schema has {} fields",
                items.len(),
                record.fields.len()
            ));
        }
        let field = |(field, item): (&super::schema::Field, &Value)| {
            self.fit(item, &field.schema).map_err(|reason| format!(".{}{reason}", field.name))
        };
        record.fields.iter().zip(items).map(field).collect::<Fit<_>>().map(Datum::Record)
    }

    /// The branch whose type the value has; else the first one that it can become.
    fn union(&self, value: &Value, branches: &[Schema]) -> Fit {
        let place = |wanted: fn(&Schema) -> bool| {
            branches.iter().position(|branch| wanted(self.schemas.resolve(branch)))
        };
        // A text that means null stays a text where the schema has texts, unless the flow wants it otherwise.
        let keeps_text = !self.manner.infers_all && place(|branch| *branch == Schema::String).is_some();
        if (*value == Value::Null || (self.is_null_text(value) && !keeps_text))
            && let Some(place) = place(|branch| *branch == Schema::Null)
        {
            return Ok(Datum::Union(place, Box::new(Datum::Null)));
        }
        let own = branches.iter().position(|branch| is_own(value, self.schemas.resolve(branch)));
        let mut problem = None;
        let others = branches.iter().enumerate().filter(|(_, branch)| **branch != Schema::Null);
        for (place, branch) in own.map(|place| (place, &branches[place])).into_iter().chain(others) {
            match self.fit(value, branch) {
                Ok(datum) => return Ok(Datum::Union(place, Box::new(datum))),
                Err(reason) => _ = problem.get_or_insert(reason),
            }
        }
        let is_one = branches.iter().filter(|branch| **branch != Schema::Null).count() == 1;
        Err(problem.filter(|_| is_one).unwrap_or_else(|| wrong(value, &Schema::Union(branches.to_vec()))))
    }

    fn is_null_text(&self, value: &Value) -> bool {
        matches!(value, Value::Str(text) if self.manner.null_values.iter().any(|null| null == text.expose()))
    }

    fn scalar(&self, value: &Value, schema: &Schema) -> Option<Datum> {
        Some(match schema {
            Schema::Null if *value == Value::Null || self.is_null_text(value) => Datum::Null,
            Schema::Boolean => Datum::Boolean(self.flag(value)?),
            Schema::Int => Datum::Int(i32::try_from(whole(&self.number(value)?)?).ok()?),
            Schema::Long => Datum::Long(whole(&self.number(value)?)?),
            Schema::Float => Datum::Float(self.float(value)? as f32),
            Schema::Double => Datum::Double(self.float(value)?),
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
                let moment = if *is_local {
                    Offset::UTC.to_timestamp(self.local(value)?).ok()?
                } else {
                    self.instant(value)?
                };
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
        match value {
            Value::Int(number) => Some((*number).into()),
            Value::BigInt(number) => Some(BigDecimal::from((**number).clone())),
            Value::Decimal(number) => Some((**number).clone()),
            Value::Float(number) => number.to_string().parse().ok(),
            Value::Float32(number) => number.to_string().parse().ok(),
            Value::Str(text) => {
                let text = text.expose().trim();
                let text = if self.manner.decimal_separator == '.' {
                    text.to_owned()
                } else {
                    text.replace('.', "\u{0}").replace(self.manner.decimal_separator, ".")
                };
                (text.len() < 200).then(|| text.parse().ok())?
            }
            _ => None,
        }
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

/// Whether a value has this type already.
fn is_own(value: &Value, schema: &Schema) -> bool {
    matches!(
        (value, schema),
        (Value::Bool(_), Schema::Boolean)
            | (Value::Int(_), Schema::Long | Schema::Int)
            | (Value::Float(_), Schema::Double)
            | (Value::Float32(_), Schema::Float)
            | (Value::Decimal(_) | Value::BigInt(_), Schema::Decimal { .. })
            | (Value::Str(_), Schema::String)
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

fn string(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::List(_) | Value::Map(_) | Value::Bytes(_) => None,
        other => text_of(other).ok().map(|text| text.expose().to_owned()),
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes.to_vec()),
        Value::Str(text) => Some(text.expose().as_bytes().to_vec()),
        _ => None,
    }
}

/// The digits of a number with this scale. One that has more behind the point, or more before it, does not fit.
fn digits(number: &BigDecimal, precision: u32, scale: u32) -> Option<Vec<u8>> {
    let scaled = number.with_scale_round(i64::from(scale), RoundingMode::Down);
    if scaled != *number {
        return None;
    }
    let (digits, _) = scaled.into_bigint_and_exponent();
    let count = digits.to_string().trim_start_matches('-').len();
    (count <= precision as usize).then(|| BigInt::to_signed_bytes_be(&digits))
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
