//! Reads binary Ion.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use kapelle_model::{Map, Value};
use num_bigint::{BigInt, Sign};

use super::{Budget, DEPTH_MAX, Read, scalar};

/// What binary Ion starts with.
pub(in crate::expression) const MARK: [u8; 4] = [0xe0, 0x01, 0x00, 0xea];

/// The symbols that are always there, from the first on.
pub(super) const SYSTEM_SYMBOLS: [&str; 9] = [
    "$ion",
    "$ion_1_0",
    "$ion_symbol_table",
    "name",
    "version",
    "imports",
    "symbols",
    "max_id",
    "$ion_shared_symbol_table",
];

/// Bytes of a number; more would take long to convert.
const NUMBER_BYTES_MAX: usize = 400;

const EXPONENT_MAX: i64 = 1_000;

/// All values of binary data, or the first one.
pub(super) fn read(bytes: &[u8], all: bool, symbols: &mut Symbols, budget: &mut Budget) -> Read<Vec<Value>> {
    let mut rest = Bytes { bytes };
    super::collect(all, || {
        while !rest.bytes.is_empty() {
            if let Some(after) = rest.bytes.strip_prefix(&MARK) {
                symbols.own.clear();
                rest.bytes = after;
                continue;
            }
            let value = Reader { symbols, budget }.value(&mut rest, 0)?;
            if value.is_some() {
                return Ok(value);
            }
        }
        Ok(None)
    })
}

fn damaged() -> String {
    "the binary Ion data is damaged".into()
}

/// The names that binary data explained so far.
#[derive(Debug, Default)]
pub(in crate::expression) struct Symbols {
    own: Vec<Arc<str>>,
}

impl Symbols {
    fn get(&self, id: usize) -> Arc<str> {
        let system = id.checked_sub(1).and_then(|index| SYSTEM_SYMBOLS.get(index));
        let own = id.checked_sub(SYSTEM_SYMBOLS.len() + 1).and_then(|index| self.own.get(index));
        match (system, own) {
            (Some(name), _) => (*name).into(),
            (_, Some(name)) => Arc::clone(name),
            // Of a symbol that nobody explains the number is all there is.
            _ => format!("${id}").into(),
        }
    }
}

struct Bytes<'b> {
    bytes: &'b [u8],
}

impl<'b> Bytes<'b> {
    fn next(&mut self) -> Read<u8> {
        let (first, rest) = self.bytes.split_first().ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn take(&mut self, count: usize) -> Read<Bytes<'b>> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(Bytes { bytes: taken })
    }

    /// Groups of seven bits, the last one marked.
    fn unsigned(&mut self) -> Read<usize> {
        let mut number: usize = 0;
        loop {
            let byte = self.next()?;
            number = number.checked_mul(128).ok_or_else(damaged)? | usize::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                return Ok(number);
            }
        }
    }

    /// As [`Bytes::unsigned`], with a sign in the first group.
    fn signed(&mut self) -> Read<i64> {
        let first = self.next()?;
        let is_negative = first & 0x40 != 0;
        let mut number = i64::from(first & 0x3f);
        let mut is_last = first & 0x80 != 0;
        while !is_last {
            let byte = self.next()?;
            number = number.checked_mul(128).ok_or_else(damaged)? | i64::from(byte & 0x7f);
            is_last = byte & 0x80 != 0;
        }
        Ok(if is_negative { -number } else { number })
    }

    /// The bytes as one number.
    fn magnitude(&self) -> Read<BigInt> {
        if self.bytes.len() > NUMBER_BYTES_MAX {
            return Err(format!("a number of the Ion data has more than {NUMBER_BYTES_MAX} bytes"));
        }
        Ok(BigInt::from_bytes_be(Sign::Plus, self.bytes))
    }

    /// The bytes as one number whose first bit is its sign.
    fn coefficient(&self) -> Read<BigInt> {
        let number = self.magnitude()?;
        let is_negative = self.bytes.first().is_some_and(|first| first & 0x80 != 0);
        if !is_negative {
            return Ok(number);
        }
        let sign = BigInt::from(1) << (self.bytes.len() * 8 - 1);
        Ok(sign - number)
    }
}

struct Reader<'r> {
    symbols: &'r mut Symbols,
    budget: &'r mut Budget,
}

