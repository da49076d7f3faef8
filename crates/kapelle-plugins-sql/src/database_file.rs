//! Databases that are files: taken from the internal storage before a task, and kept there after it.

use std::path::{Path, PathBuf};

use kapelle_model::Text;
use kapelle_plugin::files::{copy, create, open};
use kapelle_plugin::{Broken, Name, RunContext};

/// Whether the path of a URL names no file: the database is in memory.
pub(crate) fn is_unnamed(path: &str) -> bool {
    path.is_empty() || path == ":memory:"
}

/// Copies a database into the directory of the task, under the last part of this path, or the usual name.
pub(crate) fn fetch(cx: &RunContext, from: &Text, path: &str, usual: &str) -> Result<PathBuf, Broken> {
    let path = if is_unnamed(path) { usual } else { path };
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(usual);
    let directory = cx.host.directory()?;
    let mut content = open(cx, from)?;
    copy(cx, &mut content, &mut create(&directory, name)?)?;
    Ok(directory.join(name))
}

/// Keeps a database in the internal storage. Its address.
pub(crate) fn keep(cx: &RunContext, file: &Path) -> Result<String, Broken> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut kept = cx.host.files().create(Name::Ending(&format!("-{name}")))?;
    copy(cx, &mut std::fs::File::open(file)?, &mut kept)?;
    Ok(kept.finish()?)
}
