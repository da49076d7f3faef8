//! A store that fails as real ones do, to see that who uses it comes through.
//!
//! It wraps another store and is steered by a seed: transactions are refused, or their answers get lost whether they
//! were written or not; answers come late and in another order; reads fail. It never writes in part, and never tells of
//! a commit that was not made.

mod late;

use std::fmt;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Execution, Slot};
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;

use self::late::Late;
use crate::audit::AuditRecord;
use crate::contract::Dice;
use crate::document::{Document, DocumentKey, Kind};
use crate::error::{Result, StoreError};
use crate::filter::Filter;
use crate::flow::{FlowRevision, Which};
use crate::listing::{Header, Listing, Page, Total};
use crate::logs::{LogFilter, LogLine, LogPage};
use crate::metrics::{Metric, MetricFilter};
use crate::namespace_file::FileVersion;
use crate::outline::{LogOutline, OutlineOf};
use crate::store::{Counted, CounterScope, Done, Store, Values};
use crate::transaction::{CommitNumber, Epoch, Once, OnceKind, Sent, Transaction, Wake};

/// How often what goes wrong, in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    /// Transactions that are not written, and said to be so: [`StoreError::Unavailable`].
    pub refused: usize,
    /// Transactions that are written, with an answer that gets lost: [`StoreError::Unknown`].
    pub unheard: usize,
    /// Transactions that get lost themselves: [`StoreError::Unknown`] too.
    pub lost: usize,
    /// Answers that come later than those of later transactions.
    pub late: usize,
    /// How long they are held back, at least a millisecond: others shall overtake them.
    pub late_by: Duration,
    /// Reads, and writes of lines, that fail with [`StoreError::Unavailable`]. The lines are written or not.
    pub unread: usize,
}

impl Plan {
    /// Something of everything.
    pub const fn of(seed: u64) -> Self {
        Self { seed, refused: 7, unheard: 7, lost: 7, late: 7, late_by: Duration::ZERO, unread: 7 }
    }
}

/// A store behind which another one keeps what is written.
pub struct FaultyStore<S> {
    store: S,
    plan: Plan,
    dice: Mutex<Dice>,
    late: Sender<Late>,
}

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Refused,
    Unheard,
    Lost,
    Late,
    Well,
}

impl<S: Store> FaultyStore<S> {
    pub fn new(store: S, plan: Plan) -> Self {
        Self { store, plan, dice: Mutex::new(Dice::new(plan.seed)), late: late::begin(plan) }
    }

    /// The store behind it, which does not fail.
    pub const fn behind(&self) -> &S {
        &self.store
    }

    pub fn into_behind(self) -> S {
        self.store
    }

    fn fate(&self) -> Fate {
        let Plan { refused, unheard, lost, late, .. } = self.plan;
        let mut place = self.roll(100);
        for (fate, chance) in
            [(Fate::Refused, refused), (Fate::Unheard, unheard), (Fate::Lost, lost), (Fate::Late, late)]
        {
            match place.checked_sub(chance) {
                Some(rest) => place = rest,
                None => return fate,
            }
        }
        Fate::Well
    }

    fn read<T>(&self, ask: impl FnOnce() -> Result<T>) -> Result<T> {
        if self.roll(100) < self.plan.unread { Err(unavailable()) } else { ask() }
    }

    fn write_lines(&self, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let is_heard = self.roll(100) >= self.plan.unread;
        if is_heard || self.roll(2) == 0 {
            write()?;
        }
        if is_heard { Ok(()) } else { Err(unavailable()) }
    }

    fn roll(&self, end: usize) -> usize {
        self.dice.lock().expect("nobody panics while rolling").below(end)
    }
}

impl<S: fmt::Debug> fmt::Debug for FaultyStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStore")
            .field("store", &self.store)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("it fails on purpose".to_owned())
}

fn unknown() -> StoreError {
    StoreError::Unknown("the answer gets lost on purpose".to_owned())
}

impl<S: Store> Store for FaultyStore<S> {
    fn submit(&self, transaction: Transaction, done: Done) {
        match self.fate() {
            Fate::Refused => done(Err(unavailable())),
            Fate::Lost => done(Err(unknown())),
            Fate::Unheard => {
                self.store.submit(transaction, Box::new(|result| done(result.and(Err(unknown())))));
            }
            Fate::Late => {
                let late = self.late.clone();
                let keep = move |result| late::keep(&late, done, result);
                self.store.submit(transaction, Box::new(keep));
            }
            Fate::Well => self.store.submit(transaction, done),
        }
    }