impl Reader<'_> {
    /// The next value; nothing for what Ion means for itself only.
    fn value(&mut self, from: &mut Bytes<'_>, depth: usize) -> Read<Option<Value>> {
        self.budget.take()?;
        if depth > DEPTH_MAX {
            return Err(format!(
                "the Ion data has more than {DEPTH_MAX} lists and structs inside of each other"
            ));
        }
        let descriptor = from.next()?;
        let (kind, size) = (descriptor >> 4, usize::from(descriptor & 15));
        if size == 15 {
            return Ok(Some(Value::Null));
        }
        if kind == 1 {
            return Ok(Some(Value::Bool(size == 1)));
        }
        let size = match size {
            14 => from.unsigned()?,
            // A struct whose fields are sorted.
            1 if kind == 13 => from.unsigned()?,
            size => size,
        };
        let mut content = from.take(size)?;
        Ok(Some(match kind {
            // What fills gaps.
            0 => return Ok(None),
            2 => scalar::integer(content.magnitude()?),
            3 => scalar::integer(-content.magnitude()?),
            4 => float(&content)?,
            5 => decimal(&mut content)?,
            6 => timestamp(&mut content)?,
            7 => {
                let id = usize::try_from(content.magnitude()?).map_err(|_| damaged())?;
                Value::Str(kapelle_model::Text::with_secrets(self.symbols.get(id), Vec::new()))
            }
            8 => Value::from(std::str::from_utf8(content.bytes).map_err(|_| damaged())?),
            9 | 10 => Value::Bytes(content.bytes.into()),
            11 | 12 => {
                let mut items = Vec::new();
                while !content.bytes.is_empty() {
                    items.extend(self.value(&mut content, depth + 1)?);
                }
                Value::List(Arc::new(items))
            }
            13 => Value::Map(Arc::new(self.fields(&mut content, depth)?)),
            14 => return self.annotated(&mut content, depth),
            _ => return Err(damaged()),
        }))
    }

    fn fields(&mut self, content: &mut Bytes<'_>, depth: usize) -> Read<Map> {
        let mut map = Map::new();
        while !content.bytes.is_empty() {
            let name = self.symbols.get(content.unsigned()?);
            if let Some(value) = self.value(content, depth + 1)? {
                map.insert(name, value);
            }
        }
        Ok(map)
    }

    fn annotated(&mut self, content: &mut Bytes<'_>, depth: usize) -> Read<Option<Value>> {
        let size = content.unsigned()?;
        let mut annotations = content.take(size)?;
        let annotation = self.symbols.get(annotations.unsigned()?);
        let value = self.value(content, depth + 1)?;
        if &*annotation == "$ion_symbol_table" && depth == 0 {
            self.learn(value.as_ref());
            return Ok(None);
        }
        Ok(value.map(|value| scalar::annotated(&annotation, value)))
    }

    /// Takes in the symbols of a table. It replaces those before, unless it imports them.
    fn learn(&mut self, table: Option<&Value>) {
        let Some(Value::Map(table)) = table else { return };
        let is_more = matches!(table.get("imports"), Some(Value::Str(imports)) if imports.expose() == "$ion_symbol_table");
        if !is_more {
            self.symbols.own.clear();
        }
        if let Some(Value::List(names)) = table.get("symbols") {
            self.symbols.own.extend(names.iter().map(|name| match name {
                Value::Str(name) => name.expose().into(),
                _ => Arc::from(""),
            }));
        }
    }
}

fn float(content: &Bytes<'_>) -> Read {
    Ok(Value::Float(match content.bytes {
        [] => 0.0,
        bytes if bytes.len() == 4 => f64::from(f32::from_be_bytes(bytes.try_into().map_err(|_| damaged())?)),
        bytes => f64::from_be_bytes(bytes.try_into().map_err(|_| damaged())?),
    }))
}

fn decimal(content: &mut Bytes<'_>) -> Read {
    if content.bytes.is_empty() {
        return Ok(Value::Decimal(Arc::default()));
    }
    let exponent = content.signed()?;
    if exponent.abs() > EXPONENT_MAX {
        return Err(format!("the exponent of a decimal of the Ion data is larger than {EXPONENT_MAX}"));
    }
    Ok(Value::Decimal(Arc::new(BigDecimal::new(content.coefficient()?, -exponent))))
}

/// Its fields are those of UTC; the offset is for people only. Without a time it is a date.
fn timestamp(content: &mut Bytes<'_>) -> Read {
    let _: i64 = content.signed()?;
    let mut field = |default: i16| match content.bytes {
        [] => Ok(default),
        _ => content.unsigned().and_then(|field| i16::try_from(field).map_err(|_| damaged())),
    };
    let small = |field: i16| i8::try_from(field).map_err(|_| damaged());
    let (year, month, day) = (field(1)?, small(field(1)?)?, small(field(1)?)?);
    if content.bytes.is_empty() {
        return Date::new(year, month, day).map(Value::LocalDate).map_err(|_| damaged());
    }
    let mut field = || content.unsigned().and_then(|field| i8::try_from(field).map_err(|_| damaged()));
    let (hour, minute) = (field()?, field()?);
    let second = if content.bytes.is_empty() {
        0
    } else {
        i8::try_from(content.unsigned()?).map_err(|_| damaged())?
    };
    let mut nanos = 0;
    if !content.bytes.is_empty() {
        let exponent = content.signed()?;
        let coefficient = i64::try_from(content.coefficient()?).map_err(|_| damaged())?;
        // Digits behind the ninth are more than we know.
        let shift = u32::try_from(exponent.saturating_add(9).unsigned_abs()).map_err(|_| damaged())?;
        let power = 10i64.checked_pow(shift);
        let scaled = if exponent >= -9 {
            power.and_then(|power| coefficient.checked_mul(power))
        } else {
            Some(power.map_or(0, |power| coefficient / power))
        };
        nanos = scaled.and_then(|nanos| i32::try_from(nanos).ok()).ok_or_else(damaged)?;
    }
    let local = DateTime::new(year, month, day, hour, minute, second, nanos);
    let moment = local.ok().and_then(|local| scalar::moment(local, Offset::UTC));
    moment.map(Value::Instant).ok_or_else(damaged)
}
