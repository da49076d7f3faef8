//! Where databases may be: in the directory of the task, and in the folders that a setting opens to flows.

use std::fs;
use std::path::{Path, PathBuf};

use kapelle_model::Failure;
use kapelle_plugin::RunContext;
use kapelle_plugin::files::{ALLOWED_PATHS, prepare};

/// The folders of this machine in which databases may be.
#[derive(Clone)]
pub(crate) struct Folders(Vec<PathBuf>);

impl Folders {
    pub(crate) fn of(cx: &RunContext) -> Result<Self, Failure> {
        let open = cx.host.setting(ALLOWED_PATHS).unwrap_or_default();
        let named =
            open.split(',').map(str::trim).filter(|folder| folder.starts_with('/')).map(PathBuf::from);
        Ok(Self([cx.host.directory()?].into_iter().chain(named).collect()))
    }

    /// Where the file of a path is. A relative one is in the directory of the task.
    pub(crate) fn place(&self, path: &str) -> Result<PathBuf, Failure> {
        let path = path.strip_prefix("file://").unwrap_or(path);
        let Some(own) = self.0.first() else { return Err(refused(path)) };
        if !path.starts_with('/') {
            return prepare(own, path);
        }
        let is_plain = !path.contains('\0') && !path.split('/').any(|part| part == "..");
        let above = self.0.iter().filter(|folder| Path::new(path).starts_with(folder));
        let folder = above.max_by_key(|folder| folder.as_os_str().len()).filter(|_| is_plain);
        let folder = folder.ok_or_else(|| refused(path))?;
        // A link stays where it is, if it leads to where databases may be.
        if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
            let real = fs::canonicalize(path).ok().filter(|real| self.contains(real));
            return real.ok_or_else(|| refused(path));
        }
        prepare(folder, path)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(PathBuf::as_path)
    }

    fn contains(&self, real: &Path) -> bool {
        let is_above =
            |folder: &PathBuf| fs::canonicalize(folder).is_ok_and(|folder| real.starts_with(folder));
        self.0.iter().any(is_above)
    }
}

fn refused(path: &str) -> Failure {
    let shown = path.escape_debug();
    Failure::new(format!(
        "the database `{shown}` is not open to flows: it is neither in the directory of the task nor below a folder of the setting `{ALLOWED_PATHS}`"
    ))
}
