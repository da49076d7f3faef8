//! AES-GCM with keys of 128, 192 and 256 bits. What is sealed is nonce, ciphertext and tag.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::aes::Aes192;
use aes_gcm::aes::cipher::consts::U12;
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm};

use super::base64;
use crate::expression::error::{Error, Outcome};

pub(super) const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

pub(super) fn encrypt(key: &str, nonce: [u8; NONCE_BYTES], plain: &[u8]) -> Outcome<Vec<u8>> {
    let sealed = with_key(key, |cipher| cipher.seal(&nonce, plain))?;
    let sealed = sealed.ok_or_else(|| Error::invalid("the text is too long to be encrypted"))?;
    Ok([&nonce[..], &sealed].concat())
}

pub(super) fn decrypt(key: &str, sealed: &[u8]) -> Outcome<Vec<u8>> {
    if sealed.len() < NONCE_BYTES + TAG_BYTES {
        let bytes = sealed.len();
        return Err(Error::invalid(format!(
            "the encrypted text has only {bytes} bytes, fewer than its nonce and tag"
        ))
        .help("give `decrypt` the whole text that `encrypt` wrote"));
    }
    let (nonce, rest) = sealed.split_at(NONCE_BYTES);
    let mut array = [0; NONCE_BYTES];
    array.copy_from_slice(nonce);
    with_key(key, |cipher| cipher.open(&array, rest))?.ok_or_else(|| {
        Error::invalid("the text cannot be decrypted with this key")
            .help("use the key that it was encrypted with")
    })
}

/// Any of the three ciphers.
trait Cipher {
    fn seal(&self, nonce: &[u8; NONCE_BYTES], plain: &[u8]) -> Option<Vec<u8>>;
    fn open(&self, nonce: &[u8; NONCE_BYTES], sealed: &[u8]) -> Option<Vec<u8>>;
}

impl<C: Aead<NonceSize = U12>> Cipher for C {
    fn seal(&self, nonce: &[u8; NONCE_BYTES], plain: &[u8]) -> Option<Vec<u8>> {
        self.encrypt(&(*nonce).into(), plain).ok()
    }

    fn open(&self, nonce: &[u8; NONCE_BYTES], sealed: &[u8]) -> Option<Vec<u8>> {
        self.decrypt(&(*nonce).into(), sealed).ok()
    }
}

fn with_key<T>(key: &str, work: impl FnOnce(&dyn Cipher) -> T) -> Outcome<T> {
    let help = "a key is 16, 24 or 32 random bytes in base64: `openssl rand -base64 32`";
    let key = base64::decode(key)
        .map_err(|problem| Error::invalid(format!("the key is no base64: {problem}")).help(help))?;
    let wrong = || Error::invalid(format!("the key has {} bytes", key.len())).help(help);
    Ok(match key.len() {
        16 => work(&Aes128Gcm::new_from_slice(&key).map_err(|_| wrong())?),
        24 => work(&AesGcm::<Aes192, U12>::new_from_slice(&key).map_err(|_| wrong())?),
        32 => work(&Aes256Gcm::new_from_slice(&key).map_err(|_| wrong())?),
        _ => return Err(wrong()),
    })
}
