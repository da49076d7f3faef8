//! The transactions of one commit.
//!
//! Headers of executions are kept in memory until the end, so that a hundred changes of one execution write its header
//! once; everything else is written as it comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::{ExecutionId, Millis};
use kapelle_store::codec::Codec;
use kapelle_store::{StoreError, Write, issuer};
use rusqlite::Connection;

use super::Desk;
use super::counters::Counts;
use super::executions::Row;
use crate::errors::corrupt;
use crate::meta;
use crate::names::{FlowId, Names, NsId};
use crate::prepared::{Prepared, Ready};

/// Why something was not written.
pub(super) enum Fault {
    /// Only this transaction: it takes something for granted that is not so.
    Refused(StoreError),
    /// All of them.
    Sqlite(rusqlite::Error),
    /// All of them, because of a mistake in this program.
    Panic,
}

pub(super) type Written<T> = Result<T, Fault>;

pub(super) struct Batch<'d> {
    pub(super) connection: &'d Connection,
    pub(super) codec: &'d Codec,
    /// As they were before this commit; nobody else adds any.
    names: Arc<Names>,
    /// Names that are new with this commit.
    fresh: Names,
    /// Headers as the transactions before this one left them.
    pub(super) rows: BTreeMap<i64, Row>,
    /// Headers that this transaction changed.
    pub(super) pending: Vec<(i64, Row)>,
    pub(super) counts: Counts,
    pub(super) purged: Vec<ExecutionId>,
    skew: i64,
    saved_skew: i64,
    pending_purged: usize,
}

/// What others may know once the commit is over.
pub(super) struct Finished {
    pub(super) fresh: Names,
    pub(super) purged: Vec<ExecutionId>,
    pub(super) skew: i64,
}

impl<'d> Batch<'d> {
    pub(super) fn new(desk: &'d Desk) -> Self {
        Self {
            connection: &desk.connection,
            codec: &desk.codec,
            names: desk.names.now(),
            fresh: Names::default(),
            rows: BTreeMap::new(),
            pending: Vec::new(),
            counts: Counts::default(),
            purged: Vec::new(),
            skew: desk.saved_skew,
            saved_skew: desk.saved_skew,
            pending_purged: 0,
        }
    }

    /// Writes a transaction, or nothing of it.
    pub(super) fn apply(&mut self, prepared: &Prepared) -> Written<()> {
        // Names stay when the transaction is refused: a name without anything that has it hurts nobody.
        for write in &prepared.writes {
            self.name(write)?;
        }
        // One write alone is refused before it has changed anything.
        let may_be_undone = prepared.writes.len() > 1;
        let purges = prepared.writes.iter().any(|write| matches!(write, Ready::Plain(Write::Purge(_))));
        if purges {
            // It looks at the rows themselves, and writes what is still to be written before it does.
            self.write_headers()?;
        }
        let counts = purges.then(|| self.counts.clone());
        if may_be_undone {
            self.execute("SAVEPOINT one")?;
        }
        self.pending_purged = self.purged.len();
        let result = prepared.writes.iter().try_for_each(|write| self.write(write));
        match result {
            Ok(()) => {
                if may_be_undone {
                    self.execute("RELEASE one")?;
                }
                self.take_over();
                Ok(())
            }
            Err(fault) => {
                self.pending.clear();
                if let Some(counts) = counts {
                    self.counts = counts;
                }
                self.purged.truncate(self.pending_purged);
                if may_be_undone {
                    self.execute("ROLLBACK TO one")?;
                    self.execute("RELEASE one")?;
                }
                Err(fault)
            }
        }
    }

    fn write(&mut self, write: &Ready) -> Written<()> {
        match write {
            Ready::Execution(rows) => self.write_execution(rows),
            Ready::Order { id, to, data } => self.write_order(*id, *to, data),
            Ready::Plain(write) => match write {
                Write::Wake(wake) => self.write_wake(*wake),
                Write::Woken(wake) => self.remove_wake(*wake),
                Write::OrderDone(id) => self.remove_order(*id),
                Write::Flow(flow) => self.write_flow(flow),
                Write::Put { document, over } => self.put(document, *over),
                Write::Remove { key, over } => self.remove(key, *over),
                Write::Once(once) => self.write_once(once),
                Write::ForgetOnce { kind, until } => self.forget_once(*kind, *until),
                Write::File(version) => self.write_file(version),
                Write::Audit(entry) => self.write_audit(entry),
                Write::Purge(ids) => self.purge(ids),
                // They were made ready for writing.
                Write::Execution(_) | Write::Order(_) => Ok(()),
            },
        }
    }

