//! Public keys as people paste them: PEM with a `SubjectPublicKeyInfo` (RFC 5280).

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};

use super::signature::from_base64;

/// rsaEncryption, 1.2.840.113549.1.1.1.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// id-ecPublicKey, 1.2.840.10045.2.1, and its curve P-256, 1.2.840.10045.3.1.7.
const ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BIT_STRING: u8 = 0x03;

#[derive(Debug)]
pub(super) struct PublicKey {
    kind: Kind,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Rsa,
    P256,
}

impl PublicKey {
    pub(super) fn read(pem: &str) -> Result<Self, String> {
        let wrong = || {
            "its `token.publicKey` is no public key for RS256 or ES256: it begins with `-----BEGIN PUBLIC KEY-----`"
                .to_owned()
        };
        let (_, rest) = pem.split_once("-----BEGIN PUBLIC KEY-----").ok_or_else(wrong)?;
        let (body, _) = rest.split_once("-----END PUBLIC KEY-----").ok_or_else(wrong)?;
        let body: String = body.split_whitespace().collect();
        let bytes = from_base64(&body).ok_or_else(wrong)?;
        Self::from_der(&bytes).ok_or_else(wrong)
    }

    fn from_der(bytes: &[u8]) -> Option<Self> {
        let (info, _) = element(bytes, SEQUENCE)?;
        let (algorithm, rest) = element(info, SEQUENCE)?;
        let (name, parameters) = element(algorithm, OBJECT_IDENTIFIER)?;
        let (key, _) = element(rest, BIT_STRING)?;
        // The first byte counts the bits that do not belong to it.
        let (0, key) = key.split_first()? else { return None };
        let kind = match name {
            RSA => Kind::Rsa,
            ELLIPTIC if element(parameters, OBJECT_IDENTIFIER)?.0 == P256 => Kind::P256,
            _ => return None,
        };
        Some(Self { kind, bytes: key.to_vec() })
    }

    /// The name of the only algorithm that it is used with.
    pub(super) const fn algorithm(&self) -> &'static str {
        match self.kind {
            Kind::Rsa => "RS256",
            Kind::P256 => "ES256",
        }
    }

    pub(super) fn has_signed(&self, message: &[u8], code: &[u8]) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match self.kind {
            Kind::Rsa => &RSA_PKCS1_2048_8192_SHA256,
            Kind::P256 => &ECDSA_P256_SHA256_FIXED,
        };
        UnparsedPublicKey::new(algorithm, &self.bytes).verify(message, code).is_ok()
    }
}

/// The content of an element of DER with this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [first, length, rest @ ..] = bytes else { return None };
    if *first != tag {
        return None;
    }
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        // Nothing that is a key is longer than what two bytes count.
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?])), rest.get(2..)?),
        _ => return None,
    };
    rest.split_at_checked(length)
}
