//! A key out of a password: slow on purpose, so that nobody tries many.

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use kapelle_model::Failure;
use kapelle_plugin::Word;
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512};
use schemars::JsonSchema;
use serde::Deserialize;

/// How a key is made of a password.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
pub(crate) enum KeyDerivation {
    /// Files as the program `openssl` reads and writes them. Nobody sees whether one was changed.
    #[serde(rename = "PBKDF2_SHA256")]
    Pbkdf2Sha256,
    /// What was changed is refused.
    #[serde(rename = "PBKDF2_SHA512")]
    Pbkdf2Sha512,
    /// What was changed is refused; guessing costs memory, too.
    #[serde(rename = "ARGON2ID")]
    Argon2id,
    /// What was changed is refused; guessing costs memory, too.
    #[serde(rename = "SCRYPT")]
    Scrypt,
}

impl Word for KeyDerivation {}

/// What it costs to make a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    Pbkdf2Sha256 { iterations: u32 },
    Pbkdf2Sha512 { iterations: u32 },
    Argon2id { passes: u32, kibibytes: u32, lanes: u16 },
    Scrypt { n: u32, p: u8 },
}

const ITERATIONS_MAX: u32 = 10_000_000;
const MEMORY_MAX: u32 = 1 << 20;
const LANES_MAX: u16 = 64;

/// The `r` of scrypt, which files of this kind always have.
pub(super) const SCRYPT_R: u32 = 8;

impl Cost {
    /// Whether it can be paid: a file says it, and nobody knows who wrote the file.
    pub(super) fn check(self) -> Result<(), Failure> {
        let within = |name: &str, value: u32, least: u32, most: u32| {
            let is_within = (least..=most).contains(&value);
            is_within.then_some(()).ok_or_else(|| {
                Failure::new(format!("{name} has to be between {least} and {most}, and is {value}"))
            })
        };
        match self {
            Self::Pbkdf2Sha256 { iterations } | Self::Pbkdf2Sha512 { iterations } => {
                within("the number of iterations", iterations, 1, ITERATIONS_MAX)
            }
            Self::Argon2id { passes, kibibytes, lanes } => {
                within("the number of passes (`argon2TimeCost`)", passes, 1, 1_000)?;
                within("`parallelism`", lanes.into(), 1, LANES_MAX.into())?;
                within("`memory` in KiB", kibibytes, 8 * u32::from(lanes), MEMORY_MAX)
            }
            Self::Scrypt { n, p } => {
                within("`parallelism`", p.into(), 1, u8::MAX.into())?;
                within("`memory`", n, 2, MEMORY_MAX)?;
                if n.is_power_of_two() {
                    Ok(())
                } else {
                    Err(Failure::new(format!("`memory` has to be a power of two for scrypt, and is {n}")))
                }
            }
        }
    }

    /// Fills `key`.
    pub(super) fn derive(self, password: &[u8], salt: &[u8], key: &mut [u8]) -> Result<(), Failure> {
        self.check()?;
        let failed = |reason: String| Failure::new(format!("no key can be made of the password: {reason}"));
        let times = |iterations| NonZeroU32::new(iterations).unwrap_or(NonZeroU32::MIN);
        match self {
            Self::Pbkdf2Sha256 { iterations } => {
                pbkdf2::derive(PBKDF2_HMAC_SHA256, times(iterations), salt, password, key);
            }
            Self::Pbkdf2Sha512 { iterations } => {
                pbkdf2::derive(PBKDF2_HMAC_SHA512, times(iterations), salt, password, key);
            }
            Self::Argon2id { passes, kibibytes, lanes } => {
                let params = Params::new(kibibytes, passes, lanes.into(), Some(key.len()));
                let params = params.map_err(|error| failed(error.to_string()))?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(password, salt, key)
                    .map_err(|error| failed(error.to_string()))?;
            }
            Self::Scrypt { n, p } => {
                let params = scrypt::Params::new(n.ilog2() as u8, SCRYPT_R, p.into());
                let params = params.map_err(|error| failed(error.to_string()))?;
                scrypt::scrypt(password, salt, &params, key).map_err(|error| failed(error.to_string()))?;
            }
        }
        Ok(())
    }
}
