//! Files as Git names them: by what is in them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use kapelle_plugin::files::copy;
use kapelle_plugin::{Broken, RunContext};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// Hexadecimal digits of an id in repositories with the longer ones.
const LONG: usize = 64;

enum Hasher {
    Short(Sha1),
    Long(Sha256),
}

/// Takes the content of a file and gives its id.
struct Naming(Hasher);

impl Naming {
    /// For content of so many bytes, in a repository with ids such as this one.
    fn new(bytes: u64, like: &str) -> Self {
        let mut naming =
            Self(if like.len() == LONG { Hasher::Long(Sha256::new()) } else { Hasher::Short(Sha1::new()) });
        naming.take(format!("blob {bytes}\0").as_bytes());
        naming
    }

    fn take(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Hasher::Short(hasher) => hasher.update(bytes),
            Hasher::Long(hasher) => hasher.update(bytes),
        }
    }

    fn name(self) -> String {
        match self.0 {
            Hasher::Short(hasher) => hex(&hasher.finalize()),
            Hasher::Long(hasher) => hex(&hasher.finalize()),
        }
    }
}

impl Write for Naming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The id of a content that has so many bytes; none if it has not.
pub(crate) fn name_of_content(
    cx: &RunContext,
    content: &mut dyn Read,
    bytes: u64,
    like: &str,
) -> Result<Option<String>, Broken> {
    let mut naming = Naming::new(bytes, like);
    let read = copy(cx, content, &mut naming)?;
    Ok((read == bytes).then(|| naming.name()))
}

/// Copies a content to a place of this machine.
pub(crate) fn keep(cx: &RunContext, content: &mut dyn Read, to: &Path) -> Result<(), Broken> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    copy(cx, content, &mut File::create(to)?).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git() {
        let cx = kapelle_plugin::stage::Stage::new().context();
        let name = |like: &str, bytes: u64| name_of_content(&cx, &mut &b"hello\n"[..], bytes, like).unwrap();
        // `git hash-object` says so, in both kinds of repositories.
        assert_eq!(name("a1", 6).as_deref(), Some("ce013625030ba8dba906f756967f9e9ca394464a"));
        let long = "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4";
        assert_eq!(name(&"0".repeat(64), 6).as_deref(), Some(long));
        assert_eq!(name("a1", 7), None, "it has changed while it was read");
    }
}
