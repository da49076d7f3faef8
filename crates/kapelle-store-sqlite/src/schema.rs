//! The tables, and how they came to be: numbered steps, forward only.

use kapelle_store::StoreError;
use kapelle_store::error::Result;
use rusqlite::Connection;

use crate::errors::of_sqlite;

/// Each step brings a file from the number of those before it to the next one. None is ever changed.
const STEPS: &[&str] = &[include_str!("migrations/0001.sql")];

/// The number of the schema that this version writes.
pub(crate) const LATEST: usize = STEPS.len();

/// Brings a file up to this version of the program. Whether anything had to be done.
pub(crate) fn migrate(connection: &mut Connection) -> Result<bool> {
    let found = number(connection)?;
    let steps = STEPS.get(found..).ok_or_else(|| {
        StoreError::Invalid(format!(
            "the data was written by a newer version: it has schema {found}, and this one knows {LATEST} at most. Start \
             the newer version again, or restore a backup made by this one."
        ))
    })?;
    for (place, step) in steps.iter().enumerate() {
        let transaction = connection.transaction().map_err(|error| of_sqlite(&error))?;
        transaction.execute_batch(step).map_err(|error| of_sqlite(&error))?;
        let next = found + place + 1;
        transaction.pragma_update(None, "user_version", next as i64).map_err(|error| of_sqlite(&error))?;
        transaction.commit().map_err(|error| of_sqlite(&error))?;
    }
    Ok(!steps.is_empty())
}

fn number(connection: &Connection) -> Result<usize> {
    let number: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| of_sqlite(&error))?;
    usize::try_from(number).map_err(|_| StoreError::Corrupt {
        what: "the number of the schema".to_owned(),
        why: format!("it is {number}"),
    })
}
