//! Short names for long texts.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Bytes that are kept of a hash: enough that two values of a loop never meet by chance.
const BYTES: usize = 8;

/// The beginning of the hash of a text, in hexadecimal.
pub(super) fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(BYTES).fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a text takes everything");
        out
    })
}
