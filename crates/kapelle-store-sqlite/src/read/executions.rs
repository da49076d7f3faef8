//! Single executions.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_model::execution::{Birth, Child, Execution, Head, Kind, Slot};
use kapelle_model::history::History;
use kapelle_model::task_run::{Fence, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::codec::{Codec, Known};
use kapelle_store::error::Result;
use kapelle_store::store::Values;
use kapelle_store::{Header, StoreError};
use rusqlite::{Connection, OptionalExtension};

use super::InOurWords;
use crate::columns;
use crate::errors::corrupt;
use crate::names::{FlowId, Names};

/// Columns that a header is made of, of `exec e` and `exec_body b`.
pub(crate) const COLUMNS: &str =
    "e.id, e.check64, e.flow, e.rev, b.birth, b.head, e.state, e.version, e.started";

/// A header as it stands in its rows.
pub(crate) struct RawHeader {
    id: ExecutionId,
    flow: FlowId,
    revision: u32,
    birth: Vec<u8>,
    head: Vec<u8>,
    // What lists look at, kept a second time in columns.
    state: i64,
    version: u64,
    started: Millis,
}

/// The label of an execution that lists show and nobody can read.
const UNREADABLE: (&str, &str) = ("system.unreadable", "see `kapelle store check`");

impl RawHeader {
    pub(crate) fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: columns::id(row.get(0)?, row.get(1)?),
            flow: FlowId(row.get(2)?),
            revision: row.get(3)?,
            birth: row.get(4)?,
            head: row.get(5)?,
            state: row.get(6)?,
            version: row.get::<_, i64>(7)?.cast_unsigned(),
            started: Millis(row.get(8)?),
        })
    }

    pub(crate) fn read(&self, names: &Names, codec: &Codec, values: Values) -> Result<Header> {
        Ok(Header { birth: Arc::new(self.birth(names, codec, values)?), head: self.head(codec, values)? })
    }

    /// For a list of many: one that cannot be read must not hide the others, and does not disappear itself.
    pub(crate) fn listed(&self, names: &Names, codec: &Codec) -> Result<Header> {
        match self.read(names, codec, Values::Named) {
            Err(StoreError::Corrupt { .. }) => self.stand_in(names),
            result => result,
        }
    }

    fn stand_in(&self, names: &Names) -> Result<Header> {
        let Known { id, tenant, namespace, flow, revision } = self.known(names)?;
        let birth = Birth {
            id,
            tenant,
            namespace,
            flow,
            revision,
            inputs: Arc::default(),
            origin: None,
            parent: None,
            replay_of: None,
            original: id,
            original_created: self.started,
            start: None,
            kind: Kind::default(),
            priority: 0,
            depth: 0,
            scope: None,
        };
        let head = Head {
            history: History::new(columns::state(self.state)?, self.started),
            version: self.version,
            generation: 0,
            opened: self.started,
            attempt: 1,
            runs_made: 0,
            fence: Fence::default(),
            labels: Arc::new([(UNREADABLE.0.into(), UNREADABLE.1.into())]),
            variables: Arc::default(),
            outputs: None,
            slot: Slot::default(),
            strays: Arc::default(),
            breakpoints: Arc::default(),
            successor: None,
            violated: 0,
            waiting: None,
        };
        Ok(Header { birth: Arc::new(birth), head })
    }

    fn known(&self, names: &Names) -> Result<Known> {
        let flow = names.flow_of(self.flow)?;
        let namespace = names.namespace_of(flow.ns)?;
        Ok(Known {
            id: self.id,
            tenant: Arc::clone(&namespace.tenant),
            namespace: Arc::clone(&namespace.name),
            flow: Arc::clone(&flow.name),
            revision: self.revision,
        })
    }

    fn birth(&self, names: &Names, codec: &Codec, values: Values) -> Result<Birth> {
        codec.read_birth(self.known(names)?, &self.birth, values)
    }

    fn head(&self, codec: &Codec, values: Values) -> Result<Head> {
        codec.read_head(self.id, &self.head, values)
    }
}

/// The header of an execution as bytes; nothing if there is none with exactly this id.
pub(crate) fn header(connection: &Connection, id: ExecutionId) -> Result<Option<RawHeader>> {
    let query = format!(
        "SELECT {COLUMNS} FROM exec e JOIN exec_body b ON b.id = e.id WHERE e.id = ? AND e.check64 = ?"
    );
    let mut query = connection.prepare_cached(&query).ours()?;
    query.query_row((columns::key(id), columns::check(id)), RawHeader::of).optional().ours()
}

/// The rows below the header, as bytes.
pub(crate) struct RawRuns {
    runs: Vec<Vec<u8>>,
    children: Vec<(u32, u32, Vec<u8>)>,
}

pub(crate) fn runs(connection: &Connection, id: ExecutionId) -> Result<RawRuns> {
    let key = columns::key(id);
    let mut query =
        connection.prepare_cached("SELECT data FROM task_run WHERE exec = ? ORDER BY idx").ours()?;
    let runs = query.query_map([key], |row| row.get(0)).and_then(Iterator::collect).ours()?;
    let mut query = connection
        .prepare_cached("SELECT idx, iteration, data FROM child WHERE exec = ? ORDER BY idx, iteration")
        .ours()?;
    let children = query.query_map([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    Ok(RawRuns { runs, children: children.and_then(Iterator::collect).ours()? })
}

impl RawRuns {
    /// The whole execution.
    pub(crate) fn read(self, header: Header, codec: &Codec, values: Values) -> Result<Execution> {
        let id = header.birth.id;
        let runs: Result<Vec<TaskRun>> =
            self.runs.iter().map(|data| codec.read_run(id, data, values)).collect();
        let children: Result<BTreeMap<(RunIndex, u32), Child>> = self
            .children
            .iter()
            .map(|(run, iteration, data)| {
                let run = NonZeroU32::new(*run)
                    .ok_or_else(|| corrupt(format!("execution {id}"), "a task run 0"))?;
                Ok(((RunIndex(run), *iteration), codec.read_child(id, data, values)?))
            })
            .collect();
        Ok(Execution { birth: header.birth, head: header.head, runs: runs?, children: children? })
    }
}
