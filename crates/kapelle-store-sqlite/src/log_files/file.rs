//! One file: its tables, how it is opened, and what its errors mean.
//!
//! A file explains itself: names and executions are in it, so that it can be read or thrown away without the others.

use std::path::Path;

use kapelle_store::StoreError;
use kapelle_store::error::Result;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// The number of the tables below. A file with a larger one was written by a later version.
const SCHEMA: i64 = 1;

/// `origin` says once what all lines of an execution have in common; lines without an execution share theirs by
/// trigger. Lines lie in the order of their origin, so an execution is one stretch of the file; the two indexes lead
/// from a moment to them, the second one only to those that somebody has to look at.
const TABLES: &str = "
BEGIN;
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  execution BLOB,
  tenant INTEGER NOT NULL, namespace INTEGER NOT NULL, flow INTEGER NOT NULL,
  trigger INTEGER);
CREATE INDEX origin_execution ON origin(execution) WHERE execution IS NOT NULL;
CREATE INDEX origin_flow ON origin(namespace, flow);
CREATE INDEX origin_trigger ON origin(flow, namespace, tenant, trigger) WHERE execution IS NULL;
CREATE TABLE log (
  origin INTEGER NOT NULL, at INTEGER NOT NULL,
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, number INTEGER NOT NULL,
  level INTEGER NOT NULL, task INTEGER, trigger INTEGER, message TEXT NOT NULL,
  PRIMARY KEY (origin, at, run, attempt, number)) WITHOUT ROWID;
CREATE INDEX log_at ON log(at);
CREATE INDEX log_serious ON log(at) WHERE level >= 3;
CREATE TABLE metric (
  origin INTEGER NOT NULL, at INTEGER NOT NULL,
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, number INTEGER NOT NULL,
  task INTEGER NOT NULL, name INTEGER NOT NULL, kind INTEGER NOT NULL, value REAL, tags BLOB NOT NULL,
  PRIMARY KEY (origin, at, run, attempt, number)) WITHOUT ROWID;
CREATE INDEX metric_at ON metric(at);
PRAGMA user_version = 1;
COMMIT;";

/// What is in a file is written nowhere else.
const SORTS_IN_MEMORY: &str = "PRAGMA temp_store = MEMORY;";

/// Opens a file to write, and makes it if it is not there.
pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let open = || -> rusqlite::Result<(Connection, i64)> {
        let connection = Connection::open_with_flags(path, flags | common_flags())?;
        connection.execute_batch("PRAGMA page_size = 8192;")?;
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;")?;
        connection.execute_batch(SORTS_IN_MEMORY)?;
        let schema = schema_of(&connection)?;
        if schema == 0 {
            connection.execute_batch(TABLES)?;
        }
        connection.set_prepared_statement_cache_capacity(32);
        Ok((connection, schema))
    };
    let (connection, schema) = open().map_err(|error| explain(path, &error))?;
    refuse_newer(path, schema)?;
    Ok(connection)
}

/// Opens a file that is there to read.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let open = || -> rusqlite::Result<(Connection, i64)> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | common_flags();
        let connection = Connection::open_with_flags(path, flags)?;
        connection.execute_batch(SORTS_IN_MEMORY)?;
        let schema = schema_of(&connection)?;
        Ok((connection, schema))
    };
    let (connection, schema) = open().map_err(|error| explain(path, &error))?;
    refuse_newer(path, schema)?;
    Ok(connection)
}

/// Each connection belongs to one thread at a time, and the name of a file never leads elsewhere.
fn common_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW
}

fn schema_of(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn refuse_newer(path: &Path, schema: i64) -> Result<()> {
    if (0..=SCHEMA).contains(&schema) {
        return Ok(());
    }
    Err(StoreError::Invalid(format!(
        "the log file `{}` was written by a later version (its tables have number {schema}, this version knows \
         {SCHEMA}): start that version, or move the file away",
        path.display()
    )))
}

/// What an error of the database means to whoever asked, with the file that it is about.
pub(super) fn explain(path: &Path, error: &rusqlite::Error) -> StoreError {
    let file = path.display();
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DiskFull => StoreError::Full(format!("the disk of the log file `{file}` is full")),
            ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown => corrupt(path, error),
            _ => StoreError::Unavailable(format!("the log file `{file}`: {error}")),
        },
        _ => corrupt(path, error),
    }
}

fn corrupt(path: &Path, why: &rusqlite::Error) -> StoreError {
    StoreError::Corrupt { what: format!("the log file `{}`", path.display()), why: why.to_string() }
}
