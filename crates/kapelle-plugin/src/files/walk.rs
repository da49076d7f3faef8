//! All files below a directory.

use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kapelle_model::Failure;

/// A file below a directory.
#[derive(Clone, Debug)]
pub struct Found {
    /// Seen from the directory, with slashes.
    pub path: String,
    pub place: PathBuf,
    pub bytes: u64,
    pub modified: Option<SystemTime>,
}

/// All files below a directory, by path.
///
/// A link to a file counts if that file lies below the directory too; links to folders are not followed. What goes away
/// meanwhile is left out.
pub fn files_below(directory: &Path) -> Result<Vec<Found>, Failure> {
    let told = |error: io::Error| {
        Failure::new(format!("the directory {} cannot be read: {error}", directory.display()))
    };
    let root = directory.canonicalize().map_err(told)?;
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(told)?,
        };
        for entry in entries {
            let entry = entry.map_err(told)?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else {
                files.extend(found(&root, &entry));
            }
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

fn found(root: &Path, entry: &DirEntry) -> Option<Found> {
    let place = entry.path();
    let target = place.canonicalize().ok()?;
    let data = fs::metadata(&target).ok().filter(|data| data.is_file() && target.starts_with(root))?;
    let path = place.strip_prefix(root).ok()?.to_string_lossy().into_owned();
    Some(Found { path, place, bytes: data.len(), modified: data.modified().ok() })
}
