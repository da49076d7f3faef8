//! What is read, on connections of their own.

pub(crate) mod common;
pub(crate) mod condition;
pub(crate) mod counters;
pub(crate) mod documents;
pub(crate) mod executions;
pub(crate) mod flows;
pub(crate) mod functions;
pub(crate) mod lists;
pub(crate) mod queues;

use kapelle_store::error::Result;

use crate::errors::of_sqlite;

/// Words of SQLite in the words of the store.
pub(crate) trait InOurWords<T> {
    fn ours(self) -> Result<T>;
}

impl<T> InOurWords<T> for rusqlite::Result<T> {
    fn ours(self) -> Result<T> {
        self.map_err(|error| of_sqlite(&error))
    }
}

/// A limit of rows as SQLite wants it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
