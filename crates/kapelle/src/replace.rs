//! Writing a file so that nobody ever sees half of it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Replaces what a file holds: a new file beside it takes its name once it is complete.
pub(crate) fn replace(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let shown = path.display();
    let metadata = fs::metadata(path).with_context(|| format!("cannot write `{shown}`"))?;
    if metadata.permissions().readonly() {
        bail!("cannot write `{shown}`: it is marked read-only");
    }
    let (temporary, file) = create_beside(path).with_context(|| format!("cannot write beside `{shown}`"))?;
    let written = fill(file, content, &metadata).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        fs::remove_file(&temporary).ok();
    }
    written.with_context(|| format!("cannot write `{shown}`"))
}

fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Not `.yaml`: a walk at the same time shall not take it for a flow.
    let temporary = path.with_file_name(format!(".{name}.{}.kapelle", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    Ok((temporary, file))
}

fn fill(mut file: File, content: &[u8], like: &fs::Metadata) -> io::Result<()> {
    file.write_all(content)?;
    keep_owner(&file, like);
    file.set_permissions(like.permissions())?;
    file.sync_all()
}

/// Only the superuser may give files away; for everybody else the owner is right already.
#[cfg(unix)]
fn keep_owner(file: &File, like: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    fchown(file, Some(like.uid()), Some(like.gid())).ok();
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _like: &fs::Metadata) {}
