//! A repository with its files in the directory of a task.

use std::fs;
use std::path::{Path, PathBuf};

use kapelle_plugin::files::{prepare, relative};
use kapelle_plugin::{Broken, RunContext};

use crate::program::text_of;

/// The directory of the attempt, or one below it, which is made. Nothing leads out of the first one.
pub(crate) fn folder(cx: &RunContext, written: Option<&str>) -> Result<PathBuf, Broken> {
    let root = cx.host.directory()?;
    let whole = text_of(&root)?;
    let written = written.unwrap_or_default().trim();
    let rest = written.strip_prefix(&*whole).unwrap_or(written);
    if rest.split('/').all(|part| matches!(part, "" | ".")) {
        return Ok(root);
    }
    if rest.starts_with('/') && rest == written {
        return Err(Broken::new(format!(
            "the path `{written}` in `directory` leads out of the directory of the task: write it without the slash in front"
        )));
    }
    // What prepares the place of a file sees to the folders above it.
    let place = prepare(&root, &format!("{}/file", relative(rest)?))?;
    Ok(place.parent().unwrap_or(&root).to_path_buf())
}

/// Whether a repository is in a folder; a link to one elsewhere is none.
pub(crate) fn has_repository(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(".git")).is_ok_and(|data| data.is_dir())
}
