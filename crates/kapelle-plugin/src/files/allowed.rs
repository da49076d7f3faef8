//! The folders of this machine that flows may work in: those that a setting names, and nothing else.

use std::path::PathBuf;

use kapelle_model::Failure;

use crate::Host;

/// Names the folders, with commas between them.
pub const ALLOWED_PATHS: &str = "kapelle.fs.local.allowed-paths";

/// The folders that are open to flows; none of them is a failure that says so.
pub fn allowed_folders(host: &dyn Host) -> Result<Vec<PathBuf>, Failure> {
    let written = host.setting(ALLOWED_PATHS).unwrap_or_default();
    let named = written.split(',').map(str::trim).filter(|folder| folder.starts_with('/'));
    let folders: Vec<PathBuf> = named.map(PathBuf::from).collect();
    if folders.is_empty() {
        return Err(Failure::new(format!(
            "no folder of this machine is open to flows: name some in the setting `{ALLOWED_PATHS}`, with commas between them"
        )));
    }
    Ok(folders)
}
