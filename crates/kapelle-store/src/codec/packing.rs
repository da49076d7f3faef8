//! The first byte of every blob, and what follows it.
//!
//! 0 is followed by the bytes themselves, 1 by a frame of zstd that needs dictionary 1, 2 by another blob that is
//! encrypted ([`seal`](super::seal)). A number is never given to something else and a dictionary never changes: what was
//! written once is read forever.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CParameter, compress_bound, get_frame_content_size};

use crate::error::{Result, StoreError};

pub(super) const PLAIN: u8 = 0;
const ZSTD_1: u8 = 1;
pub(super) const SEALED: u8 = 2;

/// Shorter ones are not worth the time.
const PACKED_MIN: usize = 160;

/// What may come out of a blob. Whatever is larger stays plain, so that nothing small claims to be huge.
const UNPACKED_MAX: usize = 64 << 20;

const LEVEL: i32 = 1;

static DICTIONARY_1: &[u8] = include_bytes!("dictionary-1.bin");
static TO_PACK: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static TO_UNPACK: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    // A context is some hundred kilobytes that are made once, not for each row.
    static PACKER: RefCell<Option<Compressor<'static>>> = RefCell::new(packer().ok());
    static UNPACKER: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::with_prepared_dictionary(&TO_UNPACK).ok());
}

fn packer() -> std::io::Result<Compressor<'static>> {
    let mut packer = Compressor::with_prepared_dictionary(&TO_PACK)?;
    // The number of the codec says which dictionary it is.
    packer.set_parameter(CParameter::DictIdFlag(false))?;
    packer.set_parameter(CParameter::ContentSizeFlag(true))?;
    packer.set_parameter(CParameter::ChecksumFlag(false))?;
    Ok(packer)
}

/// Any bytes as they are kept: packed if that pays.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    packed(bytes).unwrap_or_else(|| {
        let mut kept = Vec::with_capacity(bytes.len() + 1);
        kept.push(PLAIN);
        kept.extend_from_slice(bytes);
        kept
    })
}

/// The same for bytes that have the number of the plain codec in front already.
pub(super) fn pack_plain(plain: Vec<u8>) -> Vec<u8> {
    packed(&plain[1..]).unwrap_or(plain)
}

/// The bytes with the number of their codec, if that is at least an eighth shorter.
fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    if !(PACKED_MIN..=UNPACKED_MAX).contains(&bytes.len()) {
        return None;
    }
    let mut kept = vec![0; compress_bound(bytes.len()) + 1];
    kept[0] = ZSTD_1;
    let length = PACKER.with_borrow_mut(|packer| {
        packer.as_mut().and_then(|packer| packer.compress_to_buffer(bytes, &mut kept[1..]).ok())
    })?;
    kept.truncate(length + 1);
    (kept.len() <= bytes.len() - bytes.len() / 8).then_some(kept)
}

/// The bytes as they were before [`pack`].
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>> {
    unpacked(bytes).map(Cow::into_owned).map_err(|why| corrupt("something that was packed", why))
}

/// What a blob holds, without copying what is plain; or why that cannot be said.
pub(super) fn unpacked(bytes: &[u8]) -> std::result::Result<Cow<'_, [u8]>, String> {
    match bytes.split_first() {
        Some((&PLAIN, content)) => Ok(Cow::Borrowed(content)),
        Some((&ZSTD_1, frame)) => unpack_frame(frame).map(Cow::Owned),
        Some((&SEALED, _)) => Err("it is encrypted where nothing secret is expected".to_owned()),
        Some((codec, _)) => Err(format!("it has codec {codec}, which only a newer version knows")),
        None => Err("it is empty".to_owned()),
    }
}

fn unpack_frame(frame: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let size = get_frame_content_size(frame)
        .ok()
        .flatten()
        .and_then(|size| usize::try_from(size).ok())
        .ok_or("the packed bytes do not begin as such do")?;
    if size > UNPACKED_MAX {
        return Err(format!("it claims {size} bytes, and {UNPACKED_MAX} are the most"));
    }
    UNPACKER.with_borrow_mut(|unpacker| {
        let unpacker = unpacker.as_mut().ok_or("there is no memory to unpack it")?;
        let content =
            unpacker.decompress(frame, size).map_err(|error| format!("unpacking failed: {error}"))?;
        if content.len() == size { Ok(content) } else { Err("the packed bytes end early".to_owned()) }
    })
}

pub(super) fn corrupt(what: impl Into<String>, why: impl Into<String>) -> StoreError {
    StoreError::Corrupt { what: what.into(), why: why.into() }
}
