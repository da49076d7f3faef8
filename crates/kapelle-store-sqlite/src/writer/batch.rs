//! The transactions of one commit.
//!
//! What they change of executions is only checked and gathered for the journal; everything else is written as it comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::{ExecutionId, Millis};
use kapelle_store::codec::Codec;
use kapelle_store::{Conflict, StoreError, Write};
use rusqlite::Connection;

use super::Desk;
use super::executions::Row;
use super::fold::Fold;
use super::labels::KnownLabels;
use super::pending::Pending;
use crate::columns;
use crate::errors::{corrupt, of_sqlite};
use crate::names::{FlowId, Names, NsId};
use crate::prepared::Prepared;
use crate::read::InOurWords;
use crate::record::{Change, Entry, FORM, Reader};

/// Why something was not written.
pub(crate) enum Fault {
    /// Only this transaction: it takes something for granted that is not so.
    Refused(StoreError),
    /// All of them.
    Sqlite(rusqlite::Error),
    /// All of them, because of a mistake in this program.
    Panic,
}

pub(crate) type Written<T> = Result<T, Fault>;

pub(super) struct Batch<'d> {
    pub(super) connection: &'d Connection,
    pub(super) codec: &'d Codec,
    pending: &'d Pending,
    /// As they were before this commit; nobody else adds any.
    names: Arc<Names>,
    /// Names that are new with this commit.
    fresh: Names,
    /// No execution in the tables has a larger key.
    newest: i64,
    /// As far as the moment of a creation and the one in its id are apart, of what went into the tables.
    skew: i64,
    /// Executions as the transactions before this one left them, and as this one did.
    seen: BTreeMap<i64, Seen>,
    staged: Vec<(i64, Seen)>,
    rows: BTreeMap<i64, Row>,
    journal: Vec<u8>,
    pub(super) purged: Vec<ExecutionId>,
}

/// What the next change of an execution has to follow.
#[derive(Clone, Copy)]
struct Seen {
    check: i64,
    version: u64,
}

/// What others may know once the commit is over.
pub(super) struct Finished {
    pub(super) fresh: Names,
    pub(super) purged: Vec<ExecutionId>,
    /// What the journal got.
    pub(super) journal: Vec<u8>,
    /// Executions of which it tells, as the tables have them.
    pub(super) rows: BTreeMap<i64, Row>,
    /// The largest key of an execution in the tables.
    pub(super) newest: i64,
    /// As far as the moment of a creation and the one in its id are apart.
    pub(super) skew: i64,
}

impl<'d> Batch<'d> {
    pub(super) fn new(desk: &'d Desk) -> Self {
        Self {
            connection: &desk.connection,
            codec: &desk.codec,
            pending: &desk.pending,
            names: desk.names.now(),
            fresh: Names::default(),
            newest: desk.newest,
            skew: desk.saved_skew,
            seen: BTreeMap::new(),
            staged: Vec::new(),
            rows: BTreeMap::new(),
            journal: vec![FORM],
            purged: Vec::new(),
        }
    }

    /// Writes a transaction, or nothing of it.
    pub(super) fn apply(&mut self, prepared: &Prepared) -> Written<()> {
        let result = self.check(&prepared.record).and_then(|()| self.write_others(prepared));
        let staged = std::mem::take(&mut self.staged);
        if result.is_ok() {
            self.seen.extend(staged);
            self.journal.extend_from_slice(&prepared.record);
        }
        result
    }

    /// Writes a transaction that looks at rows of executions: all of it goes into the tables, one after the other. Nothing
    /// is in the journal, and if it is refused, the whole commit is taken back.
    pub(super) fn apply_purge(&mut self, prepared: &Prepared) -> Written<()> {
        let mut done = 0;
        for other in &prepared.others {
            self.fold(&prepared.record[done..other.place])?;
            done = other.place;
            self.write(&other.write)?;
        }
        self.fold(&prepared.record[done..])
    }

    fn fold(&mut self, record: &[u8]) -> Written<()> {
        self.check(record)?;
        self.staged.clear();
        self.rows.clear();
        let names = self.all_names();
        let mut pending = Pending::default();
        pending.add(record, &names, |key| Row::kept(self.connection, key).ours())?;
        self.newest = pending.newest().map_or(self.newest, |newest| self.newest.max(newest));
        self.skew = self.skew.max(pending.skew);
        Fold::new(self.connection, self.codec, &names, &pending).write(&KnownLabels::default())?;
        Ok(())
    }

    /// Whether all changes of executions follow what is there. They get their names, too: these stay when the transaction
    /// is refused, since a name without anything that has it hurts nobody.
    fn check(&mut self, record: &[u8]) -> Written<()> {
        let mut reader = Reader::from(record, 0);
        while !reader.is_over() {
            if let Entry::Execution(change) = reader.entry()? {
                self.check_change(&change)?;
                self.name(record, &change)?;
            }
        }
        Ok(())
    }

