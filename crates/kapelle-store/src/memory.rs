//! A store that forgets everything with its process: for `--memory`, and to compare others with.
//!
//! It is simple and right before all else: ordered maps behind one lock, lists by [`Filter::matches`] over all there is.
//! What is looked up by name or by execution costs no more when there is more of other things.

mod answers;
mod executions;
mod lines;
mod lists;
mod rows;
mod table;
mod write;

use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Execution, Slot};
use kapelle_model::permit::Permit;
use kapelle_model::time::Millis;

use self::answers::Answers;
use self::rows::{Name, Rows};
use crate::audit::AuditRecord;
use crate::document::{Document, DocumentKey, Kind};
use crate::error::Result;
use crate::filter::Filter;
use crate::flow::{FlowRevision, Which};
use crate::listing::{Header, Listing, Page, Total};
use crate::logs::{LogFilter, LogLine, LogPage};
use crate::metrics::{Metric, MetricFilter};
use crate::namespace_file::FileVersion;
use crate::outline::{LogOutline, OutlineOf};
use crate::store::{Counted, CounterScope, Done, Store, Values};
use crate::transaction::{CommitNumber, Epoch, Once, OnceKind, Sent, Transaction, Wake};

/// A handle to rows in memory. What it is told is told in the thread of one who submits.
pub struct MemoryStore {
    shared: Arc<Shared>,
    epoch: Epoch,
}

#[derive(Default)]
struct Shared {
    rows: Mutex<Rows>,
    answers: Answers,
}

impl MemoryStore {
    /// With nothing in it.
    pub fn new() -> Self {
        Self::of(Arc::default())
    }

    /// The next owner of the same rows. From now on older handles write nothing.
    #[must_use]
    pub fn succeed(&self) -> Self {
        Self::of(Arc::clone(&self.shared))
    }

    fn of(shared: Arc<Shared>) -> Self {
        let epoch = {
            let mut rows = lock(&shared);
            rows.epoch.0 += 1;
            rows.epoch
        };
        Self { shared, epoch }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        lock(&self.shared)
    }

    /// The rows for a change outside of transactions.
    fn own_rows(&self) -> Result<MutexGuard<'_, Rows>> {
        let rows = self.rows();
        rows.check_epoch(self.epoch)?;
        Ok(rows)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn submit(&self, transaction: Transaction, done: Done) {
        let mut rows = self.rows();
        let result = rows.commit(self.epoch, transaction);
        // Still under the lock, so that answers come in the order of the commits.
        self.shared.answers.add(done, result);
        drop(rows);
        self.shared.answers.give();
    }

    fn execution(&self, id: ExecutionId, _values: Values) -> Result<Option<Execution>> {
        Ok(self.rows().execution(id))
    }

    fn header(&self, id: ExecutionId) -> Result<Option<Header>> {
        Ok(self.rows().executions.get(&id).map(|kept| kept.header.clone()))
    }

