//! Cells of PostgreSQL, from its binary form.

use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::civil::{Date, DateTime, Time, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use kapelle_core::expression::plain;
use kapelle_model::{Map, Value};
use num_bigint::BigInt;
use tokio_postgres::types::{FromSql, Kind, Type};

use crate::values::hex;

/// The first moment of the years that the server counts from.
const EPOCH: Date = date(2000, 1, 1);

/// Dimensions of an array.
const DIMENSIONS_MAX: usize = 6;

/// The bytes of a cell.
pub(super) struct Raw<'a>(pub(super) &'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }
}

type Read<T = Value> = Result<T, String>;

/// How cells become values.
pub(super) struct Manner {
    /// The zone of the task.
    pub(super) zone: TimeZone,
    /// How many digits of `money` stand behind the point. Its bytes do not say so.
    pub(super) money_digits: i32,
}

/// Whether there is `money` in values of a type.
pub(super) fn has_money(ty: &Type) -> bool {
    match ty.kind() {
        Kind::Domain(inner) | Kind::Array(inner) => has_money(inner),
        _ => *ty == Type::MONEY,
    }
}

/// A cell as a value of the language.
pub(super) fn cell(ty: &Type, raw: &[u8], manner: &Manner) -> Read {
    match ty.kind() {
        Kind::Domain(inner) => return cell(inner, raw, manner),
        Kind::Enum(_) => return text(raw),
        Kind::Array(inner) => return array(inner, raw, manner),
        _ => {}
    }
    let mut bytes = Bytes(raw);
    Ok(match *ty {
        Type::BOOL => Value::Bool(bytes.take::<1>()? != [0]),
        Type::INT2 => Value::Int(i16::from_be_bytes(bytes.take()?).into()),
        Type::INT4 => Value::Int(i32::from_be_bytes(bytes.take()?).into()),
        Type::INT8 => Value::Int(i64::from_be_bytes(bytes.take()?)),
        Type::OID | Type::XID | Type::CID => Value::Int(u32::from_be_bytes(bytes.take()?).into()),
        Type::FLOAT4 => Value::Float32(f32::from_be_bytes(bytes.take()?)),
        Type::FLOAT8 => Value::Float(f64::from_be_bytes(bytes.take()?)),
        Type::NUMERIC => numeric(bytes)?,
        Type::MONEY => {
            let smallest = i64::from_be_bytes(bytes.take()?);
            number(&format!("{smallest}e{}", -manner.money_digits)).map(Value::Float)?
        }
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML | Type::CHAR => {
            text(raw)?
        }
        Type::JSON => json(raw)?,
        Type::JSONB => json(raw.strip_prefix(&[1]).ok_or("its JSON is in an unknown form")?)?,
        Type::BYTEA => Value::Bytes(raw.into()),
        Type::UUID => Value::from(uuid(bytes.take()?).as_str()),
        Type::DATE => day(i32::from_be_bytes(bytes.take()?))?,
        Type::TIME | Type::TIMETZ => Value::LocalTime(time(i64::from_be_bytes(bytes.take()?))?),
        Type::TIMESTAMP => {
            moment(i64::from_be_bytes(bytes.take()?), |local| Ok(Value::LocalDateTime(local)))?
        }
        Type::TIMESTAMPTZ => moment(i64::from_be_bytes(bytes.take()?), |local| {
            let moment: Timestamp = TimeZone::UTC.to_timestamp(local).map_err(|error| error.to_string())?;
            Ok(Value::Zoned(Arc::new(moment.to_zoned(manner.zone.clone()))))
        })?,
        Type::INTERVAL => interval(bytes)?,
        Type::INET | Type::CIDR => address(raw)?,
        Type::MACADDR | Type::MACADDR8 => {
            let parts: Vec<String> = raw.iter().map(|byte| hex(&[*byte])).collect();
            Value::from(parts.join(":").as_str())
        }
        Type::BIT | Type::VARBIT => bits(bytes)?,
        Type::TS_VECTOR => lexemes(bytes)?,
        Type::VOID => Value::Null,
        _ if ty.name() == "hstore" => pairs(bytes)?,
        _ if ty.name() == "citext" => text(raw)?,
        _ => {
            return Err(format!(
                "it is of the type `{0}`, which flows have no value for: write it as `::text`",
                ty.name()
            ));
        }
    })
}

