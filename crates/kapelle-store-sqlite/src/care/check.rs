//! Looking for damage: whether all that is kept can be read, fits together, and is what was written.
//!
//! Rows are read in parts, each in a short read of its own, so that a store at work is not held up. What changes
//! between two parts is looked at again before anything is said of it. Only the check of the file itself is one long
//! read, during which the file that takes the writes grows.

mod audit;
mod counters;
mod executions;
mod orphans;
mod others;
mod structure;
mod values;

use std::fmt;
use std::time::SystemTime;

use kapelle_store::error::Result;
use rusqlite::Connection;

use super::{Progress, tell};
use crate::SqliteStore;

/// Findings that are told one by one; more of them are only counted.
const TOLD_MAX: usize = 1_000;

/// Rows in one read.
const CHUNK: i64 = 200;

/// What to look at, and what to put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// Leaves out what takes long: whether indexes fit their tables, and the contents of large values.
    pub is_quick: bool,
    /// Writes the right numbers over counters that are wrong.
    pub repairs_counters: bool,
    /// Removes large values without an execution.
    pub removes_orphans: bool,
    /// Only large values older than that count as left behind: what is being written has no execution yet. Nothing if
    /// nobody writes.
    pub written_before: Option<SystemTime>,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What and where.
    pub what: String,
    pub why: String,
    /// What to do.
    pub cure: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// The first ones, if there are many.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub untold: u64,
    /// Findings that were put right.
    pub repaired: u64,
    pub executions: u64,
    /// Task runs, children, orders, documents and flows.
    pub rows: u64,
    /// Bytes of large values without an execution.
    pub orphan_bytes: u64,
}

impl CheckReport {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.untold == 0
    }
}

impl SqliteStore {
    /// Looks at all that is kept. An error is one of looking; what is damaged is in the report.
    pub fn check(&self, options: &CheckOptions, progress: &mut Progress<'_>) -> Result<CheckReport> {
        // Lines that were taken are in the files that are looked at.
        let _unwritten = self.logs.flush();
        let mut checker = Checker { store: self, options, report: CheckReport::default(), progress };
        checker.structure()?;
        checker.executions()?;
        checker.task_runs()?;
        checker.children()?;
        checker.orders()?;
        checker.documents()?;
        checker.flows()?;
        checker.orphan_rows()?;
        checker.counters()?;
        checker.values()?;
        checker.audit()?;
        Ok(checker.report)
    }
}

/// One check under way.
struct Checker<'c, 'p> {
    store: &'c SqliteStore,
    options: &'c CheckOptions,
    report: CheckReport,
    progress: &'c mut Progress<'p>,
}

impl Checker<'_, '_> {
    fn find(&mut self, what: impl Into<String>, why: impl fmt::Display, cure: impl Into<String>) {
        if self.report.findings.len() >= TOLD_MAX {
            self.report.untold += 1;
            return;
        }
        self.report.findings.push(Finding { what: what.into(), why: why.to_string(), cure: cure.into() });
    }

    fn tell(&mut self, what: &str, done: u64) -> Result<()> {
        tell(self.progress, what, done, None)
    }

    /// Rows of a statement whose last parameter is how many there may be.
    fn rows<T>(
        &self,
        query: &str,
        after: &[i64],
        row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        self.store.readers.read(|connection| rows(connection, query, after, row))
    }
}

fn rows<T>(
    connection: &Connection,
    query: &str,
    after: &[i64],
    row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    use crate::read::InOurWords as _;
    let mut query = connection.prepare_cached(query).ours()?;
    let parameters = after.iter().chain([&CHUNK]);
    let found = query.query_map(rusqlite::params_from_iter(parameters), row);
    found.and_then(Iterator::collect).ours()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  {}", self.what, self.why, self.cure)
    }
}