    fn unfinished(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<ExecutionId>> {
        Ok(self.rows().unfinished.range(beyond(after)).map(|(id, ())| *id).take(limit).collect())
    }

    fn slots(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<(ExecutionId, Slot)>> {
        Ok(self.rows().slots.range(beyond(after)).map(|(id, slot)| (*id, *slot)).take(limit).collect())
    }

    fn wakes(&self, until: Millis, limit: usize) -> Result<Vec<Wake>> {
        Ok(self.rows().wakes.keys().copied().take_while(|wake| wake.at <= until).take(limit).collect())
    }

    fn orders(&self, limit: usize) -> Result<Vec<Sent>> {
        Ok(self.rows().orders.values().take(limit).cloned().collect())
    }

    fn executions(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Listing<Header>> {
        self.rows().list(permit, filter, page)
    }

    fn count(&self, permit: &Permit, filter: &Filter) -> Result<Total> {
        Ok(Total::Exactly(self.rows().number(permit, filter)))
    }

    fn counters(
        &self,
        permit: &Permit,
        of: &CounterScope,
        from: Millis,
        until: Millis,
    ) -> Result<Vec<Counted>> {
        Ok(self.rows().counted(permit, of, from, until))
    }

    fn flow(
        &self,
        tenant: &str,
        namespace: &str,
        id: &str,
        which: Which,
    ) -> Result<Option<Arc<FlowRevision>>> {
        let rows = self.rows();
        let name = name(tenant, namespace, id);
        let flow = match which {
            Which::Latest => rows.last_flow(&name).filter(|flow| !flow.is_deleted),
            Which::LatestEver => rows.last_flow(&name),
            Which::Exactly(revision) => rows.flows.get(&(name, revision)),
        };
        Ok(flow.cloned())
    }

    fn flows(&self, permit: &Permit) -> Result<Vec<Arc<FlowRevision>>> {
        let rows = self.rows();
        let mut flows: Vec<_> = latest(rows.flows.iter())
            .filter(|flow| !flow.is_deleted && permit.covers(&flow.tenant, &flow.namespace))
            .cloned()
            .collect();
        flows.sort_by(|one, two| (&one.namespace, &one.id).cmp(&(&two.namespace, &two.id)));
        Ok(flows)
    }

    fn revisions(&self, tenant: &str, namespace: &str, id: &str) -> Result<Vec<Arc<FlowRevision>>> {
        let name = name(tenant, namespace, id);
        Ok(self
            .rows()
            .flows
            .range((name.clone(), 0)..=(name, u32::MAX))
            .map(|(_, flow)| flow.clone())
            .collect())
    }

    fn document(&self, key: &DocumentKey) -> Result<Option<Document>> {
        Ok(self.rows().documents.get(key).cloned())
    }

    fn documents(
        &self,
        permit: &Permit,
        kind: Kind,
        namespace: Option<&str>,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<Document>> {
        let is_meant = |key: &DocumentKey| {
            key.kind == kind
                && namespace.is_none_or(|namespace| &*key.namespace == namespace)
                && permit.covers(&key.tenant, &key.namespace)
        };
        let rows = self.rows();
        let first = DocumentKey { kind, tenant: "".into(), namespace: "".into(), name: "".into() };
        let from = after.filter(|after| **after >= first).map_or(Bound::Included(&first), Bound::Excluded);
        Ok(rows
            .documents
            .range::<DocumentKey, _>((from, Bound::Unbounded))
            .take_while(|(key, _)| key.kind == kind)
            .filter(|(key, _)| is_meant(key))
            .map(|(_, document)| document.clone())
            .take(limit)
            .collect())
    }

    fn documents_due(&self, kind: Kind, until: Millis, limit: usize) -> Result<Vec<Document>> {
        let rows = self.rows();
        let none = DocumentKey { kind, tenant: "".into(), namespace: "".into(), name: "".into() };
        Ok(rows
            .documents_due
            .range((kind, Millis(i64::MIN), none)..)
            .take_while(|((of, at, _), ())| *of == kind && *at <= until)
            .filter_map(|((_, _, key), ())| rows.documents.get(key).cloned())
            .take(limit)
            .collect())
    }

    fn once(&self, kind: OnceKind, key: &str) -> Result<Option<Once>> {
        Ok(self.rows().once.get(&(kind, key.to_owned())).cloned())
    }

    fn files(&self, tenant: &str, namespace: &str) -> Result<Vec<FileVersion>> {
        let rows = self.rows();
        let first = (name(tenant, namespace, ""), 0);
        let of_namespace = rows
            .files
            .range(first..)
            .take_while(|(((of, home, _), _), _)| &**of == tenant && &**home == namespace);
        Ok(latest(of_namespace).filter(|file| !file.is_deleted).cloned().collect())
    }

    fn file_versions(&self, tenant: &str, namespace: &str, path: &str) -> Result<Vec<FileVersion>> {
        let name = name(tenant, namespace, path);
        Ok(self
            .rows()
            .files
            .range((name.clone(), 0)..=(name, u32::MAX))
            .map(|(_, file)| file.clone())
            .collect())
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>> {
        let beyond = (Bound::Excluded(after), Bound::Unbounded);
        Ok(self.rows().audit.range(beyond).map(|(_, record)| record.clone()).take(limit).collect())
    }

    fn append_logs(&self, lines: Vec<LogLine>) -> Result<()> {
        self.own_rows()?.lines.append_logs(lines);
        Ok(())
    }

    fn flush_logs(&self) -> Result<()> {
        Ok(())
    }

    fn logs(&self, permit: &Permit, filter: &LogFilter, page: &LogPage) -> Result<Listing<LogLine>> {
        self.rows().lines.logs(permit, filter, page)
    }

    fn outline(&self, permit: &Permit, filter: &LogFilter, of: OutlineOf) -> Result<LogOutline> {
        Ok(self.rows().lines.outline(permit, filter, of))
    }

    fn delete_logs(&self, permit: &Permit, filter: &LogFilter) -> Result<u64> {
        Ok(self.own_rows()?.lines.delete_logs(permit, filter))
    }

    fn append_metrics(&self, metrics: Vec<Metric>) -> Result<()> {
        self.own_rows()?.lines.append_metrics(metrics);
        Ok(())
    }

    fn metrics(&self, permit: &Permit, filter: &MetricFilter, limit: usize) -> Result<Vec<Metric>> {
        Ok(self.rows().lines.metrics(permit, filter, limit))
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn last_commit(&self) -> CommitNumber {
        self.rows().last_commit
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, Rows> {
    shared.rows.lock().expect("nobody panics while changing the rows")
}

fn name(tenant: &str, namespace: &str, name: &str) -> Name {
    (tenant.into(), namespace.into(), name.into())
}

fn beyond(after: Option<ExecutionId>) -> (Bound<ExecutionId>, Bound<ExecutionId>) {
    (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

/// The last of all versions of each name.
fn latest<'a, T: 'a>(
    versions: impl Iterator<Item = (&'a (Name, u32), &'a T)>,
) -> impl Iterator<Item = &'a T> {
    let mut versions = versions.peekable();
    std::iter::from_fn(move || {
        let ((name, _), mut last) = versions.next()?;
        while let Some((_, later)) = versions.next_if(|((next, _), _)| next == name) {
            last = later;
        }
        Some(last)
    })
}

#[cfg(all(test, feature = "contract"))]
mod tests;
