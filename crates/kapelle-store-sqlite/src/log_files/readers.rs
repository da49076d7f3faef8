//! Connections that read, and which months there are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kapelle_store::error::Result;
use rusqlite::Connection;

use super::file;
use super::month::Month;
use super::names::Names;

/// Connections that are kept for the next read. Each needs three open files.
const IDLE_MAX: usize = 24;

pub(super) struct Readers {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    months: BTreeSet<Month>,
    /// The one that was used last comes last.
    idle: Vec<Reader>,
    /// Counts the files that were deleted: connections from before a deletion are not used again, since a new file may
    /// have the name of the old one.
    deletions: u64,
}

struct Reader {
    month: Month,
    deletions: u64,
    connection: Connection,
    names: Names,
}

impl Readers {
    pub(super) fn new(folder: PathBuf, months: BTreeSet<Month>) -> Self {
        Self { folder, state: Mutex::new(State { months, ..State::default() }) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn path(&self, month: Month) -> PathBuf {
        self.folder.join(month.file_name())
    }

    pub(super) fn months(&self) -> Vec<Month> {
        self.lock().months.iter().copied().collect()
    }

    /// Closes what nobody uses, so that the writer closes last and leaves nothing beside its files.
    pub(super) fn close(&self) {
        self.lock().idle.clear();
    }

    /// A file is there now.
    pub(super) fn add(&self, month: Month) {
        self.lock().months.insert(month);
    }

    /// A file is about to be deleted.
    pub(super) fn remove(&self, month: Month) {
        let mut state = self.lock();
        state.months.remove(&month);
        state.deletions += 1;
        state.idle.clear();
    }

    /// Reads from a file as it is at one moment. `None` if it was deleted meanwhile.
    pub(super) fn read<T>(
        &self,
        month: Month,
        read: impl FnOnce(&Connection, &mut Names) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let path = self.path(month);
        let mut reader = match self.take(month, &path) {
            Ok(reader) => reader,
            Err(_) if !self.lock().months.contains(&month) => return Ok(None),
            Err(error) => return Err(error),
        };
        let result = reader.read(read).map_err(|error| file::explain(&path, &error))?;
        self.give_back(reader);
        Ok(Some(result))
    }

    fn take(&self, month: Month, path: &Path) -> Result<Reader> {
        let mut state = self.lock();
        if let Some(index) = state.idle.iter().rposition(|reader| reader.month == month) {
            return Ok(state.idle.remove(index));
        }
        let deletions = state.deletions;
        drop(state);
        let connection = file::open_reader(path)?;
        Ok(Reader { month, deletions, connection, names: Names::default() })
    }

    fn give_back(&self, reader: Reader) {
        let mut state = self.lock();
        if reader.deletions == state.deletions {
            state.idle.push(reader);
        }
        if state.idle.len() > IDLE_MAX {
            state.idle.remove(0);
        }
    }
}

impl Reader {
    fn read<T>(
        &mut self,
        read: impl FnOnce(&Connection, &mut Names) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let moment = self.connection.unchecked_transaction()?;
        let result = read(&self.connection, &mut self.names)?;
        moment.commit()?;
        Ok(result)
    }
}
