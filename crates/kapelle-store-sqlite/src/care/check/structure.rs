//! The files themselves: the database, and those of the logs.

use std::path::Path;

use kapelle_store::StoreError;
use kapelle_store::error::Result;
use rusqlite::{Connection, OpenFlags};

use super::Checker;
use crate::errors::of_sqlite;

/// Faults of one file that are told.
const FAULTS_MAX: u32 = 20;

const CURE: &str =
    "look at the disk and its cables first (`dmesg`), then restore the last backup: `kapelle store restore`";
const CURE_OF_LOGS: &str = "executions do not depend on it: move the file away to go on without the logs of this month, or take it from a backup";

impl Checker<'_, '_> {
    pub(super) fn structure(&mut self) -> Result<()> {
        self.tell("the database file", 0)?;
        self.file(&self.store.folder.database(), CURE)?;
        for (place, (month, path)) in (1..).zip(self.store.logs.paths()) {
            self.tell("log files", place)?;
            // It may be old enough to go, and be gone.
            if path.exists() {
                self.file(&path, CURE_OF_LOGS).map_err(|error| of_month(&error, month))?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, cure: &str) -> Result<()> {
        let what = format!("the file `{}`", path.display());
        match faults(path, self.options.is_quick) {
            Ok(faults) => {
                for fault in faults {
                    self.find(what.clone(), fault, cure);
                }
                Ok(())
            }
            Err(error) => match of_sqlite(&error) {
                StoreError::Corrupt { why, .. } => {
                    self.find(what, why, cure);
                    Ok(())
                }
                other => Err(other),
            },
        }
    }
}

fn of_month(error: &StoreError, month: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("the log file of {month}: {error}"))
}

/// What SQLite says of a file, but for `ok`.
fn faults(path: &Path, is_quick: bool) -> rusqlite::Result<Vec<String>> {
    // Not only for reading: the file beside it that readers share may have to be made.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let kind = if is_quick { "quick_check" } else { "integrity_check" };
    let mut query = connection.prepare(&format!("PRAGMA {kind}({FAULTS_MAX})"))?;
    let mut faults: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    faults.retain(|fault| fault != "ok");
    Ok(faults)
}
