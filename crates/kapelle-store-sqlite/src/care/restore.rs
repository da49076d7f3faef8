//! Bringing a store back from a backup.

use std::fs;
use std::path::{Path, PathBuf};

use kapelle_store::error::Result;
use kapelle_store::{CommitNumber, Epoch, StoreError};

use super::backup::DATABASE;
use super::files::{self, At, make_folder, refuse_filled, sync_above, sync_folders};
use super::manifest::Manifest;
use super::{Progress, tell};
use crate::read::InOurWords;
use crate::{connection, meta};

/// Epochs that a restored store is ahead of its backup. Each start of the store that was lost began one more; none of
/// them may be taken for one that comes after the restoring.
const EPOCHS_AHEAD: u64 = 1 << 20;

/// What was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    pub files: u64,
    pub bytes: u64,
    /// The last commit that is in it.
    pub commit: CommitNumber,
    pub epoch: Epoch,
}

/// Makes a folder of a store from a backup. It has to be empty or not there, and is there as a whole or not at all.
pub fn restore(backup: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<Restored> {
    refuse_filled(to)?;
    let manifest = Manifest::read(backup)?;
    if !manifest.files.iter().any(|listed| listed.file == DATABASE) {
        return Err(StoreError::Invalid(format!("the backup `{}` has no database", backup.display())));
    }
    manifest.verify(backup, progress)?;
    let beside = beside(to)?;
    // Left by one that was stopped.
    if beside.exists() {
        fs::remove_dir_all(&beside).at(&beside)?;
    }
    make_folder(&beside)?;
    copy(&manifest, backup, &beside, progress)?;
    let epoch = begin_epoch(&beside.join(DATABASE))?;
    sync_folders(&beside)?;
    if to.exists() {
        fs::remove_dir(to).at(to)?;
    }
    fs::rename(&beside, to).at(to)?;
    sync_above(to)?;
    let (files, bytes) = (manifest.files.len() as u64, manifest.bytes());
    Ok(Restored { files, bytes, commit: CommitNumber(manifest.commit), epoch })
}

/// A folder on the same disk, so that it can be renamed.
fn beside(to: &Path) -> Result<PathBuf> {
    let Some(name) = to.file_name() else {
        return Err(StoreError::Invalid(format!("`{}` is no name of a folder to restore to", to.display())));
    };
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(".restoring");
    if let Some(above) = to.parent().filter(|above| !above.as_os_str().is_empty()) {
        fs::create_dir_all(above).at(above)?;
    }
    Ok(to.with_file_name(beside))
}

fn copy(manifest: &Manifest, backup: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<()> {
    let (mut done, all) = (0, manifest.bytes());
    for listed in &manifest.files {
        tell(progress, "restoring", done, Some(all))?;
        let Some(name) = listed.path() else { continue };
        let target = to.join(&name);
        if let Some(folder) = target.parent() {
            make_folder(folder)?;
        }
        if files::copy(&backup.join(&name), &target)? != listed.content() {
            return Err(StoreError::Corrupt {
                what: format!("`{}`", backup.join(&name).display()),
                why: "it changed while it was read".to_owned(),
            });
        }
        done += listed.bytes;
    }
    Ok(())
}

fn begin_epoch(database: &Path) -> Result<Epoch> {
    let connection = connection::writer(database)?;
    let epoch = meta::leap_epoch(&connection, EPOCHS_AHEAD).ours()?;
    connection.close().map_err(|(_, error)| error).ours()?;
    Ok(epoch)
}
