//! Files of Avro: a header with the schema, then blocks of rows.

use std::io::{self, BufRead, BufReader, Read, Write};

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use super::binary::{Reader, write, write_bytes, write_long};
use super::datum::Datum;
use super::schema::Schemas;

const MARK: &[u8; 4] = b"Obj\x01";

/// Bytes between blocks.
const SYNC_BYTES: usize = 16;

/// Bytes of rows that are held until they become a block.
const BLOCK_BYTES: usize = 256 << 10;

/// Bytes of a block, packed or unpacked; a block is read as a whole.
const BLOCK_BYTES_MAX: u64 = 256 << 20;

/// Bytes of the header.
const HEADER_BYTES_MAX: u64 = 16 << 20;

/// A file that is written.
pub(super) struct Writer<W> {
    to: W,
    sync: [u8; SYNC_BYTES],
    rows: Vec<u8>,
    count: i64,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(mut to: W, schemas: &Schemas, sync: [u8; SYNC_BYTES]) -> io::Result<Self> {
        let mut header = MARK.to_vec();
        write_long(2, &mut header);
        write_bytes(b"avro.schema", &mut header);
        write_bytes(schemas.root.json().to_string().as_bytes(), &mut header);
        write_bytes(b"avro.codec", &mut header);
        write_bytes(b"deflate", &mut header);
        write_long(0, &mut header);
        header.extend(sync);
        to.write_all(&header)?;
        Ok(Self { to, sync, rows: Vec::new(), count: 0 })
    }

    pub(super) fn add(&mut self, row: &Datum, schemas: &Schemas) -> io::Result<()> {
        write(row, &schemas.root, schemas, &mut self.rows);
        self.count += 1;
        if self.rows.len() > BLOCK_BYTES { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let mut packed = flate2::read::DeflateEncoder::new(&*self.rows, flate2::Compression::default());
        let mut content = Vec::new();
        packed.read_to_end(&mut content)?;
        let mut head = Vec::new();
        write_long(self.count, &mut head);
        write_long(content.len() as i64, &mut head);
        self.to.write_all(&head)?;
        self.to.write_all(&content)?;
        self.to.write_all(&self.sync)?;
        self.rows.clear();
        self.count = 0;
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.end_block()?;
        Ok(self.to)
    }
}

/// How blocks are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Null,
    Deflate,
    Snappy,
    Bzip2,
    Xz,
    Zstandard,
}

/// A file that is read.
pub(super) struct File<R> {
    from: BufReader<R>,
    pub(super) schemas: Schemas,
    codec: Codec,
    sync: [u8; SYNC_BYTES],
}

fn wrong(reason: &str) -> Failure {
    Failure::new(format!("it is no file of Avro that can be read: {reason}"))
}

impl<R: Read> File<R> {
    pub(super) fn open(from: R) -> Result<Self, Broken> {
        let mut from = BufReader::with_capacity(64 << 10, from);
        let mut mark = [0; MARK.len()];
        from.read_exact(&mut mark).map_err(|_| wrong("it is too short"))?;
        if mark != *MARK {
            return Err(wrong("it does not begin with `Obj`").into());
        }
        let mut header = (&mut from).take(HEADER_BYTES_MAX);
        let (mut schema, mut codec) = (None, Codec::Null);
        loop {
            let mut count = long(&mut header)?;
            if count == 0 {
                break;
            }
            if count < 0 {
                long(&mut header)?;
                count = count.saturating_neg();
            }
            for _ in 0..count {
                let key = bytes(&mut header)?;
                let value = bytes(&mut header)?;
                match key.as_slice() {
                    b"avro.schema" => {
                        let text = String::from_utf8(value).map_err(|_| wrong("the schema is no text"))?;
                        schema = Some(Schemas::read(&text)?);
                    }
                    b"avro.codec" => codec = codec_of(&value)?,
                    _ => {}
                }
            }
        }
        let mut sync = [0; SYNC_BYTES];
        from.read_exact(&mut sync).map_err(|_| wrong("it ends within the header"))?;
        let schemas = schema.ok_or_else(|| wrong("it has no schema"))?;
        Ok(Self { from, schemas, codec, sync })
    }

