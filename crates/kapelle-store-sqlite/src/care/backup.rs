//! Saving a store at work.
//!
//! The database is copied page by page within one read, so the copy is of exactly one commit. `VACUUM INTO` would make it
//! smaller, but builds every table anew in one statement that tells nothing of how far it is; pages are copied as fast
//! as the disks are. The read is as long as the copy: meanwhile the file that takes the writes grows, and shrinks again
//! in use afterwards.
//!
//! Large values never change, they only go with their executions. So they are held from before the database is copied
//! until they are copied themselves: what a purge removes meanwhile is removed afterwards.

use std::fs;
use std::path::Path;

use kapelle_store::error::Result;
use kapelle_store::{CommitNumber, Epoch, StoreError};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::files::{self, At, content, make_folder, refuse_filled, sync_file, sync_folders};
use super::manifest::Manifest;
use super::{Progress, tell};
use crate::read::InOurWords;
use crate::{SqliteStore, connection, meta};

/// Pages that are copied in one step: 4 MiB.
const STEP_PAGES: i32 = 512;

/// Files in one step.
const STEP_FILES: usize = 64;

pub(super) const DATABASE: &str = "kapelle.db";
pub(super) const LOGS: &str = "logs";
pub(super) const FILES: &str = "files";

/// What was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    pub files: u64,
    pub bytes: u64,
    /// The last commit that is in it.
    pub commit: CommitNumber,
}

impl SqliteStore {
    /// Saves everything in a folder, which has to be empty or not there: the state after one commit, and the logs up to
    /// now at least. It is a backup once its manifest is there; what is left of one that was stopped is not.
    pub fn backup(&self, to: &Path, progress: &mut Progress<'_>) -> Result<Saved> {
        refuse_filled(to)?;
        make_folder(to)?;
        // What cannot be written now is not in the logs that can be read either.
        let _unwritten = self.logs.flush();
        let hold = self.values.hold();
        let (commit, epoch) =
            copy_database(&self.folder.database(), &to.join(DATABASE), "database", progress)?;
        let mut manifest = Manifest::new(commit.0, epoch.0);
        manifest.add(Path::new(DATABASE), content(&to.join(DATABASE))?)?;
        self.save_logs(to, &mut manifest, progress)?;
        save_files(&self.folder.files(), to, &mut manifest, progress)?;
        drop(hold);
        sync_folders(to)?;
        files::sync_above(to)?;
        manifest.write(to)?;
        Ok(Saved { files: manifest.files.len() as u64, bytes: manifest.bytes(), commit })
    }

    fn save_logs(&self, to: &Path, manifest: &mut Manifest, progress: &mut Progress<'_>) -> Result<()> {
        make_folder(&to.join(LOGS))?;
        for (month, path) in self.logs.paths() {
            let name = Path::new(LOGS).join(month.file_name());
            let target = to.join(&name);
            match copy_pages(&path, &target, "logs", progress, |_| Ok(())) {
                Ok(()) => manifest.add(&name, content(&target)?)?,
                // The month was old enough to go, and is gone.
                Err(_) if !path.exists() => remove_if_there(&target)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn remove_if_there(path: &Path) -> Result<()> {
    if path.exists() { fs::remove_file(path).at(path) } else { Ok(()) }
}

fn copy_database(
    from: &Path,
    to: &Path,
    what: &str,
    progress: &mut Progress<'_>,
) -> Result<(CommitNumber, Epoch)> {
    copy_pages(from, to, what, progress, |source| {
        Ok((meta::last_commit(source).ours()?, meta::epoch(source).ours()?))
    })
}

/// Copies a database as it is at one moment, and looks into it at the same moment.
fn copy_pages<T>(
    from: &Path,
    to: &Path,
    what: &str,
    progress: &mut Progress<'_>,
    look: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    if !from.exists() {
        return Err(StoreError::Unavailable(format!("`{}` is not there", from.display())));
    }
    let source = connection::open(from)?;
    // As long as this read lasts, the copy never has to begin again.
    source.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").ours()?;
    let seen = look(&source)?;
    let mut target = Connection::open(to).ours()?;
    // It is synced as a whole at the end, and a torn copy is thrown away.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF").ours()?;
    {
        let backup = Backup::new(&source, &mut target).ours()?;
        loop {
            match backup.step(STEP_PAGES).ours()? {
                StepResult::Done => break,
                StepResult::More => {}
                other => return Err(StoreError::Unavailable(format!("the copy cannot go on: {other:?}"))),
            }
            let pages = backup.progress();
            let all = i64::from(pages.pagecount).max(0).cast_unsigned();
            tell(
                progress,
                what,
                all - i64::from(pages.remaining).clamp(0, all.cast_signed()).cast_unsigned(),
                Some(all),
            )?;
        }
    }
    source.execute_batch("ROLLBACK").ours()?;
    target.close().map_err(|(_, error)| error).ours()?;
    sync_file(to)?;
    Ok(seen)
}

fn save_files(from: &Path, to: &Path, manifest: &mut Manifest, progress: &mut Progress<'_>) -> Result<()> {
    let names = files::below(from)?;
    let all = names.len() as u64;
    for (done, name) in names.iter().enumerate() {
        if done % STEP_FILES == 0 {
            tell(progress, "files", done as u64, Some(all))?;
        }
        // What is being written belongs to a commit that comes later.
        if name.extension().is_some_and(|extension| extension == "part") {
            continue;
        }
        let (source, listed) = (from.join(name), Path::new(FILES).join(name));
        let target = to.join(&listed);
        if let Some(folder) = target.parent() {
            make_folder(folder)?;
        }
        manifest.add(&listed, files::copy(&source, &target)?)?;
    }
    Ok(())
}
