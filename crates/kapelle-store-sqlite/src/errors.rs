//! What the words of SQLite mean for who asked.

use kapelle_store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

/// An error that leaves nothing written.
pub(crate) fn of_sqlite(error: &Error) -> StoreError {
    let words = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full("the disk is full".to_owned()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Corrupt { what: "the database".to_owned(), why: words }
        }
        Some(ErrorCode::OperationInterrupted) => {
            StoreError::Unavailable("it took too long; ask for less".to_owned())
        }
        _ => StoreError::Unavailable(words),
    }
}

/// Whether nobody knows any more what is on the disk: a sync that fails once may succeed the next time without having
/// written anything.
pub(crate) fn is_fatal(error: &Error) -> bool {
    let Error::SqliteFailure(failure, _) = error else { return false };
    matches!(
        failure.extended_code,
        ffi::SQLITE_IOERR_FSYNC
            | ffi::SQLITE_IOERR_DIR_FSYNC
            | ffi::SQLITE_IOERR_CLOSE
            | ffi::SQLITE_IOERR_TRUNCATE
    )
}

/// What could not be read, and why.
pub(crate) fn corrupt(what: impl Into<String>, why: impl Into<String>) -> StoreError {
    StoreError::Corrupt { what: what.into(), why: why.into() }
}
