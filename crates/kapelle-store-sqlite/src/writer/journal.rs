//! The journal: a table to which a commit appends the changes of executions, as one row.
//!
//! Appending touches the end of one table. What a change means for indexes, counters and all that lists look at is
//! worked out for thousands of them together ([`Fold`](super::fold::Fold)), and only then their rows go away.

use kapelle_store::CommitNumber;
use kapelle_store::error::Result;
use rusqlite::Connection;

use super::executions::Row;
use super::pending::Pending;
use crate::errors::corrupt;
use crate::names::Names;
use crate::read::InOurWords;
use crate::record::FORM;

/// Appends what one commit changes. Its number is that of the last transaction in it.
pub(super) fn append(connection: &Connection, last: u64, rows: &[u8]) -> rusqlite::Result<()> {
    let write = "INSERT INTO journal (number, data) VALUES (?, ?)";
    connection.prepare_cached(write)?.execute((last.cast_signed(), rows))?;
    Ok(())
}

/// The last commit of which something is there.
pub(crate) fn last(connection: &Connection) -> rusqlite::Result<Option<CommitNumber>> {
    let mut query = connection.prepare_cached("SELECT max(number) FROM journal")?;
    let last: Option<i64> = query.query_row([], |row| row.get(0))?;
    Ok(last.map(|last| CommitNumber(last.cast_unsigned())))
}

pub(super) fn clear(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM journal")?.execute([])?;
    Ok(())
}

/// All that is there. What cannot be read is an error: it was acknowledged, and must not be left out.
pub(crate) fn load(connection: &Connection, names: &Names) -> Result<Pending> {
    let mut query = connection.prepare_cached("SELECT number, data FROM journal ORDER BY number").ours()?;
    let mut rows = query.query([]).ours()?;
    let mut pending = Pending::default();
    while let Some(row) = rows.next().ours()? {
        let number: i64 = row.get(0).ours()?;
        let data = row.get_ref(1).ours()?.as_blob().map_err(|_| broken(number, "it has no bytes"))?;
        let Some((&FORM, record)) = data.split_first() else {
            return Err(broken(number, "it is in a form that this version does not know"));
        };
        pending.add(record, names, |key| Row::kept(connection, key).ours()).map_err(|error| match error {
            kapelle_store::StoreError::Corrupt { what, why } => broken(number, &format!("{what}: {why}")),
            other => other,
        })?;
    }
    Ok(pending)
}

fn broken(number: i64, why: &str) -> kapelle_store::StoreError {
    corrupt(format!("what commit {number} left in the journal of the database"), why)
}
