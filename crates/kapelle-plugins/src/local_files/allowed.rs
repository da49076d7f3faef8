//! The folders of this machine that flows may work in: those that a setting names, and nothing else.
//!
//! What a flow gives is compared as it is written and once more where it really is, so that no link leads out.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use kapelle_model::Failure;
use kapelle_plugin::Host;
use rustix::fs::OFlags;

use super::moving::absent;
use kapelle_plugin::files::{ALLOWED_PATHS, allowed_folders, prepare};

/// The folders that flows may work in.
#[derive(Clone)]
pub(super) struct Allowed(Vec<PathBuf>);

impl Allowed {
    pub(super) fn of(host: &dyn Host) -> Result<Self, Failure> {
        allowed_folders(host).map(Self)
    }

    /// The folder that is named first.
    pub(super) fn first(&self) -> String {
        self.0.first().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned())
    }

    /// Where a file or folder really is; `None` if it is not there. A link leads at most to another allowed place.
    pub(super) fn existing(&self, path: &str) -> Result<Option<PathBuf>, Failure> {
        let asked = self.asked(path)?;
        let Ok(real) = fs::canonicalize(&asked) else { return Ok(None) };
        if self.contains(&real) { Ok(Some(real)) } else { Err(refused(path)) }
    }

    /// The same, where one that is not there is a failure.
    pub(super) fn needed(&self, path: &str) -> Result<PathBuf, Failure> {
        self.existing(path)?.ok_or_else(|| absent(path))
    }

    /// Where an entry of a folder is, be it a link itself; `None` if it is not there. To take it away.
    pub(super) fn entry(&self, path: &str) -> Result<Option<PathBuf>, Failure> {
        let asked = self.asked(path)?;
        if self.0.contains(&asked) {
            return Err(Failure::new(format!(
                "`{path}` is open to flows as a whole, so it stays where it is"
            )));
        }
        let (Some(folder), Some(name)) = (asked.parent(), asked.file_name()) else {
            return Err(refused(path));
        };
        let Ok(folder) = fs::canonicalize(folder) else { return Ok(None) };
        if !self.contains(&folder) {
            return Err(refused(path));
        }
        let place = folder.join(name);
        Ok(fs::symlink_metadata(&place).is_ok().then_some(place))
    }

    /// Where a file is to be written; the folders above it are there then. A link in its place is taken away.
    pub(super) fn target(&self, path: &str) -> Result<PathBuf, Failure> {
        let asked = self.asked(path)?;
        let above = self.0.iter().filter(|folder| asked.starts_with(folder));
        let folder = above.max_by_key(|folder| folder.as_os_str().len()).ok_or_else(|| refused(path))?;
        let rest = asked.strip_prefix(folder).map_err(|_| refused(path))?;
        prepare(folder, &rest.to_string_lossy())
    }

    /// Whether a place, without links in it, is allowed.
    pub(super) fn contains(&self, real: &Path) -> bool {
        let is_below =
            |folder: &PathBuf| fs::canonicalize(folder).is_ok_and(|folder| real.starts_with(folder));
        self.0.iter().any(is_below)
    }

    /// Opens a file to read it, wherever links to it lead within what is allowed.
    pub(super) fn open(&self, path: &str) -> Result<File, Failure> {
        let place = self.needed(path)?;
        let no_links = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
        let opened = OpenOptions::new().read(true).custom_flags(no_links).open(&place);
        let file = opened.map_err(|error| Failure::new(format!("`{path}` cannot be read: {error}")))?;
        if !file.metadata().is_ok_and(|data| data.is_file()) {
            return Err(Failure::new(format!("`{path}` is no file")));
        }
        Ok(file)
    }

    /// What a flow gave as a path. What lies outside is refused whether it is there or not, so that nobody learns which.
    fn asked(&self, path: &str) -> Result<PathBuf, Failure> {
        let plain = plain(path);
        let asked = Path::new(plain);
        if !asked.is_absolute() {
            return Err(Failure::new(format!(
                "`{}` is no whole path: begin it with `/`",
                path.escape_debug()
            )));
        }
        let is_plain = !plain.contains('\0') && !asked.components().any(|part| part.as_os_str() == "..");
        if !is_plain || !self.0.iter().any(|folder| asked.starts_with(folder)) {
            return Err(refused(path));
        }
        Ok(asked.components().collect())
    }
}

/// A path without the scheme that may stand in front of it.
pub(super) fn plain(path: &str) -> &str {
    path.trim().strip_prefix("file://").unwrap_or(path.trim())
}

fn refused(path: &str) -> Failure {
    let shown = path.escape_debug();
    Failure::new(format!(
        "`{shown}` is not open to flows: it is not below a folder of the setting `{ALLOWED_PATHS}`"
    ))
}