/// Bytes that are read from their start.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or("it ends before its end")?;
        self.0 = rest;
        Ok(*first)
    }

    fn some(&mut self, count: usize) -> Read<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(count).ok_or("it ends before its end")?;
        self.0 = rest;
        Ok(first)
    }

    fn short(&mut self) -> Read<i16> {
        Ok(i16::from_be_bytes(self.take()?))
    }

    fn int(&mut self) -> Read<i32> {
        Ok(i32::from_be_bytes(self.take()?))
    }

    /// Bytes with their number in front; `None` for null.
    fn counted(&mut self) -> Read<Option<&'a [u8]>> {
        match usize::try_from(self.int()?) {
            Ok(count) => self.some(count).map(Some),
            Err(_) => Ok(None),
        }
    }
}

fn utf8(raw: &[u8]) -> Read<&str> {
    std::str::from_utf8(raw).map_err(|_| "it is no text in UTF-8".to_owned())
}

fn text(raw: &[u8]) -> Read {
    Ok(Value::from(utf8(raw)?))
}

fn json(raw: &[u8]) -> Read {
    plain::from_json(utf8(raw)?)
}

fn uuid(bytes: [u8; 16]) -> String {
    let digits = hex(&bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

fn number<T: std::str::FromStr>(digits: &str) -> Read<T> {
    digits.parse().map_err(|_| "its number is damaged".to_owned())
}

/// A number of digits in base 10,000, with all digits after the point that it has.
fn numeric(mut bytes: Bytes<'_>) -> Read {
    let count = usize::try_from(bytes.short()?).map_err(|_| "its number is damaged")?;
    let (weight, sign) = (i64::from(bytes.short()?), bytes.short()?.cast_unsigned());
    let scale = i64::from(bytes.short()?);
    match sign {
        0xc000 => return Ok(Value::Float(f64::NAN)),
        0xd000 => return Ok(Value::Float(f64::INFINITY)),
        0xf000 => return Ok(Value::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    let mut digits = String::from(if sign == 0x4000 { "-0" } else { "0" });
    for _ in 0..count {
        // Writing into a text never fails.
        let _infallible = write!(digits, "{:04}", bytes.short()?);
    }
    let number: BigInt = number(&digits)?;
    let own_scale = 4 * (count as i64 - weight - 1);
    Ok(Value::Decimal(Arc::new(BigDecimal::new(number, own_scale).with_scale(scale))))
}

fn day(days: i32) -> Read {
    match days {
        i32::MAX => Ok(Value::from("infinity")),
        i32::MIN => Ok(Value::from("-infinity")),
        days => match EPOCH.checked_add(Span::new().try_days(days).map_err(|error| error.to_string())?) {
            Ok(date) => Ok(Value::LocalDate(date)),
            Err(_) => Err("its date is not within the years -9999 and 9999".to_owned()),
        },
    }
}

fn time(micros: i64) -> Read<Time> {
    // The server knows 24:00, which is the last moment of a day here.
    let micros = micros.min(86_400_000_000 - 1);
    Time::midnight().checked_add(SignedDuration::from_micros(micros)).map_err(|error| error.to_string())
}

fn moment(micros: i64, make: impl Fn(DateTime) -> Read) -> Read {
    match micros {
        i64::MAX => Ok(Value::from("infinity")),
        i64::MIN => Ok(Value::from("-infinity")),
        micros => {
            let start = EPOCH.at(0, 0, 0, 0);
            let local = start.checked_add(SignedDuration::from_micros(micros));
            make(local.map_err(|_| "its moment is not within the years -9999 and 9999")?)
        }
    }
}

fn interval(mut bytes: Bytes<'_>) -> Read {
    let micros = i64::from_be_bytes(bytes.take()?);
    let (days, months) = (bytes.int()?, bytes.int()?);
    let (seconds, rest) = (micros / 1_000_000 % 60, (micros % 1_000_000).abs());
    let sign = if micros < 0 && seconds == 0 && rest != 0 { "-" } else { "" };
    let fraction =
        if rest == 0 { String::new() } else { format!(".{rest:06}").trim_end_matches('0').to_owned() };
    let (minutes, hours) = (micros / 60_000_000 % 60, micros / 3_600_000_000);
    let text =
        format!("P{}Y{}M{days}DT{hours}H{minutes}M{sign}{seconds}{fraction}S", months / 12, months % 12);
    Ok(Value::from(text.as_str()))
}

fn address(raw: &[u8]) -> Read {
    let [family, bits, is_network, _count, address @ ..] = raw else {
        return Err("its address is damaged".to_owned());
    };
    let (address, full) = match (family, <[u8; 4]>::try_from(address), <[u8; 16]>::try_from(address)) {
        (2, Ok(four), _) => (std::net::IpAddr::from(four), 32),
        (3, _, Ok(sixteen)) => (std::net::IpAddr::from(sixteen), 128),
        _ => return Err("its address is damaged".to_owned()),
    };
    let is_plain = *bits == full && *is_network == 0;
    let text = if is_plain { address.to_string() } else { format!("{address}/{bits}") };
    Ok(Value::from(text.as_str()))
}

fn bits(mut bytes: Bytes<'_>) -> Read {
    let count = usize::try_from(bytes.int()?).map_err(|_| "its bits are damaged")?;
    let bit =
        |at: usize| bytes.0.get(at / 8).map(|byte| if byte >> (7 - at % 8) & 1 == 1 { '1' } else { '0' });
    let text: Option<String> = (0..count.min(bytes.0.len() * 8)).map(bit).collect();
    Ok(Value::from(text.unwrap_or_default().as_str()))
}

/// `'word':1A,2 'other'`
fn lexemes(mut bytes: Bytes<'_>) -> Read {
    let mut words = Vec::new();
    for _ in 0..bytes.int()? {
        let end = bytes.0.iter().position(|byte| *byte == 0).ok_or("its words are damaged")?;
        let word = utf8(bytes.some(end)?)?.replace('\'', "''");
        bytes.some(1)?;
        let mut places = Vec::new();
        for _ in 0..bytes.short()? {
            let place = bytes.short()?.cast_unsigned();
            places.push(format!("{}{}", place & 0x3fff, ["", "C", "B", "A"][usize::from(place >> 14)]));
        }
        let places = if places.is_empty() { String::new() } else { format!(":{}", places.join(",")) };
        words.push(format!("'{word}'{places}"));
    }
    Ok(Value::from(words.join(" ").as_str()))
}

fn pairs(mut bytes: Bytes<'_>) -> Read {
    let mut map = Map::new();
    for _ in 0..bytes.int()? {
        let key = bytes.counted()?.ok_or("its pairs are damaged")?;
        let value = bytes.counted()?.map_or(Ok(Value::Null), text)?;
        map.insert(utf8(key)?.into(), value);
    }
    Ok(Value::Map(Arc::new(map)))
}

fn array(inner: &Type, raw: &[u8], manner: &Manner) -> Read {
    let mut bytes = Bytes(raw);
    let dimensions = usize::try_from(bytes.int()?).unwrap_or(usize::MAX);
    if dimensions > DIMENSIONS_MAX {
        return Err(format!("its array has more than {DIMENSIONS_MAX} dimensions"));
    }
    bytes.some(8)?;
    let mut lengths = Vec::new();
    for _ in 0..dimensions {
        lengths.push(usize::try_from(bytes.int()?).map_err(|_| "its array is damaged")?);
        bytes.some(4)?;
    }
    if lengths.is_empty() {
        return Ok(Value::List(Arc::default()));
    }
    level(inner, &mut bytes, &lengths, manner)
}

fn level(inner: &Type, bytes: &mut Bytes<'_>, lengths: &[usize], manner: &Manner) -> Read {
    let Some((length, deeper)) = lengths.split_first() else {
        return bytes.counted()?.map_or(Ok(Value::Null), |raw| cell(inner, raw, manner));
    };
    let items: Read<Vec<Value>> = (0..*length).map(|_| level(inner, bytes, deeper, manner)).collect();
    Ok(Value::List(Arc::new(items?)))
}
