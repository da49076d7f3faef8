//! Batches of records, in the second version of their form.

use kapelle_model::Failure;

use super::coding::{Reader, Writer, garbled};
use super::compression::Compression;

const MAGIC: i8 = 2;
const IS_TRANSACTIONAL: i16 = 1 << 4;
const IS_CONTROL: i16 = 1 << 5;
const PACKED: i16 = 7;
/// The broker, not the producer, said when records came.
const IS_APPEND_TIME: i16 = 1 << 3;

/// Bytes that a length takes, and what a record has beside its contents, at most.
const LENGTH_BYTES: usize = 5;
const NUMBERS_BYTES: usize = 30;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record {
    pub(super) offset: i64,
    /// In milliseconds since 1970.
    pub(super) timestamp: i64,
    pub(super) key: Option<Vec<u8>>,
    pub(super) value: Option<Vec<u8>>,
    pub(super) headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Record {
    /// About how many bytes it has in a batch.
    pub(super) fn bytes(&self) -> usize {
        let size = |content: &Option<Vec<u8>>| content.as_ref().map_or(0, Vec::len) + LENGTH_BYTES;
        let headers = self.headers.iter().map(|(name, value)| name.len() + LENGTH_BYTES + size(value));
        NUMBERS_BYTES + size(&self.key) + size(&self.value) + headers.sum::<usize>()
    }
}

/// Who writes a batch, so that the broker takes none twice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Author {
    pub(super) id: i64,
    pub(super) epoch: i16,
    pub(super) is_transactional: bool,
}

/// A batch, whose first record has this number among those that its author has written into the partition.
pub(super) fn write(
    records: &[Record],
    compression: Compression,
    author: Author,
    sequence: i32,
) -> Result<Vec<u8>, Failure> {
    let first = records.first().map_or(0, |record| record.timestamp);
    let latest = records.iter().map(|record| record.timestamp).max().unwrap_or(0);
    let mut inner = Writer::default();
    for (place, record) in records.iter().enumerate() {
        let mut one = Writer::default()
            .i8(0)
            .varint(record.timestamp - first)
            .varint(place as i64)
            .short_content(record.key.as_deref())
            .short_content(record.value.as_deref())
            .varint(record.headers.len() as i64);
        for (name, value) in &record.headers {
            one = one.short_content(Some(name.as_bytes())).short_content(value.as_deref());
        }
        inner = inner.short_content(Some(&one.bytes));
    }
    let transactional = if author.is_transactional { IS_TRANSACTIONAL } else { 0 };
    let checked = Writer::default()
        .i16(compression.number() | transactional)
        .count(records.len().saturating_sub(1))
        .i64(first)
        .i64(latest)
        .i64(author.id)
        .i16(author.epoch)
        .i32(sequence)
        .count(records.len())
        .raw(&compression.pack(&inner.bytes)?)
        .bytes;
    let rest = Writer::default().i32(-1).i8(MAGIC).i32(crc32c(&checked).cast_signed()).raw(&checked).bytes;
    Ok(Writer::default().i64(0).content(&rest).bytes)
}