    /// The next block: how many rows, and their bytes.
    pub(super) fn block(&mut self) -> Result<Option<(i64, Vec<u8>)>, Broken> {
        if self.from.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let count = long(&mut self.from)?;
        let size = u64::try_from(long(&mut self.from)?).ok().filter(|size| *size <= BLOCK_BYTES_MAX);
        let size =
            size.ok_or_else(|| wrong(&format!("a block has more than {} MB", BLOCK_BYTES_MAX >> 20)))?;
        let mut packed = Vec::new();
        (&mut self.from).take(size).read_to_end(&mut packed)?;
        let mut sync = [0; SYNC_BYTES];
        let is_whole = packed.len() as u64 == size && self.from.read_exact(&mut sync).is_ok();
        if !is_whole {
            return Err(wrong("it ends within a block").into());
        }
        if sync != self.sync {
            return Err(wrong("a block does not end where it should").into());
        }
        let unpacked =
            unpacked(self.codec, packed).map_err(|error| wrong(&format!("a block is damaged: {error}")))?;
        Ok(Some((count, unpacked)))
    }
}

/// Reads the rows of a block.
pub(super) fn rows<'b>(block: &'b [u8], schemas: &'b Schemas) -> Reader<'b> {
    Reader { bytes: block, schemas, count: 0 }
}

fn codec_of(name: &[u8]) -> Result<Codec, Failure> {
    Ok(match name {
        b"null" => Codec::Null,
        b"deflate" => Codec::Deflate,
        b"snappy" => Codec::Snappy,
        b"bzip2" => Codec::Bzip2,
        b"xz" => Codec::Xz,
        b"zstandard" => Codec::Zstandard,
        other => return Err(wrong(&format!("the codec `{}` is not known", String::from_utf8_lossy(other)))),
    })
}

fn unpacked(codec: Codec, packed: Vec<u8>) -> io::Result<Vec<u8>> {
    let stream: Box<dyn Read> = match codec {
        Codec::Null => return Ok(packed),
        Codec::Deflate => Box::new(flate2::read::DeflateDecoder::new(io::Cursor::new(packed))),
        Codec::Bzip2 => Box::new(bzip2::read::BzDecoder::new(io::Cursor::new(packed))),
        Codec::Xz => Box::new(lzma_rust2::XzReader::new(io::Cursor::new(packed), false)),
        Codec::Zstandard => Box::new(zstd::stream::read::Decoder::new(io::Cursor::new(packed))?),
        Codec::Snappy => {
            // A checksum of four bytes stands behind.
            let content = packed.len().checked_sub(4).map(|end| &packed[..end]).unwrap_or_default();
            if snap::raw::decompress_len(content)? as u64 > BLOCK_BYTES_MAX {
                return Err(io::Error::other("it is too large"));
            }
            return Ok(snap::raw::Decoder::new().decompress_vec(content)?);
        }
    };
    let mut content = Vec::new();
    stream.take(BLOCK_BYTES_MAX + 1).read_to_end(&mut content)?;
    if content.len() as u64 > BLOCK_BYTES_MAX {
        return Err(io::Error::other(format!("it becomes larger than {} MB", BLOCK_BYTES_MAX >> 20)));
    }
    Ok(content)
}

fn long(from: &mut dyn Read) -> Result<i64, Failure> {
    let mut number: u64 = 0;
    for shift in (0..64).step_by(7) {
        let mut byte = [0];
        from.read_exact(&mut byte).map_err(|_| wrong("it ends too early"))?;
        number |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            return Ok((number >> 1) as i64 ^ -((number & 1) as i64));
        }
    }
    Err(wrong("a number is too long"))
}

fn bytes(from: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    let length = u64::try_from(long(from)?).map_err(|_| wrong("a length is below zero"))?;
    let mut bytes = Vec::new();
    let read = from.take(length).read_to_end(&mut bytes);
    match read {
        Ok(count) if count as u64 == length => Ok(bytes),
        _ => Err(wrong("it ends within the header")),
    }
}
