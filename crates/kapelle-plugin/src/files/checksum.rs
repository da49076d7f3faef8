//! Checksums of files.

use std::fmt::Write as _;
use std::io::{self, Read, Write};

use md5::Md5;
use schemars::JsonSchema;
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::copy;
use crate::broken::Broken;
use crate::context::RunContext;
use crate::convert::Word;

/// How a checksum is calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Algorithm {
    #[serde(rename = "MD5")]
    Md5,
    #[serde(rename = "SHA_1")]
    Sha1,
    #[serde(rename = "SHA_256")]
    Sha256,
    #[serde(rename = "SHA_512")]
    Sha512,
}

impl Word for Algorithm {}

/// Takes bytes and keeps nothing of them but their digest.
struct Digesting<D>(D);

impl<D: Digest> Write for Digesting<D> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The checksum of all that can be read, in hexadecimal.
pub fn checksum(cx: &RunContext, algorithm: Algorithm, content: &mut dyn Read) -> Result<String, Broken> {
    match algorithm {
        Algorithm::Md5 => of::<Md5>(cx, content),
        Algorithm::Sha1 => of::<Sha1>(cx, content),
        Algorithm::Sha256 => of::<Sha256>(cx, content),
        Algorithm::Sha512 => of::<Sha512>(cx, content),
    }
}

fn of<D: Digest>(cx: &RunContext, content: &mut dyn Read) -> Result<String, Broken> {
    let mut digesting = Digesting(D::new());
    copy(cx, content, &mut digesting)?;
    let digest = digesting.0.finalize();
    Ok(digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    }))
}
