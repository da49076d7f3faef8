//! Streams that compress.

use std::io::{self, Write};

use kapelle_model::Failure;

use super::algorithm::Algorithm;
use crate::converted::NewBuffer;

/// Bytes of what is compressed or decompressed as a whole.
pub(super) const WHOLE_BYTES_MAX: u64 = 256 << 20;

/// How hard xz and LZMA try, from 0 to 9.
const PRESET: u32 = 6;

/// A file that is compressed as it is written.
pub(super) trait Packing: Write {
    /// Writes what is missing and gives the file back.
    fn close(self: Box<Self>) -> io::Result<NewBuffer>;
}

/// Compresses into a file; without an algorithm nothing is compressed.
pub(super) fn packed(algorithm: Option<Algorithm>, to: NewBuffer) -> Result<Box<dyn Packing>, Failure> {
    let Some(algorithm) = algorithm else { return Ok(Box::new(to)) };
    Ok(match algorithm {
        Algorithm::Bzip2 => Box::new(bzip2::write::BzEncoder::new(to, bzip2::Compression::best())),
        Algorithm::Deflate => Box::new(flate2::write::ZlibEncoder::new(to, flate2::Compression::default())),
        Algorithm::Gzip => Box::new(flate2::write::GzEncoder::new(to, flate2::Compression::default())),
        Algorithm::Lz4frame => Box::new(lz4_flex::frame::FrameEncoder::new(to)),
        Algorithm::Lzma => {
            let options = lzma_rust2::LzmaOptions::with_preset(PRESET);
            Box::new(
                lzma_rust2::LzmaWriter::new_use_header(to, &options, None).map_err(|error| told(&error))?,
            )
        }
        Algorithm::Xz => {
            let options = lzma_rust2::XzOptions::with_preset(PRESET);
            Box::new(lzma_rust2::XzWriter::new(to, options).map_err(|error| told(&error))?)
        }
        Algorithm::Zstd => Box::new(zstd::stream::write::Encoder::new(to, 0).map_err(|error| told(&error))?),
        Algorithm::Snappyframe => Box::new(snap::write::FrameEncoder::new(to)),
        Algorithm::Lz4block | Algorithm::Snappy => Box::new(Whole { to, algorithm, content: Vec::new() }),
        Algorithm::Brotli | Algorithm::Deflate64 | Algorithm::Z => {
            return Err(Failure::new(format!(
                "{} can be decompressed, but nothing is compressed with it: use ZSTD, XZ or GZIP",
                algorithm.name()
            )));
        }
    })
}

fn told(error: &dyn std::error::Error) -> Failure {
    Failure::new(format!("compressing did not begin: {error}"))
}

impl Packing for NewBuffer {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        Ok(*self)
    }
}

impl Packing for bzip2::write::BzEncoder<NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.finish()
    }
}

impl Packing for flate2::write::ZlibEncoder<NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.finish()
    }
}

impl Packing for flate2::write::GzEncoder<NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.finish()
    }
}

impl Packing for lz4_flex::frame::FrameEncoder<NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.finish().map_err(io::Error::other)
    }
}

impl Packing for lzma_rust2::LzmaWriter<NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.finish()
    }
}

impl Packing for lzma_rust2::XzWriter<NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.finish()
    }
}

impl Packing for zstd::stream::write::Encoder<'_, NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.finish()
    }
}

impl Packing for snap::write::FrameEncoder<NewBuffer> {
    fn close(self: Box<Self>) -> io::Result<NewBuffer> {
        self.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

/// A form that has no parts: everything is held until the end.
struct Whole {
    to: NewBuffer,
    algorithm: Algorithm,
    content: Vec<u8>,
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.content.len() as u64 + bytes.len() as u64 > WHOLE_BYTES_MAX {
            return Err(io::Error::other(format!(
                "the file has more than {} MB, and {} compresses it as a whole: use LZ4FRAME or SNAPPYFRAME",
                WHOLE_BYTES_MAX >> 20,
                self.algorithm.name()
            )));
        }
        self.content.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Packing for Whole {
    fn close(mut self: Box<Self>) -> io::Result<NewBuffer> {
        let packed = match self.algorithm {
            Algorithm::Snappy => snap::raw::Encoder::new().compress_vec(&self.content)?,
            _ => lz4_flex::block::compress(&self.content),
        };
        self.to.write_all(&packed)?;
        Ok(self.to)
    }
}