    /// The headers of this transaction are those that the next ones see.
    pub(super) fn take_over(&mut self) {
        for (key, row) in std::mem::take(&mut self.pending) {
            self.rows.insert(key, row);
        }
    }

    /// Writes what was kept for the end.
    pub(super) fn finish(mut self) -> Written<Finished> {
        self.write_headers()?;
        self.counts.write(self.connection)?;
        if self.skew > self.saved_skew {
            meta::set_skew(self.connection, self.skew)?;
        }
        Ok(Finished { fresh: self.fresh, purged: self.purged, skew: self.skew })
    }

    /// Notes how far a moment and that of an id are apart.
    pub(super) fn note_skew(&mut self, id: ExecutionId, started: Millis) {
        self.skew = self.skew.max(started.since(issuer::moment(id)).saturating_abs());
    }

    pub(super) fn execute(&self, statement: &str) -> Written<()> {
        self.connection.prepare_cached(statement)?.execute([])?;
        Ok(())
    }

    fn name(&mut self, write: &Ready) -> Written<()> {
        match write {
            Ready::Execution(rows) => {
                if let Some((birth, _)) = &rows.birth {
                    self.ns(&birth.tenant, "")?;
                    let ns = self.ns(&birth.tenant, &birth.namespace)?;
                    self.flow(ns, &birth.flow)?;
                }
            }
            Ready::Plain(Write::Flow(flow)) => {
                let ns = self.ns(&flow.tenant, &flow.namespace)?;
                self.flow(ns, &flow.id)?;
            }
            Ready::Plain(Write::Put { document, .. }) => {
                self.ns(&document.key.tenant, &document.key.namespace)?;
            }
            Ready::Plain(Write::File(file)) => {
                self.ns(&file.tenant, &file.namespace)?;
            }
            Ready::Order { .. } | Ready::Plain(_) => {}
        }
        Ok(())
    }

    /// The number of a namespace, a new one if it has none.
    pub(super) fn ns(&mut self, tenant: &str, name: &str) -> Written<NsId> {
        if let Some(id) = self.known(|names| names.ns(tenant, name)) {
            return Ok(id);
        }
        let id = self
            .connection
            .prepare_cached("INSERT INTO ns (tenant, name) VALUES (?, ?) RETURNING id")?
            .query_row([tenant, name], |row| row.get(0).map(NsId))?;
        self.fresh.add_namespace(id, tenant.into(), name.into());
        Ok(id)
    }

    /// The number of a namespace, if it has one.
    pub(super) fn known_ns(&self, tenant: &str, name: &str) -> Option<NsId> {
        self.known(|names| names.ns(tenant, name))
    }

    /// The number of a flow, a new one if it has none.
    pub(super) fn flow(&mut self, ns: NsId, name: &str) -> Written<FlowId> {
        if let Some(id) = self.known(|names| names.flow(ns, name)) {
            return Ok(id);
        }
        let id = self
            .connection
            .prepare_cached("INSERT INTO flow_key (ns, name) VALUES (?, ?) RETURNING id")?
            .query_row((ns.0, name), |row| row.get(0).map(FlowId))?;
        self.fresh.add_flow(id, ns, name.into());
        Ok(id)
    }

    /// What stands for the tenant of a namespace, for counters.
    pub(super) fn root(&mut self, ns: NsId) -> Written<NsId> {
        let tenant =
            self.known(|names| names.namespace_of(ns).ok().map(|namespace| Arc::clone(&namespace.tenant)));
        let tenant = tenant.ok_or_else(|| corrupt(format!("namespace {}", ns.0), "it has no name"))?;
        self.ns(&tenant, "")
    }

    fn known<T>(&self, look: impl Fn(&Names) -> Option<T>) -> Option<T> {
        look(&self.fresh).or_else(|| look(&self.names))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<kapelle_store::Conflict> for Fault {
    fn from(conflict: kapelle_store::Conflict) -> Self {
        Self::Refused(conflict.into())
    }
}

/// A moment as it is kept.
pub(super) fn moment(at: Option<Millis>) -> Option<i64> {
    at.map(|at| at.0)
}
