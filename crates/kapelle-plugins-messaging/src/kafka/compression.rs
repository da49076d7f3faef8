//! How batches are packed.

use std::io::{Read, Write};

use kapelle_model::Failure;

/// Bytes that one batch may have when it is unpacked.
const BATCH_BYTES_MAX: u64 = 256 << 20;

/// How xerial's Snappy, which Java's clients use, begins: its name and two versions.
const XERIAL: &[u8] = b"\x82SNAPPY\0";
const XERIAL_VERSIONS: &[u8] = &[0, 0, 0, 1, 0, 0, 0, 1];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Compression {
    #[default]
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Compression {
    const ALL: [(&'static str, Self); 5] = [
        ("none", Self::None),
        ("gzip", Self::Gzip),
        ("snappy", Self::Snappy),
        ("lz4", Self::Lz4),
        ("zstd", Self::Zstd),
    ];

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, compression)| *compression)
    }

    /// By the number that batches carry, which is the place in the list above.
    pub(super) fn of_number(number: i16) -> Option<Self> {
        let place = usize::try_from(number).ok()?;
        Self::ALL.get(place).map(|(_, compression)| *compression)
    }

    pub(super) fn number(self) -> i16 {
        Self::ALL.iter().position(|(_, known)| *known == self).unwrap_or_default() as i16
    }

    pub(super) fn pack(self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let packed = match self {
            Self::None => Ok(bytes.to_vec()),
            Self::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                writer.write_all(bytes).and_then(|()| writer.finish())
            }
            Self::Snappy => snappy(bytes),
            Self::Lz4 => {
                let mut writer = lz4_flex::frame::FrameEncoder::new(Vec::new());
                writer.write_all(bytes).and_then(|()| writer.finish().map_err(std::io::Error::other))
            }
            Self::Zstd => zstd::stream::encode_all(bytes, 0),
        };
        packed.map_err(|error| Failure::new(format!("records cannot be packed: {error}")))
    }

    pub(super) fn unpack(self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let unpacked = match self {
            Self::None => Ok(bytes.to_vec()),
            Self::Gzip => all(flate2::read::MultiGzDecoder::new(bytes)),
            Self::Snappy => unsnappy(bytes),
            Self::Lz4 => all(lz4_flex::frame::FrameDecoder::new(bytes)),
            Self::Zstd => zstd::stream::read::Decoder::new(bytes).and_then(all),
        };
        unpacked.map_err(|error| Failure::new(format!("records cannot be unpacked: {error}")))
    }
}

fn all(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    reader.take(BATCH_BYTES_MAX + 1).read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > BATCH_BYTES_MAX {
        return Err(too_large());
    }
    Ok(unpacked)
}

fn too_large() -> std::io::Error {
    std::io::Error::other(format!("a batch has more than {} MB", BATCH_BYTES_MAX >> 20))
}

fn snappy(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let block = snap::raw::Encoder::new().compress_vec(bytes).map_err(std::io::Error::other)?;
    let length = u32::try_from(block.len()).map_err(std::io::Error::other)?;
    Ok([XERIAL, XERIAL_VERSIONS, &length.to_be_bytes(), &block].concat())
}

/// One block, or blocks behind each other as xerial writes them.
fn unsnappy(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let Some(blocks) = bytes.strip_prefix(XERIAL) else { return block(bytes) };
    let mut rest = blocks.get(XERIAL_VERSIONS.len()..).unwrap_or_default();
    let mut unpacked = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let (packed, after) =
            after.split_at_checked(length).ok_or_else(|| std::io::Error::other("it ends too early"))?;
        unpacked.extend(block(packed)?);
        if unpacked.len() as u64 > BATCH_BYTES_MAX {
            return Err(too_large());
        }
        rest = after;
    }
    Ok(unpacked)
}

fn block(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    if snap::raw::decompress_len(packed).map_err(std::io::Error::other)? as u64 > BATCH_BYTES_MAX {
        return Err(too_large());
    }
    snap::raw::Decoder::new().decompress_vec(packed).map_err(std::io::Error::other)
}
