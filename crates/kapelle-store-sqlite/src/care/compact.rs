//! Making files smaller: what was deleted leaves free pages, which are used again but never given back by themselves.

use std::fs;
use std::path::{Path, PathBuf};

use kapelle_store::StoreError;
use kapelle_store::error::Result;
use rusqlite::Connection;

use super::files::{At, sync_above, sync_file};
use super::space::{size, with_suffix};
use super::{Progress, tell};
use crate::folder::Folder;
use crate::read::InOurWords;

/// Bytes of all files before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    pub before: u64,
    pub after: u64,
}

/// Writes the database and the logs anew without free pages. Nobody else may have the folder meanwhile; stopped at any
/// moment, each file is the old one or the new one.
pub fn compact(root: &Path, progress: &mut Progress<'_>) -> Result<Compacted> {
    if !root.join("kapelle.db").exists() {
        return Err(StoreError::Invalid(format!("there is no store in the folder `{}`", root.display())));
    }
    let folder = Folder::take(root)?;
    let mut files = vec![folder.database()];
    files.extend(log_files(&folder.logs())?);
    let (mut compacted, all) = (Compacted::default(), files.len() as u64);
    for (done, path) in (0..).zip(&files) {
        tell(progress, "files", done, Some(all))?;
        compacted.before += size(path) + size(&with_suffix(path, "-wal"));
        compact_file(path)?;
        compacted.after += size(path);
    }
    Ok(compacted)
}

fn log_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).at(folder)? {
        let entry = entry.at(folder)?;
        let month = entry.file_name().to_str().and_then(crate::log_files::Month::of_file);
        files.extend(month.map(|_| entry.path()));
    }
    files.sort_unstable();
    Ok(files)
}

fn compact_file(path: &Path) -> Result<()> {
    let fresh = with_suffix(path, ".compact");
    // Left by one that was stopped.
    if fresh.exists() {
        fs::remove_file(&fresh).at(&fresh)?;
    }
    let result = write_anew(path, &fresh);
    if result.is_err() {
        // Most likely the disk is full: this gives the room back.
        let _told = fs::remove_file(&fresh);
    }
    result?;
    fs::rename(&fresh, path).at(path)?;
    sync_above(path)
}

fn write_anew(path: &Path, fresh: &Path) -> Result<()> {
    let old = Connection::open(path).ours()?;
    let name = fresh.to_str().ok_or_else(|| {
        StoreError::Invalid(format!("the name of the folder `{}` is no text", path.display()))
    })?;
    old.execute("VACUUM INTO ?", [name]).ours()?;
    check(&old, fresh)?;
    sync_file(fresh)?;
    // What waits beside the old file belongs to it alone, and has to be gone before another one has its name.
    old.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).ours()?;
    old.close().map_err(|(_, error)| error).ours()
}

/// Whether a new file is sound, and has as many rows in each table.
fn check(old: &Connection, fresh: &Path) -> Result<()> {
    let new = Connection::open(fresh).ours()?;
    let corrupt = |why: String| StoreError::Corrupt { what: format!("`{}`", fresh.display()), why };
    let verdict: String = new.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).ours()?;
    if verdict != "ok" {
        return Err(corrupt(verdict));
    }
    let mut tables = old.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").ours()?;
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).and_then(Iterator::collect).ours()?;
    for table in tables {
        let query = format!("SELECT count(*) FROM \"{table}\"");
        let count =
            |connection: &Connection| connection.query_row(&query, [], |row| row.get::<_, i64>(0)).ours();
        let (before, after) = (count(old)?, count(&new)?);
        if before != after {
            return Err(corrupt(format!("table {table} has {after} rows instead of {before}")));
        }
    }
    Ok(())
}
