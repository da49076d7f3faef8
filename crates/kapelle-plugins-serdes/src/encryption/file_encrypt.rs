//! `io.kestra.plugin.compress.FileEncrypt`: encrypts a file with a password.

use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::files::open;
use kapelle_plugin::ion::finish;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::cipher::encrypt;
use super::derivation::{Cost, KeyDerivation};
use super::form::Form;
use crate::converted::{Written, create};

/// Fewer are guessed too fast.
const ITERATIONS_MIN: u32 = 100_000;

/// # Encrypt a file
///
/// Encrypts a file with a password, with AES of 256 bits.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileEncrypt {
    /// The address of the file.
    from: Expr<Text>,
    /// The password.
    password: Expr<Text>,
    /// How a key is made of it. With `PBKDF2_SHA256` the program `openssl` can decrypt the file; with all others it is seen
    /// when the file was changed.
    #[serde(default = "pbkdf2")]
    key_derivation: Expr<KeyDerivation>,
    /// How often a password goes through PBKDF2: the more, the longer it takes, also for who guesses.
    #[serde(default = "iterations")]
    iterations: Expr<u32>,
    /// The memory that a guess takes: in KiB for `ARGON2ID`, N (a power of two) for `SCRYPT`.
    #[serde(default = "memory")]
    memory: Expr<u32>,
    /// Lanes of `ARGON2ID`, p of `SCRYPT`.
    #[serde(default = "one")]
    parallelism: Expr<u16>,
    /// How often `ARGON2ID` goes through its memory.
    #[serde(default = "three")]
    argon2_time_cost: Expr<u32>,
}

fn pbkdf2() -> Expr<KeyDerivation> {
    Expr::fixed("PBKDF2_SHA256")
}

pub(super) fn iterations() -> Expr<u32> {
    Expr::fixed(Value::Int(600_000))
}

fn memory() -> Expr<u32> {
    Expr::fixed(Value::Int(65_536))
}

fn one() -> Expr<u16> {
    Expr::fixed(Value::Int(1))
}

fn three() -> Expr<u32> {
    Expr::fixed(Value::Int(3))
}

impl FileEncrypt {
    fn form(&self, cx: &RunContext) -> Result<Form, Failure> {
        let iterations = cx.render(&self.iterations)?;
        let derivation = cx.render(&self.key_derivation)?;
        let is_pbkdf2 = matches!(derivation, KeyDerivation::Pbkdf2Sha256 | KeyDerivation::Pbkdf2Sha512);
        if is_pbkdf2 && iterations < ITERATIONS_MIN {
            return Err(Failure::new(format!(
                "{iterations} `iterations` are too few for a password: at least {ITERATIONS_MIN} are needed"
            )));
        }
        let parallelism = cx.render(&self.parallelism)?;
        let cost = match derivation {
            KeyDerivation::Pbkdf2Sha256 => {
                let cost = Cost::Pbkdf2Sha256 { iterations };
                return Ok(Form::OpenSsl { salt: random(cx)?, cost });
            }
            KeyDerivation::Pbkdf2Sha512 => Cost::Pbkdf2Sha512 { iterations },
            KeyDerivation::Argon2id => Cost::Argon2id {
                passes: cx.render(&self.argon2_time_cost)?,
                kibibytes: cx.render(&self.memory)?,
                lanes: parallelism,
            },
            KeyDerivation::Scrypt => Cost::Scrypt {
                n: cx.render(&self.memory)?,
                p: u8::try_from(parallelism).map_err(|_| {
                    Failure::new(format!("`parallelism` may be 255 for scrypt, and is {parallelism}"))
                })?,
            },
        };
        Ok(Form::Sealed { salt: random(cx)?, nonce: random(cx)?, cost })
    }
}

fn random<const N: usize>(cx: &RunContext) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    cx.services.random(&mut bytes).map_err(|error| Failure::new(error.text()))?;
    Ok(bytes)
}

impl Task for FileEncrypt {
    const TYPE: &'static str = "io.kestra.plugin.compress.FileEncrypt";
    const HAS_EFFECTS: bool = false;
    type Output = Written;

    async fn run(&self, cx: &RunContext) -> Result<Written, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let form = task.form(cx)?;
            let password = cx.render(&task.password)?;
            let mut content = open(cx, &cx.render(&task.from)?)?;
            let mut to = create(cx, ".enc")?;
            encrypt(cx, &form, password.expose().as_bytes(), &mut content, &mut to)?;
            Ok(Written { uri: finish(to)? })
        })
        .await
    }
}
