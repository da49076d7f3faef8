//! What a backup consists of. It is written last: a folder without it is no backup.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use kapelle_store::StoreError;
use kapelle_store::error::Result;
use serde::{Deserialize, Serialize};

use super::files::{At, Content, content, sync_above};
use super::{Progress, tell};

const NAME: &str = "manifest.json";

/// The number of the form of backups. A larger one was written by a later version.
const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// The last commit that is in it.
    pub(super) commit: u64,
    pub(super) epoch: u64,
    pub(super) files: Vec<Listed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Relative to the backup, with slashes.
    pub(super) file: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Manifest {
    pub(super) fn new(commit: u64, epoch: u64) -> Self {
        Self { format: FORMAT, commit, epoch, files: Vec::new() }
    }

    pub(super) fn add(&mut self, file: &Path, content: Content) -> Result<()> {
        let Some(file) = file.to_str() else {
            return Err(StoreError::Invalid(format!("the name of the file `{}` is no text", file.display())));
        };
        self.files.push(Listed { file: file.to_owned(), bytes: content.bytes, sha256: content.sha256 });
        Ok(())
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|listed| listed.bytes).sum()
    }

    pub(super) fn write(&self, backup: &Path) -> Result<()> {
        let path = backup.join(NAME);
        let unfinished = backup.join(format!("{NAME}.part"));
        let text = serde_json::to_string_pretty(self).map_err(|error| io::Error::other(error.to_string()));
        let text = text.at(&path)?;
        let mut file = File::create_new(&unfinished).at(&unfinished)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).at(&unfinished)?;
        fs::rename(&unfinished, &path).at(&path)?;
        sync_above(&path)
    }

    pub(super) fn read(backup: &Path) -> Result<Self> {
        let path = backup.join(NAME);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Invalid(format!(
                    "`{}` is no complete backup: it has no file `{NAME}`, which is written last. Take another backup.",
                    backup.display()
                )));
            }
            text => text.at(&path)?,
        };
        let manifest: Self = serde_json::from_str(&text).map_err(|error| broken(&path, error.to_string()))?;
        if manifest.format > FORMAT {
            return Err(StoreError::Invalid(format!(
                "`{}` was made by a later version of the program: restore it with that one",
                backup.display()
            )));
        }
        manifest.files.iter().try_for_each(|listed| match listed.path() {
            Some(_) => Ok(()),
            None => Err(broken(&path, format!("the file `{}` would lie outside of the backup", listed.file))),
        })?;
        Ok(manifest)
    }

    /// Refuses a backup of which anything is missing or other than it was written.
    pub(super) fn verify(&self, backup: &Path, progress: &mut Progress<'_>) -> Result<()> {
        let (mut done, all) = (0, self.bytes());
        for listed in &self.files {
            tell(progress, "verifying", done, Some(all))?;
            let path = backup.join(&listed.file);
            if content(&path)? != listed.content() {
                return Err(broken(&path, "it is not what was backed up: take another backup".to_owned()));
            }
            done += listed.bytes;
        }
        Ok(())
    }
}

impl Listed {
    pub(super) fn content(&self) -> Content {
        Content { bytes: self.bytes, sha256: self.sha256.clone() }
    }

    /// Where it lies in a folder; nothing if that is not below the folder.
    pub(super) fn path(&self) -> Option<PathBuf> {
        let path = PathBuf::from(&self.file);
        let is_below = path.components().all(|part| matches!(part, Component::Normal(_)));
        (is_below && !self.file.is_empty()).then_some(path)
    }
}

fn broken(path: &Path, why: String) -> StoreError {
    StoreError::Corrupt { what: format!("`{}`", path.display()), why }
}
