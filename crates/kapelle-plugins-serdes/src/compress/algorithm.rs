//! Ways to compress, by name.

use kapelle_plugin::Word;
use schemars::JsonSchema;
use serde::Deserialize;

/// A way to compress a file.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Algorithm {
    /// Brotli; only to decompress.
    Brotli,
    /// bzip2.
    Bzip2,
    /// Deflate with the header of zlib.
    Deflate,
    /// Deflate64; only to decompress.
    Deflate64,
    /// gzip.
    Gzip,
    /// One block of LZ4 without a frame; has to fit into memory to be compressed.
    Lz4block,
    /// LZ4 in frames.
    Lz4frame,
    /// LZMA alone, the older form of xz.
    Lzma,
    /// Snappy without frames; has to fit into memory.
    Snappy,
    /// Snappy in frames.
    Snappyframe,
    /// xz.
    Xz,
    /// The form of the Unix program `compress`; only to decompress.
    Z,
    /// Zstandard.
    Zstd,
}

impl Word for Algorithm {}

impl Algorithm {
    /// How names of such files end.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Bzip2 => ".bz2",
            Self::Deflate => ".zz",
            Self::Deflate64 => ".deflate64",
            Self::Gzip => ".gz",
            Self::Lz4block | Self::Lz4frame => ".lz4",
            Self::Lzma => ".lzma",
            Self::Snappy => ".snappy",
            Self::Snappyframe => ".sz",
            Self::Xz => ".xz",
            Self::Z => ".Z",
            Self::Zstd => ".zst",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "BROTLI",
            Self::Bzip2 => "BZIP2",
            Self::Deflate => "DEFLATE",
            Self::Deflate64 => "DEFLATE64",
            Self::Gzip => "GZIP",
            Self::Lz4block => "LZ4BLOCK",
            Self::Lz4frame => "LZ4FRAME",
            Self::Lzma => "LZMA",
            Self::Snappy => "SNAPPY",
            Self::Snappyframe => "SNAPPYFRAME",
            Self::Xz => "XZ",
            Self::Z => "Z",
            Self::Zstd => "ZSTD",
        }
    }
}
