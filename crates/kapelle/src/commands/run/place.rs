//! Where a run is written down.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use kapelle_model::ExecutionId;
use kapelle_store::codec::Key;
use kapelle_store::memory::MemoryStore;
use kapelle_store::{Store, StoreError};
use kapelle_store_sqlite::SqliteStore;

use super::tidy::tidy;
use crate::local;
use crate::outcome::{Outcome, Stop};
use crate::terminal::{note, setting};

/// Runs at the same time that each have a folder of their own.
const FOLDERS_MAX: u32 = 100;

pub(crate) struct Place {
    pub(crate) store: Arc<dyn Store>,
    pub(super) folder: PathBuf,
    /// It goes away with the run.
    is_temporary: bool,
}

impl Place {
    /// A folder for a new run: the one that was named, or the first one that nobody uses.
    pub(super) fn take(data: Option<&Path>, in_memory: bool, key: Option<&Key>) -> Result<Self, Stop> {
        if in_memory {
            let folder = std::env::temp_dir().join(format!("kapelle-run-{}", std::process::id()));
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            return Ok(Self { store: Arc::new(MemoryStore::new()), folder, is_temporary: true });
        }
        if let Some(folder) = data {
            return Self::open(folder, key).map_err(super::stopped);
        }
        let root = root()?;
        for number in 0..FOLDERS_MAX {
            let folder = root.join(number.to_string());
            match store(&folder, key) {
                Ok(store) => {
                    tidy(&store, &folder)?;
                    return Ok(Self::over(store, &folder));
                }
                // Somebody else runs something there.
                Err(StoreError::Unavailable(_)) => {}
                Err(error) => return Err(super::stopped(error)),
            }
        }
        Err(Stop::Failed(anyhow!(
            "all {FOLDERS_MAX} folders in {} are in use; --data DIR names another one",
            root.display()
        )))
    }

    /// The folder in which an execution was written down.
    pub(crate) fn of(id: ExecutionId, data: Option<&Path>, key: Option<&Key>) -> Result<Self, Stop> {
        let folders = if let Some(folder) = data {
            vec![folder.to_owned()]
        } else {
            let root = root()?;
            (0..FOLDERS_MAX).map(|number| root.join(number.to_string())).collect()
        };
        for folder in folders.iter().filter(|folder| folder.join("kapelle.db").is_file()) {
            match Self::open(folder, key) {
                Ok(place) if place.store.header(id).map_err(super::stopped)?.is_some() => return Ok(place),
                Ok(_) | Err(StoreError::Unavailable(_)) => {}
                Err(error) => return Err(super::stopped(error)),
            }
        }
        Err(Stop::Failed(anyhow!(
            "execution {id} is not in {}; --data DIR says where it was written down",
            data.map_or_else(
                || root().map_or_else(|_| "any folder".to_owned(), |root| root.display().to_string()),
                |data| data.display().to_string()
            )
        )))
    }

    fn open(folder: &Path, key: Option<&Key>) -> Result<Self, StoreError> {
        Ok(Self::over(store(folder, key)?, folder))
    }

    fn over(store: SqliteStore, folder: &Path) -> Self {
        Self { store: Arc::new(store), folder: folder.to_owned(), is_temporary: false }
    }
}

fn store(folder: &Path, key: Option<&Key>) -> Result<SqliteStore, StoreError> {
    let fatal = Box::new(|why: &str| {
        note(&format!("error: {why}\n  The next `kapelle run --resume` reads what is really on the disk."));
        std::process::exit(Outcome::Errors as i32);
    });
    SqliteStore::open(folder, local::options(fatal, key))
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_temporary {
            // What stays behind is in the folder for temporary files.
            let _left_behind = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// `$XDG_STATE_HOME/kapelle/run`, or where that usually is.
pub(super) fn root() -> Result<PathBuf, Stop> {
    let state = setting("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || setting("HOME").map(|home| Path::new(&home).join(".local/state"));
    state.or_else(home).map(|state| state.join("kapelle/run")).ok_or_else(|| {
        Stop::Usage(
            "there is no HOME to keep runs in; --data DIR names a folder, --memory needs none".to_owned(),
        )
    })
}
