//! Executions and what lies below them: whether every row can be read, and says the same as the columns beside it.

use kapelle_model::ExecutionId;
use kapelle_store::error::Result;
use kapelle_store::store::Values;
use kapelle_store::{Header, Store, StoreError};
use rusqlite::Connection;

use super::Checker;
use crate::columns;
use crate::read::InOurWords;
use crate::read::executions::{COLUMNS, RawHeader};

const CURE: &str = "all other executions are fine; if it is needed, restore a backup from before";
const CURE_OF_COLUMNS: &str = "lists and counts show the first, the execution itself the second: please report it, and \
                               restore a backup from before if lists matter";

/// What the columns say of an execution.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Said {
    state: i64,
    version: i64,
    print: i64,
}

impl Checker<'_, '_> {
    pub(super) fn executions(&mut self) -> Result<()> {
        let query = format!(
            "SELECT {COLUMNS}, e.labels FROM exec e JOIN exec_body b ON b.id = e.id WHERE e.id > ? \
             ORDER BY e.id LIMIT ?"
        );
        let mut after = i64::MIN;
        loop {
            let rows = self.rows(&query, &[after], |row| {
                let said = Said { state: row.get(6)?, version: row.get(7)?, print: row.get(9)? };
                Ok((row.get::<_, i64>(0)?, columns::id(row.get(0)?, row.get(1)?), RawHeader::of(row)?, said))
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = *last;
            for (_, id, raw, said) in rows {
                self.execution(id, &raw, said)?;
            }
            self.tell("executions", self.report.executions)?;
        }
    }

    fn execution(&mut self, id: ExecutionId, raw: &RawHeader, said: Said) -> Result<()> {
        self.report.executions += 1;
        match raw.read(&self.store.names.now(), &self.store.codec, self.depth()) {
            Ok(header) if Said::of(&header) == said => self.labels(id, &header),
            Ok(header) => {
                let right = Said::of(&header);
                for (name, column, row) in [
                    ("state", said.state, right.state),
                    ("version", said.version, right.version),
                    ("labels", said.print, right.print),
                ] {
                    if column != row {
                        let why = format!("its column `{name}` says {column}, and it itself says {row}");
                        self.find(format!("execution {id}"), why, CURE_OF_COLUMNS);
                    }
                }
                Ok(())
            }
            Err(error) => self.broken(id, &error),
        }
    }

    /// Whether it is found by each of its labels.
    fn labels(&mut self, id: ExecutionId, header: &Header) -> Result<()> {
        let wanted: Vec<i64> =
            header.head.labels.iter().map(|(name, value)| columns::label(name, value)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let (key, version) = (columns::key(id), header.head.version.cast_signed());
        let missing = self.store.readers.read(|connection| missing(connection, key, version, &wanted))?;
        if missing > 0 {
            let why = format!("lists do not find it by {missing} of its {} labels", wanted.len());
            self.find(format!("execution {id}"), why, "please report it; the execution itself is whole");
        }
        Ok(())
    }

    pub(super) fn task_runs(&mut self) -> Result<()> {
        let query = "SELECT t.exec, t.idx, e.check64, t.data FROM task_run t CROSS JOIN exec e ON e.id = t.exec \
                     WHERE (t.exec, t.idx) > (?, ?) ORDER BY t.exec, t.idx LIMIT ?";
        let mut after = [i64::MIN, 0];
        loop {
            let rows = self.rows(query, &after, |row| {
                let id = columns::id(row.get(0)?, row.get(2)?);
                Ok(([row.get(0)?, row.get(1)?], id, row.get::<_, Vec<u8>>(3)?))
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = *last;
            for ([_, place], id, data) in rows {
                self.report.rows += 1;
                match self.store.codec.read_run(id, &data, self.depth()) {
                    Ok(run) if i64::from(run.index.0.get()) == place => {}
                    Ok(run) => {
                        let why =
                            format!("it lies in place {place}, and says that it is number {}", run.index.0);
                        self.find(format!("a task run of execution {id}"), why, CURE);
                    }
                    Err(error) => self.broken(id, &error)?,
                }
            }
            self.tell("task runs", self.report.rows)?;
        }
    }

    pub(super) fn children(&mut self) -> Result<()> {
        let query = "SELECT c.exec, c.idx, c.iteration, e.check64, c.data FROM child c CROSS JOIN exec e ON e.id = c.exec \
                     WHERE (c.exec, c.idx, c.iteration) > (?, ?, ?) ORDER BY c.exec, c.idx, c.iteration LIMIT ?";
        let mut after = [i64::MIN, 0, 0];
        loop {
            let rows = self.rows(query, &after, |row| {
                let id = columns::id(row.get(0)?, row.get(3)?);
                Ok(([row.get(0)?, row.get(1)?, row.get(2)?], id, row.get::<_, Vec<u8>>(4)?))
            })?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = *last;
            for (_, id, data) in rows {
                self.report.rows += 1;
                if let Err(error) = self.store.codec.read_child(id, &data, self.depth()) {
                    self.broken(id, &error)?;
                }
            }
            self.tell("children", self.report.rows)?;
        }
    }

    /// Large values are named by rows: reading them tells whether they are there and what was written.
    fn depth(&self) -> Values {
        if self.options.is_quick { Values::Named } else { Values::Fetched }
    }

    /// Tells of a row that cannot be read, unless it was deleted since.
    fn broken(&mut self, id: ExecutionId, error: &StoreError) -> Result<()> {
        let key = columns::key(id);
        let is_there = self.store.readers.read(|connection| {
            connection.prepare_cached("SELECT 1 FROM exec WHERE id = ?").ours()?.exists([key]).ours()
        })?;
        // Read once more as a whole: its rows may have changed between two parts of the check.
        if is_there && let Err(again) = self.store.execution(id, self.depth()) {
            let is_same = again == *error;
            self.find(format!("execution {id}"), if is_same { error } else { &again }, CURE);
        }
        Ok(())
    }
}

impl Said {
    fn of(header: &Header) -> Self {
        Self {
            state: columns::of_state(header.head.history.current()),
            version: header.head.version.cast_signed(),
            print: columns::print(&header.head.labels),
        }
    }
}

/// How many labels do not lead to an execution, unless it has changed since that version.
fn missing(connection: &Connection, key: i64, version: i64, wanted: &[i64]) -> Result<usize> {
    let mut is_same = connection.prepare_cached("SELECT 1 FROM exec WHERE id = ? AND version = ?").ours()?;
    if !is_same.exists((key, version)).ours()? {
        return Ok(0);
    }
    let mut find = connection
        .prepare_cached("SELECT 1 FROM label l JOIN label_kv k ON k.id = l.kv WHERE l.kv = ? AND l.exec = ?")
        .ours()?;
    let mut missing = 0;
    for label in wanted {
        missing += usize::from(!find.exists((label, key)).ours()?);
    }
    Ok(missing)
}
