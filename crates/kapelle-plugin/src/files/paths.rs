//! Paths that flows give, kept within a directory.

use std::fs;
use std::path::{Path, PathBuf};

use kapelle_model::Failure;

/// A path within a directory, in its plain form: no slash in front, no empty parts, nothing that leads upwards.
pub fn relative(path: &str) -> Result<String, Failure> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err(Failure::new(format!(
            "the path `{path}` leads out of the directory: write it without `..`"
        )));
    }
    if parts.is_empty() || path.contains('\0') {
        return Err(Failure::new(format!("`{path}` is no path of a file")));
    }
    Ok(parts.join("/"))
}

/// Where a file of a directory is to be written: the folders above it are there, and nothing leads out.
///
/// An absolute path has to begin with the directory itself. What stands there and is no plain
/// file is taken away.
pub fn prepare(directory: &Path, path: &str) -> Result<PathBuf, Failure> {
    let path = within(directory, path)?;
    let root = directory.canonicalize().map_err(|error| unusable(&path, &error.to_string()))?;
    let mut place = root.clone();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
        place.push(folder);
        enter(&root, &place).map_err(|reason| unusable(&path, &reason))?;
    }
    place.push(name);
    match fs::symlink_metadata(&place) {
        Ok(found) if found.is_dir() => return Err(unusable(&path, "a folder is there")),
        Ok(found) if !found.is_file() => {
            fs::remove_file(&place).map_err(|error| unusable(&path, &error.to_string()))?;
        }
        _ => {}
    }
    Ok(place)
}

/// The plain form of a path that may be absolute.
fn within(directory: &Path, path: &str) -> Result<String, Failure> {
    if !path.starts_with('/') {
        return relative(path);
    }
    match Path::new(path).strip_prefix(directory) {
        Ok(rest) => relative(&rest.to_string_lossy()),
        Err(_) => Err(Failure::new(format!(
            "the path `{path}` leads out of the directory of the task: write it without the slash in front"
        ))),
    }
}

/// Makes a folder, or sees to it that the one that is there lies within the root.
fn enter(root: &Path, folder: &Path) -> Result<(), String> {
    match fs::symlink_metadata(folder) {
        Err(_) => fs::create_dir(folder).map_err(|error| error.to_string()),
        Ok(found) if found.is_dir() => Ok(()),
        Ok(found) if found.is_symlink() => match folder.canonicalize() {
            Ok(target) if target.starts_with(root) && target.is_dir() => Ok(()),
            _ => Err("a link on the way leads out of the directory".to_owned()),
        },
        Ok(_) => Err("a file stands where a folder should be".to_owned()),
    }
}

fn unusable(path: &str, reason: &str) -> Failure {
    Failure::new(format!("the file `{path}` cannot be written: {reason}"))
}
