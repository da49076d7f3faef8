//! What the words of SQLite mean for who asked.

use kapelle_store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

/// An error that leaves nothing written, or of which nobody knows.
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
        _ if is_fatal(error) => StoreError::Unknown(words),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_sync_that_failed_nobody_knows_what_is_written() {
        for (code, is_known) in [
            (ffi::SQLITE_IOERR_FSYNC, false),
            (ffi::SQLITE_IOERR_DIR_FSYNC, false),
            (ffi::SQLITE_IOERR_WRITE, true),
            (ffi::SQLITE_IOERR_READ, true),
            (ffi::SQLITE_FULL, true),
            (ffi::SQLITE_BUSY, true),
        ] {
            let error = Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(is_fatal(&error), !is_known, "{error}");
            assert_eq!(matches!(of_sqlite(&error), StoreError::Unknown(_)), !is_known, "{error}");
        }
    }
}