    fn execution(&self, id: ExecutionId, values: Values) -> Result<Option<Execution>> {
        self.read(|| self.store.execution(id, values))
    }

    fn header(&self, id: ExecutionId) -> Result<Option<Header>> {
        self.read(|| self.store.header(id))
    }

    fn unfinished(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<ExecutionId>> {
        self.read(|| self.store.unfinished(after, limit))
    }

    fn slots(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<(ExecutionId, Slot)>> {
        self.read(|| self.store.slots(after, limit))
    }

    fn wakes(&self, until: Millis, limit: usize) -> Result<Vec<Wake>> {
        self.read(|| self.store.wakes(until, limit))
    }

    fn orders(&self, limit: usize) -> Result<Vec<Sent>> {
        self.read(|| self.store.orders(limit))
    }

    fn executions(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Listing<Header>> {
        self.read(|| self.store.executions(permit, filter, page))
    }

    fn count(&self, permit: &Permit, filter: &Filter) -> Result<Total> {
        self.read(|| self.store.count(permit, filter))
    }

    fn counters(
        &self,
        permit: &Permit,
        of: &CounterScope,
        from: Millis,
        until: Millis,
    ) -> Result<Vec<Counted>> {
        self.read(|| self.store.counters(permit, of, from, until))
    }

    fn flow(
        &self,
        tenant: &str,
        namespace: &str,
        id: &str,
        which: Which,
    ) -> Result<Option<Arc<FlowRevision>>> {
        self.read(|| self.store.flow(tenant, namespace, id, which))
    }

    fn flows(&self, permit: &Permit) -> Result<Vec<Arc<FlowRevision>>> {
        self.read(|| self.store.flows(permit))
    }

    fn revisions(&self, tenant: &str, namespace: &str, id: &str) -> Result<Vec<Arc<FlowRevision>>> {
        self.read(|| self.store.revisions(tenant, namespace, id))
    }

    fn document(&self, key: &DocumentKey) -> Result<Option<Document>> {
        self.read(|| self.store.document(key))
    }

    fn documents(
        &self,
        permit: &Permit,
        kind: Kind,
        namespace: Option<&str>,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<Document>> {
        self.read(|| self.store.documents(permit, kind, namespace, after, limit))
    }

    fn documents_due(&self, kind: Kind, until: Millis, limit: usize) -> Result<Vec<Document>> {
        self.read(|| self.store.documents_due(kind, until, limit))
    }

    fn once(&self, kind: OnceKind, key: &str) -> Result<Option<Once>> {
        self.read(|| self.store.once(kind, key))
    }

    fn files(&self, tenant: &str, namespace: &str) -> Result<Vec<FileVersion>> {
        self.read(|| self.store.files(tenant, namespace))
    }

    fn file_versions(&self, tenant: &str, namespace: &str, path: &str) -> Result<Vec<FileVersion>> {
        self.read(|| self.store.file_versions(tenant, namespace, path))
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>> {
        self.read(|| self.store.audit(after, limit))
    }

    fn append_logs(&self, lines: Vec<LogLine>) -> Result<()> {
        self.write_lines(|| self.store.append_logs(lines))
    }

    fn flush_logs(&self) -> Result<()> {
        self.read(|| self.store.flush_logs())
    }

    fn logs(&self, permit: &Permit, filter: &LogFilter, page: &LogPage) -> Result<Listing<LogLine>> {
        self.read(|| self.store.logs(permit, filter, page))
    }

    fn outline(&self, permit: &Permit, filter: &LogFilter, of: OutlineOf) -> Result<LogOutline> {
        self.read(|| self.store.outline(permit, filter, of))
    }

    fn delete_logs(&self, permit: &Permit, filter: &LogFilter) -> Result<u64> {
        self.read(|| self.store.delete_logs(permit, filter))
    }

    fn append_metrics(&self, metrics: Vec<Metric>) -> Result<()> {
        self.write_lines(|| self.store.append_metrics(metrics))
    }

    fn metrics(&self, permit: &Permit, filter: &MetricFilter, limit: usize) -> Result<Vec<Metric>> {
        self.read(|| self.store.metrics(permit, filter, limit))
    }

    fn epoch(&self) -> Epoch {
        self.store.epoch()
    }

    fn last_commit(&self) -> CommitNumber {
        self.store.last_commit()
    }
}

#[cfg(test)]
mod tests;
