//! What the numbers of a file stand for.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use rusqlite::Connection;

/// So many names are kept in memory for a file that is read.
const KNOWN_MAX: usize = 65_536;

/// The names of one file. They are never given other numbers, so what was read once stays true.
#[derive(Default)]
pub(super) struct Names {
    texts: BTreeMap<i64, Arc<str>>,
}

/// What all lines of an execution, or of a trigger, have in common.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) execution: Option<ExecutionId>,
    pub(super) tenant: Arc<str>,
    pub(super) namespace: Arc<str>,
    pub(super) flow: Arc<str>,
}

impl Names {
    /// Reads all names that there are; whether they are few enough for that.
    pub(super) fn read_all(&mut self, connection: &Connection) -> rusqlite::Result<bool> {
        let mut count = connection.prepare_cached("SELECT coalesce(max(id), 0) FROM name")?;
        let count: i64 = count.query_row([], |row| row.get(0))?;
        if count > KNOWN_MAX as i64 {
            return Ok(false);
        }
        if (self.texts.len() as i64) < count {
            let mut select = connection.prepare_cached("SELECT id, text FROM name")?;
            let texts = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            self.texts = texts.collect::<rusqlite::Result<_>>()?;
        }
        Ok(true)
    }

    /// The numbers of the names that were read and are meant, as a list for a statement.
    pub(super) fn numbers(&self, is_meant: impl Fn(&str) -> bool) -> String {
        let meant = self.texts.iter().filter(|(_, text)| is_meant(text));
        meant.map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn get(&mut self, connection: &Connection, number: i64) -> rusqlite::Result<Arc<str>> {
        if let Some(text) = self.texts.get(&number) {
            return Ok(text.clone());
        }
        let mut find = connection.prepare_cached("SELECT text FROM name WHERE id = ?")?;
        let text: Arc<str> = find.query_row([number], |row| row.get(0))?;
        if self.texts.len() >= KNOWN_MAX {
            self.texts.clear();
        }
        self.texts.insert(number, text.clone());
        Ok(text)
    }

    pub(super) fn origin(&mut self, connection: &Connection, number: i64) -> rusqlite::Result<Origin> {
        let mut find = connection
            .prepare_cached("SELECT execution, tenant, namespace, flow FROM origin WHERE id = ?")?;
        let (execution, tenant, namespace, flow): (Option<[u8; 16]>, i64, i64, i64) =
            find.query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(Origin {
            execution: execution.map(|bytes| ExecutionId(u128::from_be_bytes(bytes))),
            tenant: self.get(connection, tenant)?,
            namespace: self.get(connection, namespace)?,
            flow: self.get(connection, flow)?,
        })
    }
}

/// The origins of an execution; more than one only if its lines were said to be of different flows.
pub(super) fn origins_of(connection: &Connection, execution: ExecutionId) -> rusqlite::Result<Vec<i64>> {
    let mut find = connection
        .prepare_cached("SELECT id FROM origin WHERE execution = ? AND execution IS NOT NULL ORDER BY id")?;
    let origins = find.query_map([execution.0.to_be_bytes()], |row| row.get(0))?;
    origins.collect()
}
