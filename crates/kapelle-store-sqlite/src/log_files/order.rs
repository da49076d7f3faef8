//! What the writer is told to do besides writing what came.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use kapelle_model::ExecutionId;
use kapelle_model::permit::Permit;
use kapelle_store::StoreError;
use kapelle_store::error::Result;
use kapelle_store::logs::LogFilter;
use rusqlite::{Connection, params};

use super::month::Month;
use super::names::Names;
use super::scan::{Candidate, Key, Scan, Step, Visitor};

/// Lines that one transaction deletes.
const CHUNK: usize = 5_000;

pub(super) enum Order {
    /// Deletes matching lines, and says how many there were.
    Delete { permit: Permit, filter: Box<LogFilter>, answer: Sender<Result<u64>> },
    /// Deletes all that there is of executions.
    Forget { executions: Arc<[ExecutionId]>, answer: Sender<Result<()>> },
    /// Deletes the file of a month, unless it has an origin after this one, and says whether it did.
    Drop { month: Month, last_origin: i64, answer: Sender<Result<bool>> },
}

impl Order {
    /// Tells whoever waits that it cannot be done.
    pub(super) fn refuse(self, why: StoreError) {
        // Who asked may be gone.
        let _gone = match self {
            Self::Delete { answer, .. } => answer.send(Err(why)).is_err(),
            Self::Forget { answer, .. } => answer.send(Err(why)).is_err(),
            Self::Drop { answer, .. } => answer.send(Err(why)).is_err(),
        };
    }
}

/// The next lines to delete.
#[derive(Default)]
struct Chunk {
    keys: Vec<Key>,
}

impl Visitor for Chunk {
    fn examined(&mut self) -> Step {
        Step::Continue(())
    }

    fn found(&mut self, candidate: &mut Candidate<'_, '_>) -> rusqlite::Result<Step> {
        self.keys.push(candidate.key);
        Ok(if self.keys.len() < CHUNK { Step::Continue(()) } else { Step::Break(()) })
    }
}

/// Deletes the first lines that match. How many there were, and the filter for the rest, if there may be more.
pub(super) fn delete_chunk(
    connection: &Connection,
    permit: &Permit,
    filter: &LogFilter,
) -> rusqlite::Result<(u64, Option<LogFilter>)> {
    let mut chunk = Chunk::default();
    let scan = Scan::new(permit, filter, false);
    let step = scan.run(connection, &mut Names::default(), &mut chunk)?;
    let mut delete = connection.prepare_cached(
        "DELETE FROM log WHERE origin = ? AND at = ? AND run = ? AND attempt = ? AND number = ?",
    )?;
    let mut deleted = 0;
    for key in &chunk.keys {
        deleted += delete.execute(params![key.origin, key.at.0, key.run, key.attempt, key.number])? as u64;
    }
    let rest = chunk.keys.last().filter(|_| step.is_break()).map(|last| {
        let mut rest = filter.clone();
        rest.at.from = Some(last.at);
        rest
    });
    Ok((deleted, rest))
}

pub(super) fn forget(connection: &Connection, executions: &[ExecutionId]) -> rusqlite::Result<()> {
    let mut find =
        connection.prepare_cached("SELECT id FROM origin WHERE execution = ? AND execution IS NOT NULL")?;
    for execution in executions {
        let origins = find.query_map([execution.0.to_be_bytes()], |row| row.get(0))?;
        for origin in origins.collect::<rusqlite::Result<Vec<i64>>>()? {
            for delete in [
                "DELETE FROM log WHERE origin = ?",
                "DELETE FROM metric WHERE origin = ?",
                "DELETE FROM origin WHERE id = ?",
            ] {
                connection.prepare_cached(delete)?.execute([origin])?;
            }
        }
    }
    Ok(())
}
