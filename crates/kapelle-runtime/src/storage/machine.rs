//! Files of this machine that flows may read: those below folders that the configuration names.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use kapelle_model::Failure;

/// The folders that `file://` reaches.
#[derive(Clone, Debug, Default)]
pub struct LocalFiles {
    allowed: Vec<PathBuf>,
}

impl LocalFiles {
    /// These folders and all below them; none if there are none.
    pub fn below(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { allowed: folders.into_iter().collect() }
    }

    /// Opens a file by its absolute path; `None` if it is not there. Links lead at most to other allowed places.
    pub fn open(&self, path: &str) -> Result<Option<File>, Failure> {
        let Some(place) = self.place(path)? else { return Ok(None) };
        match File::open(&place) {
            Ok(file) => Ok(file.metadata().is_ok_and(|data| data.is_file()).then_some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::new(format!("the file `file://{path}` cannot be read: {error}"))),
        }
    }

    /// Its size; `None` if it is not there.
    pub fn size(&self, path: &str) -> Result<Option<u64>, Failure> {
        let Some(place) = self.place(path)? else { return Ok(None) };
        Ok(fs::metadata(place).ok().filter(fs::Metadata::is_file).map(|data| data.len()))
    }

    /// Where it really is. What lies outside is refused whether it is there or not, so that nobody learns which.
    fn place(&self, path: &str) -> Result<Option<PathBuf>, Failure> {
        let asked = Path::new(path);
        let is_plain = asked.is_absolute()
            && !path.contains('\0')
            && !asked.components().any(|part| part.as_os_str() == "..");
        if !is_plain || !self.allowed.iter().any(|folder| asked.starts_with(folder)) {
            return Err(self.refused(path));
        }
        let Ok(real) = fs::canonicalize(asked) else { return Ok(None) };
        let is_allowed =
            |folder: &PathBuf| fs::canonicalize(folder).is_ok_and(|folder| real.starts_with(folder));
        if self.allowed.iter().any(is_allowed) { Ok(Some(real)) } else { Err(self.refused(path)) }
    }

    fn refused(&self, path: &str) -> Failure {
        let shown = path.escape_debug();
        Failure::new(if self.allowed.is_empty() {
            format!(
                "the file `file://{shown}` cannot be read: no folder of this machine is open to flows; allow one in the configuration"
            )
        } else {
            format!(
                "the file `file://{shown}` cannot be read: it is not below a folder that the configuration allows"
            )
        })
    }
}
