//! Files of namespaces beside the flows: `_files/<namespace>/…`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::outcome::Stop;

/// The name of a folder with a folder of files for each namespace.
pub(in super::super) const FOLDER: &str = "_files";

/// Folders in each other that are looked through.
const DEPTH_MAX: usize = 32;

/// A file of a namespace.
pub(in super::super) struct NamespaceFile {
    pub(in super::super) namespace: String,
    /// From the root of the namespace, with `/` between its parts.
    pub(in super::super) path: String,
    pub(in super::super) place: PathBuf,
}

/// All files of namespaces in these folders, and those in the one that is named.
pub(super) fn find(roots: &[OsString], named: Option<&OsString>) -> Result<Vec<NamespaceFile>, Stop> {
    let mut found = Vec::new();
    for root in roots {
        look_for(Path::new(root), 0, &mut found);
    }
    if let Some(named) = named {
        let folder = Path::new(named);
        if !folder.is_dir() {
            return Err(Stop::Usage(format!("there is no folder `{}`", folder.display())));
        }
        of_namespaces(folder, &mut found);
    }
    // What is named last holds.
    found.reverse();
    found.sort_by(|left, right| (&left.namespace, &left.path).cmp(&(&right.namespace, &right.path)));
    found.dedup_by(|left, right| (&left.namespace, &left.path) == (&right.namespace, &right.path));
    Ok(found)
}

fn look_for(folder: &Path, depth: usize, found: &mut Vec<NamespaceFile>) {
    for (name, path) in folders(folder) {
        if name == FOLDER {
            of_namespaces(&path, found);
        } else if name != ".git" && depth < DEPTH_MAX {
            look_for(&path, depth + 1, found);
        }
    }
}

fn of_namespaces(folder: &Path, found: &mut Vec<NamespaceFile>) {
    for (namespace, path) in folders(folder) {
        files(&path, &namespace, "", 0, found);
    }
}

fn files(folder: &Path, namespace: &str, way: &str, depth: usize, found: &mut Vec<NamespaceFile>) {
    for (name, place) in entries(folder) {
        let path = format!("{way}{name}");
        if place.is_dir() && !place.is_symlink() && depth < DEPTH_MAX {
            files(&place, namespace, &format!("{path}/"), depth + 1, found);
        } else if place.is_file() {
            found.push(NamespaceFile { namespace: namespace.to_owned(), path, place });
        }
    }
}

/// The folders in a folder. What cannot be listed was told with the flows.
fn folders(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    entries(folder).into_iter().filter(|(_, path)| path.is_dir() && !path.is_symlink())
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<(String, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .collect();
    entries.sort();
    entries
}
