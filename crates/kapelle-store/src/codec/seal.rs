//! The seal over what is secret: rows in which a value is marked are encrypted before they are kept.
//!
//! AES-256-GCM. Whoever owns rows, an execution or a document, has a key of its own, made of the key of the
//! installation: what belongs to one is never opened for another. The nonce is made of the bytes that are sealed. So the
//! same bytes of the same owner look the same, which tells no more than that they were written twice, and large values
//! keep their names; and nothing depends on good random numbers but the key itself.
//!
//! A seal is the id of the key, the nonce, the encrypted bytes and their tag.

use std::fmt::{self, Write as _};

use kapelle_model::ExecutionId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac::{self, HMAC_SHA256};
use ring::rand::{SecureRandom, SystemRandom};

use super::base64;
use super::packing::SEALED;
use crate::document::DocumentKey;
use crate::error::{Result, StoreError};

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Bytes of the id of a key.
const ID_BYTES: usize = 8;

/// The key of an installation. It is never shown but to be kept.
#[derive(Clone)]
pub struct Key([u8; KEY_BYTES]);

/// Names a key without telling anything about it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID_BYTES]);

/// Encrypts with one key, and decrypts what was encrypted with any that it knows. Threads share it.
pub struct Seal {
    current: Sealer,
    older: Vec<Sealer>,
}

/// What is made of one key.
struct Sealer {
    id: KeyId,
    keys: hmac::Key,
    nonces: hmac::Key,
}

/// Whose bytes they are. They open for nobody else.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    Execution(ExecutionId),
    Document(&'a DocumentKey),
}

impl Key {
    /// One that nobody has yet.
    pub fn fresh() -> Result<Self> {
        let mut bytes = [0; KEY_BYTES];
        let filled = SystemRandom::new().fill(&mut bytes);
        filled.map_err(|_| StoreError::Unavailable("there are no random numbers for a key".to_owned()))?;
        Ok(Self(bytes))
    }

    /// A key of 256 bits in base64, or why it is none.
    pub fn read(text: &str) -> std::result::Result<Self, String> {
        const MAKE_ONE: &str = "`openssl rand -base64 32` makes one";
        let bytes = base64::read(text.trim()).ok_or_else(|| format!("it is no base64: {MAKE_ONE}"))?;
        let length = bytes.len();
        let key =
            bytes.try_into().map_err(|_| format!("it has {length} bytes and needs {KEY_BYTES}: {MAKE_ONE}"));
        key.map(Self)
    }

    /// The key in base64, to be kept where nobody else reads it.
    pub fn to_base64(&self) -> String {
        base64::write(&self.0)
    }

    pub fn id(&self) -> KeyId {
        let id = self.derived("id");
        let mut bytes = [0; ID_BYTES];
        bytes.copy_from_slice(&id.as_ref()[..ID_BYTES]);
        KeyId(bytes)
    }

    fn derived(&self, purpose: &str) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(HMAC_SHA256, &self.0), purpose.as_bytes())
    }
}

impl KeyId {
    /// The id that was displayed, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut id = [0; ID_BYTES];
        if text.len() != 2 * ID_BYTES || !text.is_ascii() {
            return None;
        }
        for (place, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        Some(Self(id))
    }
}

impl Seal {
    /// What is new is sealed with the current key.
    pub fn new(current: &Key, older: &[Key]) -> Self {
        Self { current: Sealer::new(current), older: older.iter().map(Sealer::new).collect() }
    }

    /// Bytes as they are kept, with the number of the codec in front.
    pub(super) fn seal(&self, owner: Owner<'_>, bytes: &[u8]) -> Vec<u8> {
        self.current.seal(owner, bytes)
    }

    /// What was sealed, without the number of the codec; or why it cannot be opened.
    pub(super) fn open(&self, owner: Owner<'_>, sealed: &[u8]) -> std::result::Result<Vec<u8>, String> {
        let (id, sealed) = sealed.split_first_chunk().ok_or("its seal is cut off")?;
        let id = KeyId(*id);
        let sealer = std::iter::once(&self.current).chain(&self.older).find(|sealer| sealer.id == id);
        let sealer = sealer.ok_or_else(|| {
            format!("it is encrypted with the key {id}, which is not here: {}", where_keys_are(id))
        })?;
        sealer
            .open(owner, sealed)
            .ok_or_else(|| "its encrypted bytes are not those that were written".to_owned())
    }
}

/// What a person does about a key that is missing.
pub fn where_keys_are(id: KeyId) -> String {
    format!(
        "put the file `{id}.key` back into the folder `keys` of the data, or set `kestra.encryption.secret-key` to \
         that key"
    )
}

impl Sealer {
    fn new(key: &Key) -> Self {
        let derived = |purpose| hmac::Key::new(HMAC_SHA256, key.derived(purpose).as_ref());
        Self { id: key.id(), keys: derived("keys of owners"), nonces: derived("nonces") }
    }

    fn seal(&self, owner: Owner<'_>, bytes: &[u8]) -> Vec<u8> {
        let mut digest = hmac::Context::with_key(&self.nonces);
        owner.sign(&mut digest);
        digest.update(bytes);
        let digest = digest.sign();
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&digest.as_ref()[..NONCE_LEN]);
        let head = 1 + ID_BYTES + NONCE_LEN;
        let mut sealed = Vec::with_capacity(head + bytes.len() + AES_256_GCM.tag_len());
        sealed.push(SEALED);
        sealed.extend_from_slice(&self.id.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(bytes);
        let tag = self
            .key_of(owner)
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut sealed[head..],
            )
            .expect("a row is shorter than the 64 GiB that can be encrypted at once");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    fn open(&self, owner: Owner<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, encrypted) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = encrypted.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.key_of(owner).open_in_place(nonce, Aad::empty(), &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }

    fn key_of(&self, owner: Owner<'_>) -> LessSafeKey {
        let mut digest = hmac::Context::with_key(&self.keys);
        owner.sign(&mut digest);
        let key = UnboundKey::new(&AES_256_GCM, digest.sign().as_ref());
        LessSafeKey::new(key.expect("a digest is as long as a key"))
    }
}

impl Owner<'_> {
    /// Adds what tells it from all others, with its end.
    fn sign(self, digest: &mut hmac::Context) {
        match self {
            Self::Execution(id) => {
                digest.update(b"execution");
                digest.update(&id.0.to_be_bytes());
            }
            Self::Document(DocumentKey { kind, tenant, namespace, name }) => {
                digest.update(kind.word().as_bytes());
                for part in [tenant, namespace, name] {
                    digest.update(&(part.len() as u64).to_be_bytes());
                    digest.update(part.as_bytes());
                }
            }
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.iter().fold(String::new(), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        });
        f.pad(&text)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id())
    }
}
