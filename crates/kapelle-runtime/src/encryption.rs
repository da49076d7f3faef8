//! Encryption of what is kept: AES-GCM with the key of the instance, as `encrypt()` does.
//!
//! What comes out is base64 of a random number of 12 bytes, the encrypted text and its tag. An empty text stays as it is.

use kapelle_core::expression::plain;
use kapelle_model::{Failure, Text};

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// The key of the instance. It is never shown.
#[derive(Clone)]
pub struct Encryption {
    key: String,
}

impl Encryption {
    /// With a key of 256 bits in base64.
    pub fn new(key: &str) -> Result<Self, Failure> {
        let key = key.trim();
        match plain::from_base64(key).map(|bytes| bytes.len()) {
            Ok(KEY_BYTES) => Ok(Self { key: key.to_owned() }),
            Ok(bytes) => Err(Failure::new(format!(
                "`kestra.encryption.secret-key` has {bytes} bytes and needs {KEY_BYTES}: `openssl rand -base64 32` makes one"
            ))),
            Err(_) => Err(Failure::new(
                "`kestra.encryption.secret-key` is no base64: `openssl rand -base64 32` makes a key",
            )),
        }
    }

    /// Encrypts a text; twice the same text gives two different ones.
    pub fn encrypt(&self, text: &str) -> Result<String, Failure> {
        if text.is_empty() {
            return Ok(String::new());
        }
        let mut nonce = [0; plain::NONCE_BYTES];
        crate::random::fill(&mut nonce).map_err(|error| Failure::new(error.to_string()))?;
        let sealed = plain::encrypt(&self.key, nonce, text.as_bytes());
        sealed.map(|sealed| plain::to_base64(&sealed)).map_err(|error| Failure::new(error.text()))
    }

    /// The text again, marked as secret.
    pub fn decrypt(&self, encrypted: &str) -> Result<Text, Failure> {
        if encrypted.is_empty() {
            return Ok(Text::default());
        }
        let sealed = plain::from_base64(encrypted).map_err(|_| unreadable())?;
        let opened = plain::decrypt(&self.key, &sealed).map_err(|_| unreadable())?;
        String::from_utf8(opened).map(|text| Text::from(text).into_secret()).map_err(|_| unreadable())
    }
}

fn unreadable() -> Failure {
    Failure::new("it cannot be decrypted: use the `kestra.encryption.secret-key` that it was encrypted with")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "I6EGNzRESu3X3pKZidrqCGOHQFUFC0yKI6EGNzRESu0=";

    #[test]
    fn what_was_encrypted_comes_back_as_a_secret() {
        let encryption = Encryption::new(KEY).unwrap();
        let (one, two) = (encryption.encrypt("päss").unwrap(), encryption.encrypt("päss").unwrap());
        assert_ne!(one, two);
        let text = encryption.decrypt(&one).unwrap();
        assert_eq!((text.expose(), text.masked().as_str()), ("päss", "******"));
        assert_eq!(plain::from_base64(&two).unwrap().len(), 12 + "päss".len() + 16);
    }

    #[test]
    fn an_empty_text_stays_as_it_is() {
        let encryption = Encryption::new(KEY).unwrap();
        assert_eq!(encryption.encrypt("").unwrap(), "");
        assert_eq!(encryption.decrypt("").unwrap().expose(), "");
    }

    #[test]
    fn wrong_keys_and_spoilt_texts_are_told_without_showing_them() {
        for key in ["", "c2hvcnQ=", "!"] {
            let failure = Encryption::new(key).err().unwrap().to_string();
            assert!(failure.contains("openssl rand"), "{failure}");
        }
        let encryption = Encryption::new(KEY).unwrap();
        for text in ["canary", "Y2FuYXJ5", &plain::to_base64(&[7; 40])] {
            let failure = encryption.decrypt(text).unwrap_err().to_string();
            assert!(failure.contains("cannot be decrypted") && !failure.contains(text), "{failure}");
        }
    }
}
