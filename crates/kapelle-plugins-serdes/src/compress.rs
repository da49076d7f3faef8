//! Compressed files, and archives of several files.
//!
//! [`unpacking`] and [`packing`] are streams of one file, in [`algorithm`]s with names; [`archive`] has the forms of
//! archives. What is unpacked goes through [`bomb`], which ends what grows without measure.

mod algorithm;
mod archive;
pub(crate) mod archive_compress;
pub(crate) mod archive_decompress;
mod bomb;
pub(crate) mod file_compress;
pub(crate) mod file_decompress;
mod lz4_block;
mod lzw;
mod packing;
#[cfg(test)]
mod tests;
mod unpacking;
