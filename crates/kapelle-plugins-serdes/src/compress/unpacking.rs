//! Streams that decompress.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use kapelle_model::Failure;

use super::algorithm::Algorithm;
use super::bomb::{Counted, Measured};
use super::lz4_block::Lz4Block;
use super::lzw::Lzw;
use super::packing::WHOLE_BYTES_MAX;

/// Kilobytes of memory that a file may ask for: as much as the largest setting of xz.
const MEMORY_KB_MAX: u32 = 128 << 10;

/// A window of zstd may be this large, as a power of two: what `zstd --long` makes by itself.
const WINDOW_LOG_MAX: u32 = 27;

/// The content of a compressed file.
pub(super) fn unpacked(algorithm: Algorithm, from: Box<dyn Read + Send>) -> Result<Box<dyn Read>, Failure> {
    let (counted, packed) = Counted::new(from);
    let stream = stream(algorithm, BufReader::with_capacity(64 << 10, counted));
    let stream = stream.map_err(|error| wrong(algorithm, &error))?;
    let named = Named { from: stream, algorithm };
    Ok(Box::new(Measured::new(named, packed, Rc::new(Cell::new(0)))))
}

fn stream<R: io::BufRead + 'static>(algorithm: Algorithm, mut from: R) -> io::Result<Box<dyn Read>> {
    Ok(match algorithm {
        Algorithm::Brotli => Box::new(brotli_decompressor::Decompressor::new(from, 64 << 10)),
        Algorithm::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(from)),
        Algorithm::Deflate => Box::new(flate2::bufread::ZlibDecoder::new(from)),
        Algorithm::Deflate64 => Box::new(deflate64::Deflate64Decoder::with_buffer(from)),
        Algorithm::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(from)),
        Algorithm::Lz4block => Box::new(Lz4Block::new(from)),
        Algorithm::Lz4frame => Box::new(lz4_flex::frame::FrameDecoder::new(from)),
        Algorithm::Lzma => Box::new(
            lzma_rust2::LzmaReader::new_mem_limit(from, MEMORY_KB_MAX, None).map_err(io::Error::other)?,
        ),
        Algorithm::Snappy => {
            let mut packed = Vec::new();
            from.by_ref().take(WHOLE_BYTES_MAX + 1).read_to_end(&mut packed)?;
            let length = snap::raw::decompress_len(&packed)?;
            if packed.len() as u64 > WHOLE_BYTES_MAX || length as u64 > WHOLE_BYTES_MAX {
                return Err(io::Error::other(format!(
                    "it has more than {} MB, and Snappy without frames is read as a whole: use SNAPPYFRAME",
                    WHOLE_BYTES_MAX >> 20
                )));
            }
            Box::new(io::Cursor::new(snap::raw::Decoder::new().decompress_vec(&packed)?))
        }
        Algorithm::Snappyframe => Box::new(snap::read::FrameDecoder::new(from)),
        Algorithm::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(from, true, MEMORY_KB_MAX)),
        Algorithm::Z => Box::new(Lzw::new(from)?),
        Algorithm::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(from)?;
            decoder.window_log_max(WINDOW_LOG_MAX)?;
            Box::new(decoder)
        }
    })
}

/// A stream whose errors name what it should be.
struct Named {
    from: Box<dyn Read>,
    algorithm: Algorithm,
}

impl Read for Named {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.from.read(to) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                Err(io::Error::other(wrong(self.algorithm, &error).to_string()))
            }
            read => read,
        }
    }
}

fn wrong(algorithm: Algorithm, error: &io::Error) -> Failure {
    Failure::new(format!("the file is no {} that can be decompressed, or is cut: {error}", algorithm.name()))
}
