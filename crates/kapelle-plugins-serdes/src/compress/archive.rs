//! Forms of archives: reading their files one by one, and writing them.

mod ar;
mod cpio;
mod reading;
mod writing;

use kapelle_model::Failure;
use kapelle_plugin::Word;
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use reading::each;
pub(super) use writing::Archive;

/// The form of an archive.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Form {
    /// ar, as libraries and packages of Debian are.
    Ar,
    /// arj; not supported.
    Arj,
    /// cpio.
    Cpio,
    /// The dumps of Unix file systems; not supported.
    Dump,
    /// A zip with programs in Java.
    Jar,
    /// tar.
    Tar,
    /// zip.
    Zip,
}

impl Word for Form {}

impl Form {
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Ar => ".ar",
            Self::Arj => ".arj",
            Self::Cpio => ".cpio",
            Self::Dump => ".dump",
            Self::Jar => ".jar",
            Self::Tar => ".tar",
            Self::Zip => ".zip",
        }
    }
}

/// What is not supported.
fn unknown(form: Form) -> Failure {
    let name = form.ending().trim_start_matches('.').to_uppercase();
    Failure::new(format!("archives of the form {name} are not supported: there are AR, CPIO, JAR, TAR, ZIP"))
}

/// A number in a field of text.
fn number(field: &[u8], radix: u32) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, radix).ok() }
}
