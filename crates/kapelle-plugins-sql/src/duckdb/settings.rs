//! What an installation says about DuckDB.

use kapelle_plugin::Host;

/// Names the program.
pub(super) const PROGRAM: &str = "kapelle.duckdb.program";

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
        Self {
            program: filled(PROGRAM).unwrap_or_else(|| "duckdb".to_owned()),
            has_external_access: filled(EXTERNAL_ACCESS).is_none_or(|value| value != "false"),
            extensions: filled(EXTENSIONS),
        }
    }
}
