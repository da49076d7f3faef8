//! Values of Avro as bytes.

use super::datum::Datum;
use super::schema::{Schema, Schemas};

/// Values inside of each other.
const DEPTH_MAX: usize = 128;

/// Values of one row.
const VALUES_MAX: usize = 4 << 20;

/// Writes a value. Bytes of a fixed type have no length in front.
pub(super) fn write(datum: &Datum, schema: &Schema, schemas: &Schemas, out: &mut Vec<u8>) {
    let is_fixed = |schema: &Schema| match schema {
        Schema::Fixed { .. } => true,
        Schema::Decimal { of, .. } => matches!(**of, Schema::Fixed { .. }),
        _ => false,
    };
    match (datum, schemas.resolve(schema)) {
        (Datum::Boolean(flag), _) => out.push(u8::from(*flag)),
        (Datum::Int(number), _) => write_long(i64::from(*number), out),
        (Datum::Long(number), _) => write_long(*number, out),
        (Datum::Float(number), _) => out.extend(number.to_le_bytes()),
        (Datum::Double(number), _) => out.extend(number.to_le_bytes()),
        (Datum::Bytes(bytes), schema) if is_fixed(schema) => out.extend_from_slice(bytes),
        (Datum::Bytes(bytes), _) => write_bytes(bytes, out),
        (Datum::String(text), _) => write_bytes(text.as_bytes(), out),
        (Datum::Enum(place), _) => write_long(*place as i64, out),
        (Datum::Array(items), Schema::Array(of)) => {
            if !items.is_empty() {
                write_long(items.len() as i64, out);
                for item in items {
                    write(item, of, schemas, out);
                }
            }
            out.push(0);
        }
        (Datum::Map(entries), Schema::Map(of)) => {
            if !entries.is_empty() {
                write_long(entries.len() as i64, out);
                for (key, item) in entries {
                    write_bytes(key.as_bytes(), out);
                    write(item, of, schemas, out);
                }
            }
            out.push(0);
        }
        (Datum::Record(fields), Schema::Record(record)) => {
            for (item, field) in fields.iter().zip(&record.fields) {
                write(item, &field.schema, schemas, out);
            }
        }
        (Datum::Union(place, item), Schema::Union(branches)) => {
            write_long(*place as i64, out);
            write(item, &branches[*place], schemas, out);
        }
        // Null has no bytes, and a datum always has the shape of its schema.
        _ => {}
    }
}

/// A number in groups of seven bits, the lowest first, with its sign in the first bit.
pub(super) fn write_long(number: i64, out: &mut Vec<u8>) {
    let mut left = ((number << 1) ^ (number >> 63)).cast_unsigned();
    while left >= 0x80 {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

pub(super) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_long(bytes.len() as i64, out);
    out.extend_from_slice(bytes);
}

pub(super) type Read<T> = Result<T, String>;

/// Reads values from bytes.
pub(super) struct Reader<'r> {
    pub(super) bytes: &'r [u8],
    pub(super) schemas: &'r Schemas,
    pub(super) count: usize,
}

fn cut() -> String {
    "the data ends in the middle of a value".to_owned()
}

impl<'r> Reader<'r> {
    pub(super) fn take(&mut self, count: usize) -> Read<&'r [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or_else(cut)?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn long(&mut self) -> Read<i64> {
        let mut number: u64 = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((number >> 1) as i64 ^ -((number & 1) as i64));
            }
        }
        Err("a number is too long".to_owned())
    }

    pub(super) fn bytes(&mut self) -> Read<&'r [u8]> {
        let length = usize::try_from(self.long()?).map_err(|_| "a length is below zero".to_owned())?;
        self.take(length)
    }

    fn text(&mut self) -> Read<String> {
        String::from_utf8(self.bytes()?.to_vec()).map_err(|_| "a text is no UTF-8".to_owned())
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| cut())
    }

    pub(super) fn datum(&mut self, schema: &Schema, depth: usize) -> Read<Datum> {
        self.count += 1;
        if depth > DEPTH_MAX || self.count > VALUES_MAX {
            return Err("the row has too many values, or too many inside of each other".to_owned());
        }
        let schemas = self.schemas;
        Ok(match schemas.resolve(schema) {
            Schema::Null => Datum::Null,
            Schema::Boolean => Datum::Boolean(self.take(1)?[0] != 0),
            Schema::Int | Schema::Date | Schema::TimeMillis => Datum::Int(
                i32::try_from(self.long()?).map_err(|_| "a number is too large for an int".to_owned())?,
            ),
            Schema::Long | Schema::TimeMicros | Schema::Timestamp { .. } => Datum::Long(self.long()?),
            Schema::Float => Datum::Float(f32::from_le_bytes(self.array()?)),
            Schema::Double => Datum::Double(f64::from_le_bytes(self.array()?)),
            Schema::Bytes => Datum::Bytes(self.bytes()?.to_vec()),
            Schema::String | Schema::Uuid => Datum::String(self.text()?),
            Schema::Fixed { size, .. } => Datum::Bytes(self.take(*size)?.to_vec()),
            Schema::Decimal { of, .. } => match **of {
                Schema::Fixed { size, .. } => Datum::Bytes(self.take(size)?.to_vec()),
                _ => Datum::Bytes(self.bytes()?.to_vec()),
            },
            Schema::Enum { symbols, .. } => {
                let place = usize::try_from(self.long()?).ok().filter(|place| *place < symbols.len());
                Datum::Enum(place.ok_or("an enum has no such symbol")?)
            }
            Schema::Array(of) => {
                let mut items = Vec::new();
                self.blocks(|reader| {
                    items.push(reader.datum(of, depth + 1)?);
                    Ok(())
                })?;
                Datum::Array(items)
            }
            Schema::Map(of) => {
                let mut entries = Vec::new();
                self.blocks(|reader| {
                    entries.push((reader.text()?, reader.datum(of, depth + 1)?));
                    Ok(())
                })?;
                Datum::Map(entries)
            }
            Schema::Record(record) => {
                let fields = record.fields.iter().map(|field| self.datum(&field.schema, depth + 1));
                Datum::Record(fields.collect::<Read<_>>()?)
            }
            Schema::Union(branches) => {
                let place = usize::try_from(self.long()?).ok().filter(|place| *place < branches.len());
                let place = place.ok_or("a union has no such branch")?;
                Datum::Union(place, Box::new(self.datum(&branches[place], depth + 1)?))
            }
            Schema::Named(name) => return Err(format!("there is no type `{name}`")),
        })
    }

    /// Items come in blocks with their count; a count below zero is followed by the size of the block.
    fn blocks(&mut self, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        loop {
            let mut count = self.long()?;
            if count == 0 {
                return Ok(());
            }
            if count < 0 {
                count = count.checked_neg().ok_or_else(cut)?;
                self.long()?;
            }
            for _ in 0..count {
                item(self)?;
            }
        }
    }
}