    fn check_change(&mut self, change: &Change) -> Written<()> {
        let (key, check, version) = (columns::key(change.id), columns::check(change.id), change.version);
        let kept = self.seen(key)?;
        let fits = match kept {
            None => change.birth.is_some(),
            Some(kept) => {
                change.birth.is_none() && kept.check == check && kept.version.checked_add(1) == Some(version)
            }
        };
        if !fits {
            let kept = kept.map(|kept| kept.version);
            return Err(Conflict::Version { execution: change.id, kept, written: version }.into());
        }
        self.staged.push((key, Seen { check, version }));
        Ok(())
    }

    fn seen(&mut self, key: i64) -> Written<Option<Seen>> {
        if let Some((_, seen)) = self.staged.iter().rev().find(|(other, _)| *other == key) {
            return Ok(Some(*seen));
        }
        if let Some(seen) = self.seen.get(&key) {
            return Ok(Some(*seen));
        }
        let of = |row: &Row| Seen { check: row.check, version: row.version };
        if let Some(merged) = self.pending.executions.get(&key) {
            return Ok(Some(of(&merged.row)));
        }
        if key > self.newest {
            return Ok(None);
        }
        let row = Row::kept(self.connection, key)?;
        self.rows.extend(row.map(|row| (key, row)));
        Ok(row.as_ref().map(of))
    }

    fn name(&mut self, record: &[u8], change: &Change) -> Written<()> {
        let Some(birth) = &change.birth else { return Ok(()) };
        let (tenant, namespace) = (birth.tenant.text(record)?, birth.namespace.text(record)?);
        self.ns(tenant, "")?;
        let ns = self.ns(tenant, namespace)?;
        self.flow(ns, birth.flow.text(record)?)?;
        Ok(())
    }

    /// Writes what is none of the journal's, or nothing of it.
    fn write_others(&mut self, prepared: &Prepared) -> Written<()> {
        let others = &prepared.others;
        if others.is_empty() {
            return Ok(());
        }
        // Names stay when the transaction is refused, like those of executions.
        for other in others {
            self.name_other(&other.write)?;
        }
        // One write alone is refused before it has changed anything.
        if let [other] = &others[..] {
            return self.write(&other.write);
        }
        self.execute("SAVEPOINT one")?;
        let result = others.iter().try_for_each(|other| self.write(&other.write));
        if result.is_err() {
            self.execute("ROLLBACK TO one")?;
        }
        self.execute("RELEASE one")?;
        result
    }

    fn name_other(&mut self, write: &Write) -> Written<()> {
        match write {
            Write::Flow(flow) => {
                let ns = self.ns(&flow.tenant, &flow.namespace)?;
                self.flow(ns, &flow.id)?;
            }
            Write::Put { document, .. } => {
                self.ns(&document.key.tenant, &document.key.namespace)?;
            }
            Write::File(file) => {
                self.ns(&file.tenant, &file.namespace)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn write(&mut self, write: &Write) -> Written<()> {
        match write {
            Write::Flow(flow) => self.write_flow(flow),
            Write::ForgetRevision(name) => self.forget_revision(name),
            Write::Put { document, over } => self.put(document, *over),
            Write::Remove { key, over } => self.remove(key, *over),
            Write::Once(once) => self.write_once(once),
            Write::ForgetOnce { kind, until } => self.forget_once(*kind, *until),
            Write::File(version) => self.write_file(version),
            Write::ForgetFile(name) => self.forget_file(name),
            Write::Audit(entry) => self.write_audit(entry),
            Write::Purge(ids) => self.purge(ids),
            // They are in the record.
            Write::Execution(_)
            | Write::Wake(_)
            | Write::Woken(_)
            | Write::Order(_)
            | Write::OrderDone(_) => Ok(()),
        }
    }

    /// What has to be written at the end, and what others may know then.
    pub(super) fn finish(self) -> Finished {
        let Self { fresh, purged, mut journal, rows, newest, skew, .. } = self;
        if journal == [FORM] {
            journal.clear();
        }
        Finished { fresh, purged, journal, rows, newest, skew }
    }

    pub(super) fn execute(&self, statement: &str) -> Written<()> {
        self.connection.prepare_cached(statement)?.execute([])?;
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

    /// All names, those that are new included.
    pub(super) fn all_names(&self) -> Arc<Names> {
        self.names.with(&self.fresh)
    }

    fn known<T>(&self, look: impl Fn(&Names) -> Option<T>) -> Option<T> {
        look(&self.names).or_else(|| look(&self.fresh))
    }
}

impl Fault {
    /// Whether a single transaction may have caused it, and the others could be written.
    pub(super) fn may_be_of_one(&self) -> bool {
        match self {
            Self::Sqlite(error) => !matches!(of_sqlite(error), StoreError::Full(_)),
            Self::Panic => true,
            Self::Refused(_) => false,
        }
    }

    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Sqlite(error) => of_sqlite(&error),
            Self::Panic => corrupt("a transaction", "writing it panicked, and nothing of it was written"),
        }
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

impl From<Conflict> for Fault {
    fn from(conflict: Conflict) -> Self {
        Self::Refused(conflict.into())
    }
}

/// A moment as it is kept.
pub(super) fn moment(at: Option<Millis>) -> Option<i64> {
    at.map(|at| at.0)
}
