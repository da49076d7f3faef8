//! Passwords: which are good enough, and what is kept of them.

use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::{Value as Json, json};

use super::hex;

/// What hashing one password costs, as OWASP recommends for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// Characters of a password, at least and at most.
const LENGTH_MIN: usize = 8;
const LENGTH_MAX: usize = 256;

/// What is wrong with a name and a password that somebody chose; nothing, if they are good enough.
pub(super) fn complaints(username: &str, password: &str) -> Vec<&'static str> {
    let count = password.chars().count();
    let has = |is: fn(char) -> bool| password.chars().any(is);
    let checks = [
        (
            is_email(username),
            "Invalid username for Basic Authentication. Please provide a valid email address.",
        ),
        (
            (LENGTH_MIN..=LENGTH_MAX).contains(&count)
                && has(char::is_uppercase)
                && has(char::is_lowercase)
                && has(|letter| letter.is_ascii_digit()),
            "Invalid password for Basic Authentication. The password must have 8 to 256 chars, one upper, one lower and one number",
        ),
    ];
    checks.into_iter().filter(|(is_good, _)| !is_good).map(|(_, words)| words).collect()
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |part: &str| {
        !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || letter == '@')
    };
    is_plain(name)
        && is_plain(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

/// What is kept of a password, with everything that is needed to check one against it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Hash {
    memory_kib: u32,
    passes: u32,
    salt: Vec<u8>,
    bytes: Vec<u8>,
}

impl Hash {
    /// Takes tens of milliseconds: never for a thread that others wait for.
    pub(super) fn of(password: &str, salt: [u8; SALT_BYTES]) -> Self {
        let bytes =
            derive(password, &salt, MEMORY_KIB, PASSES, HASH_BYTES).expect("the parameters are valid");
        Self { memory_kib: MEMORY_KIB, passes: PASSES, salt: salt.to_vec(), bytes }
    }

    /// What no password fits, and takes as long to compare with.
    pub(super) fn unknown(salt: [u8; SALT_BYTES], bytes: [u8; HASH_BYTES]) -> Self {
        Self { memory_kib: MEMORY_KIB, passes: PASSES, salt: salt.to_vec(), bytes: bytes.to_vec() }
    }

    /// Whether it was made of this password. As slow as [`Hash::of`], and as slow for wrong ones.
    pub(super) fn fits(&self, password: &str) -> bool {
        let derived = derive(password, &self.salt, self.memory_kib, self.passes, self.bytes.len());
        derived.is_some_and(|derived| are_equal(&derived, &self.bytes))
    }

    pub(super) fn to_json(&self) -> Json {
        json!({
            "algorithm": "argon2id",
            "memoryKib": self.memory_kib,
            "passes": self.passes,
            "salt": hex::write(&self.salt),
            "hash": hex::write(&self.bytes),
        })
    }

    pub(super) fn from_json(json: &Json) -> Option<Self> {
        if json["algorithm"] != "argon2id" {
            return None;
        }
        let number = |name: &str| u32::try_from(json[name].as_u64()?).ok();
        let bytes = |name: &str| hex::read(json[name].as_str()?);
        Some(Self {
            memory_kib: number("memoryKib")?,
            passes: number("passes")?,
            salt: bytes("salt")?,
            bytes: bytes("hash")?,
        })
    }
}

fn derive(password: &str, salt: &[u8], memory_kib: u32, passes: u32, length: usize) -> Option<Vec<u8>> {
    let parameters = Params::new(memory_kib, passes, LANES, Some(length)).ok()?;
    let mut derived = vec![0; length];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(password.as_bytes(), salt, &mut derived)
        .ok()?;
    Some(derived)
}

/// Takes as long whether they differ early or late.
fn are_equal(one: &[u8], two: &[u8]) -> bool {
    one.len() == two.len()
        && one.iter().zip(two).fold(0, |difference, (one, two)| difference | (one ^ two)) == 0
}
