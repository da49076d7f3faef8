//! Codes that only somebody with the same secret can make.

use std::hint::black_box;

use kapelle_core::expression::plain;
use ring::hmac;
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// How a code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Hex,
    Base64,
}

impl Algorithm {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        match plain.to_ascii_uppercase().as_str() {
            "SHA1" | "HMACSHA1" => Some(Self::Sha1),
            "SHA256" | "HMACSHA256" => Some(Self::Sha256),
            "SHA384" | "HMACSHA384" => Some(Self::Sha384),
            "SHA512" | "HMACSHA512" => Some(Self::Sha512),
            _ => None,
        }
    }

    const fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    /// The code of a message that comes in parts.
    pub(super) fn sign(self, secret: &str, message: &[&[u8]]) -> Vec<u8> {
        let key = hmac::Key::new(self.hmac(), secret.as_bytes());
        let mut context = hmac::Context::with_key(&key);
        for part in message {
            context.update(part);
        }
        context.sign().as_ref().to_vec()
    }
}

impl Encoding {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "HEX" => Some(Self::Hex),
            "BASE64" => Some(Self::Base64),
            _ => None,
        }
    }

    pub(super) fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => from_hex(text),
            Self::Base64 => from_base64(text),
        }
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some((digit(*high)? * 16 + digit(*low)?) as u8)).collect()
}

/// Either alphabet, with or without padding.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    plain::from_base64(&text.replace('-', "+").replace('_', "/")).ok()
}

/// Whether two codes are the same. The time that it takes depends on their lengths alone.
pub(super) fn is_same(left: &[u8], right: &[u8]) -> bool {
    let differences = left.iter().zip(right).fold(0, |all, (left, right)| black_box(all | (left ^ right)));
    left.len() == right.len() && differences == 0
}

/// Whether two texts are the same. The time that it takes tells nothing about a text that is kept secret.
pub(super) fn is_same_text(left: &str, right: &str) -> bool {
    is_same(&Sha256::digest(left), &Sha256::digest(right))
}
