//! Content that was packed for the way.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use hyper::body::Bytes;

/// What a request says that it understands.
pub(crate) const UNDERSTOOD: &str = "gzip, deflate";

/// Bytes that are unpacked at once: they become a thousand times as many at most.
pub(crate) const PART: usize = 16 << 10;

/// Unpacks content as it comes.
pub(crate) enum Decoder {
    Gzip(MultiGzDecoder<Vec<u8>>),
    /// Nothing came yet, and servers mean one of two things by it.
    Deflate,
    Zlib(ZlibDecoder<Vec<u8>>),
    Raw(DeflateDecoder<Vec<u8>>),
}

impl Decoder {
    /// The one for a `Content-Encoding`, if it is understood.
    pub(crate) fn of(coding: &str) -> Option<Self> {
        match coding.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip(MultiGzDecoder::new(Vec::new()))),
            "deflate" => Some(Self::Deflate),
            _ => None,
        }
    }

    pub(crate) fn unpack(&mut self, packed: &[u8]) -> io::Result<Bytes> {
        if let (Self::Deflate, Some(first)) = (&*self, packed.first()) {
            let is_zlib = first & 0x0f == 8;
            *self = if is_zlib {
                Self::Zlib(ZlibDecoder::new(Vec::new()))
            } else {
                Self::Raw(DeflateDecoder::new(Vec::new()))
            };
        }
        let unpacked = match self {
            Self::Gzip(decoder) => {
                decoder.write_all(packed)?;
                decoder.get_mut()
            }
            Self::Zlib(decoder) => {
                decoder.write_all(packed)?;
                decoder.get_mut()
            }
            Self::Raw(decoder) => {
                decoder.write_all(packed)?;
                decoder.get_mut()
            }
            Self::Deflate => return Ok(Bytes::new()),
        };
        Ok(std::mem::take(unpacked).into())
    }

    /// What is left at the end. One that comes too early is an error.
    pub(crate) fn end(self) -> io::Result<Bytes> {
        let left = match self {
            Self::Gzip(decoder) => decoder.finish()?,
            Self::Zlib(decoder) => decoder.finish()?,
            Self::Raw(decoder) => decoder.finish()?,
            Self::Deflate => Vec::new(),
        };
        Ok(left.into())
    }
}
