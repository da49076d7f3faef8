//! A client that does what clients have to do when a store fails: it asks again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Execution, Slot};
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;

use crate::audit::AuditRecord;
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
use crate::transaction::{CommitNumber, Epoch, Once, OnceKind, Sent, Transaction, Wake, Write};

/// A store that fails sometimes, as one that only takes longer.
///
/// Each transaction gets a name, written with it, that tells afterwards whether it was written. It waits for each one.
#[derive(Debug)]
pub struct Patient<S> {
    pub store: S,
    named: AtomicU64,
}

impl<S: Store> Patient<S> {
    pub const fn new(store: S) -> Self {
        Self { store, named: AtomicU64::new(0) }
    }

    fn commit(&self, mut transaction: Transaction) -> Result<CommitNumber> {
        let number = self.named.fetch_add(1, Ordering::Relaxed);
        let key = format!("patient {} {number}", self.store.epoch().0);
        let (kind, until) = (OnceKind::Request, Millis(i64::MAX));
        transaction.writes.push(Write::Once(Once { kind, key: key.clone(), result: Vec::new(), until }));
        let store: &dyn Store = &self.store;
        loop {
            match store.commit(transaction.clone()) {
                Err(StoreError::Unavailable(_)) => {}
                Err(StoreError::Unknown(_)) => {
                    if repeat(|| store.once(kind, &key))?.is_some() {
                        return Ok(store.last_commit());
                    }
                }
                told => return told,
            }
        }
    }
}

/// Asks until there is an answer.
fn repeat<T>(ask: impl Fn() -> Result<T>) -> Result<T> {
    loop {
        match ask() {
            Err(StoreError::Unavailable(_)) => {}
            answer => return answer,
        }
    }
}

impl<S: Store> Store for Patient<S> {
    fn submit(&self, transaction: Transaction, done: Done) {
        done(self.commit(transaction));
    }

    fn execution(&self, id: ExecutionId, values: Values) -> Result<Option<Execution>> {
        repeat(|| self.store.execution(id, values))
    }

    fn header(&self, id: ExecutionId) -> Result<Option<Header>> {
        repeat(|| self.store.header(id))
    }

    fn unfinished(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<ExecutionId>> {
        repeat(|| self.store.unfinished(after, limit))
    }

    fn slots(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<(ExecutionId, Slot)>> {
        repeat(|| self.store.slots(after, limit))
    }

    fn wakes(&self, until: Millis, limit: usize) -> Result<Vec<Wake>> {
        repeat(|| self.store.wakes(until, limit))
    }

    fn orders(&self, limit: usize) -> Result<Vec<Sent>> {
        repeat(|| self.store.orders(limit))
    }

    fn executions(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Listing<Header>> {
        repeat(|| self.store.executions(permit, filter, page))
    }

    fn count(&self, permit: &Permit, filter: &Filter) -> Result<Total> {
        repeat(|| self.store.count(permit, filter))
    }

    fn counters(
        &self,
        permit: &Permit,
        of: &CounterScope,
        from: Millis,
        until: Millis,
    ) -> Result<Vec<Counted>> {
        repeat(|| self.store.counters(permit, of, from, until))
    }

    fn flow(
        &self,
        tenant: &str,
        namespace: &str,
        id: &str,
        which: Which,
    ) -> Result<Option<Arc<FlowRevision>>> {
        repeat(|| self.store.flow(tenant, namespace, id, which))
    }

    fn flows(&self, permit: &Permit) -> Result<Vec<Arc<FlowRevision>>> {
        repeat(|| self.store.flows(permit))
    }

    fn revisions(&self, tenant: &str, namespace: &str, id: &str) -> Result<Vec<Arc<FlowRevision>>> {
        repeat(|| self.store.revisions(tenant, namespace, id))
    }

    fn document(&self, key: &DocumentKey) -> Result<Option<Document>> {
        repeat(|| self.store.document(key))
    }

    fn documents(
        &self,
        permit: &Permit,
        kind: Kind,
        namespace: Option<&str>,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<Document>> {
        repeat(|| self.store.documents(permit, kind, namespace, after, limit))
    }

    fn documents_due(&self, kind: Kind, until: Millis, limit: usize) -> Result<Vec<Document>> {
        repeat(|| self.store.documents_due(kind, until, limit))
    }

    fn once(&self, kind: OnceKind, key: &str) -> Result<Option<Once>> {
        repeat(|| self.store.once(kind, key))
    }

    fn files(&self, tenant: &str, namespace: &str) -> Result<Vec<FileVersion>> {
        repeat(|| self.store.files(tenant, namespace))
    }

    fn file_versions(&self, tenant: &str, namespace: &str, path: &str) -> Result<Vec<FileVersion>> {
        repeat(|| self.store.file_versions(tenant, namespace, path))
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>> {
        repeat(|| self.store.audit(after, limit))
    }

    fn append_logs(&self, lines: Vec<LogLine>) -> Result<()> {
        repeat(|| self.store.append_logs(lines.clone()))
    }

    fn flush_logs(&self) -> Result<()> {
        repeat(|| self.store.flush_logs())
    }

    fn logs(&self, permit: &Permit, filter: &LogFilter, page: &LogPage) -> Result<Listing<LogLine>> {
        repeat(|| self.store.logs(permit, filter, page))
    }

    fn outline(&self, permit: &Permit, filter: &LogFilter, of: OutlineOf) -> Result<LogOutline> {
        repeat(|| self.store.outline(permit, filter, of))
    }

    fn delete_logs(&self, permit: &Permit, filter: &LogFilter) -> Result<u64> {
        repeat(|| self.store.delete_logs(permit, filter))
    }

    fn append_metrics(&self, metrics: Vec<Metric>) -> Result<()> {
        repeat(|| self.store.append_metrics(metrics.clone()))
    }

    fn metrics(&self, permit: &Permit, filter: &MetricFilter, limit: usize) -> Result<Vec<Metric>> {
        repeat(|| self.store.metrics(permit, filter, limit))
    }

    fn epoch(&self) -> Epoch {
        self.store.epoch()
    }

    fn last_commit(&self) -> CommitNumber {
        self.store.last_commit()
    }
}