/// What a broker sends of a partition, from this offset on, with the offset that follows all of it. Transactions that were
/// given up are left out: they are told by their authors, with where each begins. The last batch may be cut off.
pub(super) fn read(bytes: &[u8], from: i64, given_up: &[(i64, i64)]) -> Result<(Vec<Record>, i64), Failure> {
    let mut reader = Reader::new(bytes);
    let (mut records, mut next) = (Vec::new(), from);
    let mut ended = Vec::new();
    while reader.left() >= 12 {
        let base = reader.i64()?;
        let length = usize::try_from(reader.i32()?).map_err(|_| garbled())?;
        let Ok(batch) = reader.raw(length) else { break };
        let mut batch = Reader::new(batch);
        let (_epoch, magic) = (batch.i32()?, batch.i8()?);
        if magic != MAGIC {
            return Err(Failure::new(
                "the topic holds records in a form older than Kafka 0.11, which is not read",
            ));
        }
        let crc = batch.i32()?.cast_unsigned();
        let checked = batch.raw(batch.left())?;
        if crc32c(checked) != crc {
            return Err(Failure::new(format!(
                "the records at offset {base} arrived damaged: their checksum differs"
            )));
        }
        let mut batch = Reader::new(checked);
        let attributes = batch.i16()?;
        let last = i64::from(batch.i32()?);
        let (first_time, latest) = (batch.i64()?, batch.i64()?);
        let author = batch.i64()?;
        let (_epoch, _sequence, count) = (batch.i16()?, batch.i32()?, batch.i32()?);
        next = next.max(base + last + 1);
        if attributes & IS_CONTROL != 0 {
            ended.push((author, base));
            continue;
        }
        let is_given_up = given_up.iter().any(|(by, begins)| {
            *by == author && *begins <= base && !ended.iter().any(|(who, end)| who == by && end >= begins)
        });
        if attributes & IS_TRANSACTIONAL != 0 && is_given_up {
            continue;
        }
        let compression = Compression::of_number(attributes & PACKED).ok_or_else(garbled)?;
        let inner = compression.unpack(batch.raw(batch.left())?)?;
        let mut inner = Reader::new(&inner);
        for _ in 0..count {
            let mut record = record(&mut inner, base, first_time)?;
            if attributes & IS_APPEND_TIME != 0 {
                record.timestamp = latest;
            }
            if record.offset >= from {
                records.push(record);
            }
        }
    }
    Ok((records, next))
}

fn record(reader: &mut Reader<'_>, base: i64, first_time: i64) -> Result<Record, Failure> {
    let mut one = Reader::new(reader.short_content()?.ok_or_else(garbled)?);
    one.i8()?;
    let (time, place) = (one.varint()?, one.varint()?);
    let key = one.short_content()?.map(<[u8]>::to_vec);
    let value = one.short_content()?.map(<[u8]>::to_vec);
    let mut headers = Vec::new();
    for _ in 0..one.varint()? {
        let name = one.short_content()?.unwrap_or_default();
        headers.push((String::from_utf8_lossy(name).into_owned(), one.short_content()?.map(<[u8]>::to_vec)));
    }
    Ok(Record { offset: base + place, timestamp: first_time + time, key, value, headers })
}

/// Castagnoli's checksum.
fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |crc, byte| TABLE[usize::from((crc as u8) ^ byte)] ^ (crc >> 8))
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut place = 0;
    while place < 256 {
        let mut crc = place as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x82F6_3B78 } else { crc >> 1 };
            bit += 1;
        }
        table[place] = crc;
        place += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: Author = Author { id: 7, epoch: 0, is_transactional: true };

    fn records() -> Vec<Record> {
        (0..50)
            .map(|offset| Record {
                offset,
                timestamp: 1000 + offset,
                key: (offset % 2 == 0).then(|| vec![1, 2]),
                value: (offset % 3 == 0).then(|| vec![b'x'; 100]),
                headers: vec![("h".to_owned(), Some(vec![3])), ("n".to_owned(), None)],
            })
            .collect()
    }

    #[test]
    fn the_checksum_is_castagnolis() {
        assert_eq!(crc32c(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn a_batch_comes_back_as_it_went_however_it_is_packed() {
        for name in ["none", "gzip", "snappy", "lz4", "zstd"] {
            let batch = write(&records(), Compression::of_name(name).unwrap(), AUTHOR, 0).unwrap();
            assert_eq!(read(&batch, 0, &[]).unwrap(), (records(), 50), "{name}");
            assert_eq!(read(&batch, 49, &[]).unwrap().0.len(), 1, "{name}");
            assert_eq!(read(&batch[..batch.len() - 1], 0, &[]).unwrap(), (Vec::new(), 0), "{name}");
        }
    }

    #[test]
    fn what_was_given_up_or_is_damaged_is_not_read() {
        let mut batch = write(&records(), Compression::None, AUTHOR, 0).unwrap();
        assert_eq!(read(&batch, 0, &[(7, 0)]).unwrap(), (Vec::new(), 50));
        assert_eq!(read(&batch, 0, &[(8, 0), (7, 1)]).unwrap().0.len(), 50);
        *batch.last_mut().unwrap() ^= 1;
        assert!(read(&batch, 0, &[]).unwrap_err().to_string().contains("damaged"));
    }
}
