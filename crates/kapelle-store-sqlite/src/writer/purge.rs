//! Deleting executions that nobody needs any more.

use std::collections::BTreeSet;

use kapelle_model::ExecutionId;
use kapelle_store::Conflict;

use super::batch::{Batch, Written};
use super::counters::Counts;
use super::executions::Row;
use super::fold::{place, remove_labels, root_of, scopes};
use crate::columns;

/// Tables with rows of executions, by the column that says which.
const TABLES: &[&str] = &[
    "DELETE FROM exec WHERE id = ?",
    "DELETE FROM exec_body WHERE id = ?",
    "DELETE FROM task_run WHERE exec = ?",
    "DELETE FROM child WHERE exec = ?",
    "DELETE FROM sent WHERE exec = ?",
    "DELETE FROM wake WHERE exec = ?",
];

impl Batch<'_> {
    /// All of them, or none. Nothing may be in the journal.
    pub(super) fn purge(&mut self, ids: &[ExecutionId]) -> Written<()> {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids.iter().copied().collect::<BTreeSet<_>>() {
            let key = columns::key(id);
            // What is gone already is as it should be.
            let Some(row) = Row::kept(self.connection, key)?.filter(|row| row.check == columns::check(id))
            else {
                continue;
            };
            if let Some(why) = self.is_held(key, &row)? {
                return Err(Conflict::Held { execution: id, why }.into());
            }
            rows.push((id, key, row));
        }
        let (names, mut counts) = (self.all_names(), Counts::default());
        for (id, key, row) in rows {
            remove_labels(self.connection, self.codec, key, row.check)?;
            for statement in TABLES {
                self.connection.prepare_cached(statement)?.execute([key])?;
            }
            counts.add(scopes(&row, root_of(&names, row.ns)?), place(&row, row.state), -1);
            self.purged.push(id);
        }
        Ok(counts.write(self.connection)?)
    }

    fn is_held(&self, key: i64, row: &Row) -> Written<Option<&'static str>> {
        if !row.is_at_rest {
            return Ok(Some("it is not over"));
        }
        let parent = row.parent.map(|parent| Row::kept(self.connection, parent)).transpose()?.flatten();
        if parent.is_some_and(|parent| !parent.is_at_rest) {
            return Ok(Some("the execution that started it is not over"));
        }
        if self.is_any("SELECT 1 FROM exec WHERE parent = ? AND rest = 0 LIMIT 1", key)? {
            return Ok(Some("an execution that it started is not over"));
        }
        if self.is_any("SELECT 1 FROM child WHERE child = ? AND is_open = 1 LIMIT 1", key)? {
            return Ok(Some("an execution waits for it"));
        }
        Ok(None)
    }

    fn is_any(&self, query: &str, key: i64) -> Written<bool> {
        Ok(self.connection.prepare_cached(query)?.exists([key])?)
    }
}
