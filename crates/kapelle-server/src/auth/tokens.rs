//! API tokens: long random texts of which only a digest is kept.

use sha2::{Digest, Sha256};

use super::hex;

/// What every token begins with, so that people and scanners of secrets know one when they see it.
const PREFIX: &str = "kap_";

/// Digits of the random part, and of the checksum behind it.
const RANDOM_DIGITS: usize = 64;
const SUM_DIGITS: usize = 8;

/// Digits of a digest that name a token in lists.
const ID_DIGITS: usize = 20;

/// How long a token is good if nobody says.
pub(super) const LIFE_DEFAULT_MS: i64 = 90 * 24 * 3_600_000;

pub(super) fn token(random: [u8; RANDOM_DIGITS / 2]) -> String {
    let random = hex::write(&random);
    format!("{PREFIX}{random}{}", sum(&random))
}

/// Whether a text can be a token at all: one that was mistyped costs no look into the store.
pub(super) fn is_well_formed(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(PREFIX) else { return false };
    let Some((random, given)) = rest.split_at_checked(RANDOM_DIGITS) else { return false };
    given == sum(random)
}

/// What is kept of a token.
pub(super) fn digest(token: &str) -> String {
    hex::write(&Sha256::digest(token.as_bytes()))
}

/// The name of a token that anybody may see.
pub(super) fn id(digest: &str) -> &str {
    &digest[..ID_DIGITS.min(digest.len())]
}

fn sum(random: &str) -> String {
    digest(random)[..SUM_DIGITS].to_owned()
}
