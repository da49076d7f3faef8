//! How an encrypted file begins.
//!
//! There are two forms. That of OpenSSL has `Salted__` and a salt, and what else is needed the reader has to know. The
//! other begins with `KESTRAENC` and says it all: a version, how the key is made, a salt, a nonce, and the costs, with numbers
//! whose greatest byte comes first. All of it is under the seal of the content.

use std::io::Read;

use kapelle_model::Failure;
use kapelle_plugin::Broken;

use super::derivation::{Cost, SCRYPT_R};

const OPENSSL: &[u8] = b"Salted__";
const SEALED: &[u8] = b"KESTRAENC";
const VERSION: u8 = 1;

/// The beginning of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Form {
    OpenSsl { salt: [u8; 8], cost: Cost },
    Sealed { salt: [u8; 16], nonce: [u8; 12], cost: Cost },
}

impl Form {
    /// The bytes of the beginning.
    pub(super) fn header(&self) -> Vec<u8> {
        match self {
            Self::OpenSsl { salt, .. } => [OPENSSL, salt].concat(),
            Self::Sealed { salt, nonce, cost } => {
                let (code, costs) = match *cost {
                    Cost::Pbkdf2Sha256 { iterations } | Cost::Pbkdf2Sha512 { iterations } => {
                        (2, iterations.to_be_bytes().to_vec())
                    }
                    Cost::Argon2id { passes, kibibytes, lanes } => {
                        let numbers = [passes.to_be_bytes(), kibibytes.to_be_bytes()].concat();
                        (3, [&numbers[..], &lanes.to_be_bytes()].concat())
                    }
                    Cost::Scrypt { n, p } => (4, [&n.to_be_bytes()[..], &[SCRYPT_R as u8, p]].concat()),
                };
                [SEALED, &[VERSION, code], salt, nonce, &costs].concat()
            }
        }
    }

    /// Reads the beginning of a file. `iterations` is what the flow says, for files that do not.
    pub(super) fn read(file: &mut dyn Read, iterations: u32) -> Result<Self, Broken> {
        let magic: [u8; OPENSSL.len()] = bytes(file)?;
        if magic == OPENSSL {
            return Ok(Self::OpenSsl { salt: bytes(file)?, cost: Cost::Pbkdf2Sha256 { iterations } });
        }
        let [last, version, code] = if magic == SEALED[..magic.len()] { bytes(file)? } else { [0; 3] };
        if Some(&last) != SEALED.last() {
            return Err(Broken::new(
                "the file is not encrypted in a known form: it begins neither with `Salted__`, as `openssl enc -pbkdf2` \
                 writes it, nor with `KESTRAENC`",
            ));
        }
        if version != VERSION {
            return Err(Broken::new(format!(
                "version {version} of this form of encrypted files is not known"
            )));
        }
        let (salt, nonce) = (bytes(file)?, bytes(file)?);
        let number = |file: &mut dyn Read| Ok::<_, Broken>(u32::from_be_bytes(bytes(file)?));
        let cost = match code {
            2 => Cost::Pbkdf2Sha512 { iterations: number(file)? },
            3 => Cost::Argon2id {
                passes: number(file)?,
                kibibytes: number(file)?,
                lanes: u16::from_be_bytes(bytes(file)?),
            },
            4 => {
                let n = number(file)?;
                let [r, p] = bytes(file)?;
                if u32::from(r) != SCRYPT_R {
                    return Err(Broken::new(format!(
                        "files with r = {r} of scrypt are not known, only {SCRYPT_R}"
                    )));
                }
                Cost::Scrypt { n, p }
            }
            _ => return Err(Broken::new(format!("the way {code} to make a key of a password is not known"))),
        };
        Ok(Self::Sealed { salt, nonce, cost })
    }
}

fn bytes<const N: usize>(file: &mut dyn Read) -> Result<[u8; N], Broken> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes).map_err(|_| Failure::new("the file ends in its beginning: it is cut"))?;
    Ok(bytes)
}
