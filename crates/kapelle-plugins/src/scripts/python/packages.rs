//! The name of a folder of packages: whoever needs the same packages for the same interpreter finds the same folder.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use kapelle_model::{Failure, Text};
use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::runner::program;

/// Tells implementation, version and machine.
const ASK: &str = "import platform, sys; print(platform.python_implementation(), platform.python_version(), \
                   platform.machine(), *platform.libc_ver())";

/// What interpreters said about themselves: an answer holds until the program changes.
static KNOWN: Mutex<BTreeMap<(PathBuf, Option<SystemTime>), String>> = Mutex::new(BTreeMap::new());

/// A name for packages, whatever their order.
pub(super) fn folder_name(version: &str, packages: &[Text]) -> String {
    let mut sorted: Vec<&str> = packages.iter().map(|package| package.expose().trim()).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let mut digest = Sha256::new();
    for part in std::iter::once(version).chain(sorted) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().iter().fold(String::new(), |mut name, byte| {
        // Writing into a text cannot fail.
        let _written = write!(name, "{byte:02x}");
        name
    })
}

/// What an interpreter says it is. It is asked once.
pub(super) async fn interpreter_version(
    python: &str,
    variables: &BTreeMap<String, Text>,
    directory: &Path,
) -> Result<String, Failure> {
    let path = variables.get("PATH").map_or("", |path| path.expose());
    let program =
        program::find(python, path, directory).ok_or_else(|| Failure::new(program::missing(python, path)))?;
    let changed = program.metadata().and_then(|data| data.modified()).ok();
    let key = (program, changed);
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(version) = known {
        return Ok(version);
    }
    let answer = Command::new(&key.0)
        .args(["-c", ASK])
        .env_clear()
        .env("PATH", path)
        .current_dir(directory)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await;
    let version = match answer {
        Ok(answer) if answer.status.success() => String::from_utf8_lossy(&answer.stdout).trim().to_owned(),
        _ => return Err(Failure::new(format!("`{}` does not tell its version", key.0.display()))),
    };
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(key, version.clone());
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_depends_on_what_is_needed_and_not_on_its_order() {
        let name = |version, packages: &[&str]| {
            folder_name(version, &packages.iter().map(|package| Text::from(*package)).collect::<Vec<_>>())
        };
        assert_eq!(name("3", &["a", "b==1"]), name("3", &["b==1 ", "a", "a"]));
        let others =
            [name("3", &["a"]), name("3", &["a", "b==2"]), name("4", &["a", "b==1"]), name("3", &["ab==1"])];
        assert!(!others.contains(&name("3", &["a", "b==1"])));
        assert_eq!(name("3", &["a"]).len(), 64);
    }
}
