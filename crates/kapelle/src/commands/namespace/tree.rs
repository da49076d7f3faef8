//! The files of a folder that are uploaded: all that `.kestraignore` does not name.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::ignore::{IGNORE_FILE, Rules};

/// A file, and its path from the root with slashes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) real: PathBuf,
    pub(super) path: String,
}

/// The files below a folder in the order of their paths; a file alone is itself. Links are not followed.
pub(super) fn leaves(root: &Path) -> anyhow::Result<Vec<Leaf>> {
    if root.is_file() {
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![Leaf { real: root.to_owned(), path: name }]);
    }
    let mut leaves = Vec::new();
    walk(root, &mut Vec::new(), &mut Vec::new(), &mut leaves)?;
    leaves.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(leaves)
}

fn walk(
    folder: &Path,
    way: &mut Vec<String>,
    rules: &mut Vec<Rules>,
    leaves: &mut Vec<Leaf>,
) -> anyhow::Result<()> {
    let shown = folder.display();
    let ignore_file = fs::read(folder.join(IGNORE_FILE)).unwrap_or_default();
    rules.push(Rules::parse(&String::from_utf8_lossy(&ignore_file)));
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list `{shown}`"))? {
        let entry = entry.with_context(|| format!("cannot list `{shown}`"))?;
        let kind = entry.file_type().with_context(|| format!("cannot list `{shown}`"))?;
        let name = entry.file_name();
        let name = name
            .to_str()
            .ok_or_else(|| anyhow!("`{}` has a name that is no text", entry.path().display()))?;
        if name == ".git" || name == IGNORE_FILE {
            continue;
        }
        way.push(name.to_owned());
        if !Rules::ignore(rules, way, kind.is_dir()) {
            if kind.is_dir() {
                walk(&entry.path(), way, rules, leaves)?;
            } else if kind.is_file() {
                leaves.push(Leaf { real: entry.path(), path: way.join("/") });
            }
        }
        way.pop();
    }
    rules.pop();
    Ok(())
}
