//! Connections: one that writes, and some that read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use rusqlite::{Connection, OpenFlags};

use crate::errors::of_sqlite;
use crate::names::Names;
use crate::read::InOurWords;
use crate::writer::batch::Fault;
use crate::writer::fold::Fold;
use crate::writer::labels::KnownLabels;
use crate::writer::{Shared, journal};

/// Reads at the same time.
const READERS_MAX: usize = 4;

/// Steps of SQLite between two looks at the clock.
const STEPS_BETWEEN: i32 = 10_000;

/// A read that takes longer is given up: while it lasts, the file that takes the writes cannot be used again.
pub(crate) const READ_MAX: Duration = Duration::from_secs(2);

/// Megabytes of pages that a connection keeps.
const CACHE_MIB: i64 = 24;

pub(crate) fn writer(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(|error| of_sqlite(&error))?;
    let settings =
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1;
        PRAGMA foreign_keys = 0; PRAGMA trusted_schema = 0; PRAGMA temp_store = MEMORY;";
    connection.execute_batch(settings).map_err(|error| of_sqlite(&error))?;
    connection.pragma_update(None, "cache_size", -CACHE_MIB * 1024).map_err(|error| of_sqlite(&error))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Connections that only read, opened when they are needed.
pub(crate) struct Readers {
    path: PathBuf,
    writer: Arc<Shared>,
    codec: Arc<Codec>,
    free: Mutex<Free>,
    is_free: Condvar,
}

#[derive(Default)]
struct Free {
    connections: Vec<Connection>,
    opened: usize,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, writer: Arc<Shared>, codec: Arc<Codec>) -> Self {
        Self { path, writer, codec, free: Mutex::default(), is_free: Condvar::new() }
    }

    /// Reads within one state of the data, and not for long.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.read_within(READ_MAX, read)
    }

    /// The same with another limit of time.
    pub(crate) fn read_within<T>(
        &self,
        limit: Duration,
        read: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        match self.writer.settle() {
            Ok(()) => self.within(limit, |connection| within_snapshot(connection, read)),
            // The disk is full, most likely: what was acknowledged is found all the same.
            Err(_) => self.within(limit, |connection| over_journal(connection, &self.codec, read)),
        }
    }

    /// Reads what never waits in the journal: everything but executions, moments and orders.
    pub(crate) fn read_others<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.within(READ_MAX, |connection| within_snapshot(connection, read))
    }

    fn within<T>(&self, limit: Duration, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut connection = self.take()?;
        let until = now() + limit;
        connection
            .progress_handler(STEPS_BETWEEN, Some(move || now() > until))
            .map_err(|error| of_sqlite(&error))?;
        let result = read(&connection);
        self.give_back(connection);
        result
    }

    fn take(&self) -> Result<Connection> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = free.connections.pop() {
                return Ok(connection);
            }
            if free.opened < READERS_MAX {
                free.opened += 1;
                drop(free);
                return open(&self.path).inspect_err(|_| self.count_down());
            }
            free = self.is_free.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, connection: Connection) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).connections.push(connection);
        self.is_free.notify_one();
    }

    fn count_down(&self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).opened -= 1;
        self.is_free.notify_one();
    }
}

fn within_snapshot<T>(connection: &Connection, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    // It begins with the first read: now, so that whatever is known of the rows afterwards is known of all of them.
    connection.execute_batch("BEGIN; SELECT 1 FROM meta LIMIT 1").map_err(|error| of_sqlite(&error))?;
    let result = read(connection);
    // It wrote nothing; an error of this one would be told again by the next.
    let _ended = connection.execute_batch("ROLLBACK");
    result
}

/// Reads as if the journal were worked in, which cannot be done: it is, in memory, and taken back afterwards. Nobody
/// writes meanwhile.
fn over_journal<T>(
    connection: &Connection,
    codec: &Codec,
    read: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    // Pages that were changed stay in memory, and are never written.
    connection.execute_batch("PRAGMA cache_spill = 0; PRAGMA query_only = 0; BEGIN IMMEDIATE").ours()?;
    let result = Names::load(connection).and_then(|names| {
        let pending = journal::load(connection, &names)?;
        let fold = Fold::new(connection, codec, &names, &pending);
        fold.write(&KnownLabels::default()).map_err(Fault::into_error)?;
        read(connection)
    });
    connection.execute_batch("ROLLBACK; PRAGMA query_only = 1").ours()?;
    result
}

/// A connection that only reads.
pub(crate) fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| of_sqlite(&error))?;
    connection
        .execute_batch("PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA temp_store = MEMORY;")
        .map_err(|error| of_sqlite(&error))?;
    connection.pragma_update(None, "cache_size", -CACHE_MIB * 256).map_err(|error| of_sqlite(&error))?;
    connection.set_prepared_statement_cache_capacity(64);
    crate::read::functions::register(&connection).map_err(|error| of_sqlite(&error))?;
    Ok(connection)
}

#[expect(clippy::disallowed_methods, reason = "a limit of time, which nothing that is kept depends on")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
