//! What an installation says about DuckDB.

use std::path::Path;

use kapelle_plugin::Host;
use kapelle_plugin::program::PATH;

/// Names the program.
pub(super) const PROGRAM: &str = "kapelle.duckdb.program";

/// Names the folders in which programs are that run on this machine.
pub(super) const FOLDERS: &str = "kapelle.runner.process.path";

/// Says whether statements reach files, networks and settings outside of their task.
pub(super) const EXTERNAL_ACCESS: &str = "kapelle.duckdb.external-access";

/// Names the folder in which extensions are kept.
pub(super) const EXTENSIONS: &str = "kapelle.duckdb.extension-directory";

pub(super) struct Settings {
    pub(super) program: String,
    pub(super) has_external_access: bool,
    pub(super) extensions: Option<String>,
}

impl Settings {
    pub(super) fn of(host: &dyn Host) -> Self {
        let filled = |name| host.setting(name).filter(|value| !value.trim().is_empty());
        let program = filled(PROGRAM).unwrap_or_else(|| "duckdb".to_owned());
        let folders = filled(FOLDERS).unwrap_or_default();
        Self {
            program: located(&program, &folders).unwrap_or(program),
            has_external_access: filled(EXTERNAL_ACCESS).is_none_or(|value| value != "false"),
            extensions: filled(EXTENSIONS),
        }
    }
}

/// Where a program is that is named without a folder: in these folders, or in the usual ones.
fn located(program: &str, folders: &str) -> Option<String> {
    if program.contains('/') {
        return None;
    }
    // An empty folder, or a relative one, would be that of a flow.
    let folders = folders.split(':').chain(PATH.split(':')).filter(|folder| folder.starts_with('/'));
    folders.map(|folder| format!("{folder}/{program}")).find(|path| Path::new(path).is_file())
}
