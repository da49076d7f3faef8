//! The verbs of the store.

use std::sync::Arc;
use std::sync::mpsc;

use kapelle_model::ExecutionId;
use kapelle_model::execution::{Execution, Slot};
use kapelle_model::permit::{Permit, is_under};
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
use crate::transaction::{CommitNumber, Epoch, Once, OnceKind, Sent, Transaction, Wake};

/// Hears what became of a transaction, in a thread of the store: it must not block.
pub type Done = Box<dyn FnOnce(Result<CommitNumber>) + Send>;

/// Everything the engine needs from a database, in the engine's words.
///
/// Calls that read may block for as long as a disk needs. What was acknowledged is seen by every read that begins
/// afterwards. Lists may be up to a second behind.
pub trait Store: Send + Sync {
    /// Takes a transaction for the next commit. It is told once it survives a power cut, or why it was not written:
    /// then nothing of it was. With [`StoreError::Unknown`] nobody knows, but it was not written in part.
    fn submit(&self, transaction: Transaction, done: Done);

    /// An execution as it is kept. Values that are kept apart for their size are read too, or stand for themselves.
    fn execution(&self, id: ExecutionId, values: Values) -> Result<Option<Execution>>;

    /// An execution without its task runs.
    fn header(&self, id: ExecutionId) -> Result<Option<Header>>;

    /// What the next owner has to take up: executions that are not at rest, by age, after this one.
    fn unfinished(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<ExecutionId>>;

    /// Executions with a share of limits, by age, after this one.
    fn slots(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<(ExecutionId, Slot)>>;

    /// Moments that have come, up to this one, the earliest first.
    fn wakes(&self, until: Millis, limit: usize) -> Result<Vec<Wake>>;

    /// Orders that were not carried out, in the order in which they were sent.
    fn orders(&self, limit: usize) -> Result<Vec<Sent>>;

    /// Executions that match.
    fn executions(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Listing<Header>>;

    /// How many match.
    fn count(&self, permit: &Permit, filter: &Filter) -> Result<Total>;

    /// Executions by hour of their creation and state, in this stretch of whole hours: what dashboards show. By hour and
    /// state, without those of which there are none.
    fn counters(
        &self,
        permit: &Permit,
        of: &CounterScope,
        from: Millis,
        until: Millis,
    ) -> Result<Vec<Counted>>;

    fn flow(
        &self,
        tenant: &str,
        namespace: &str,
        id: &str,
        which: Which,
    ) -> Result<Option<Arc<FlowRevision>>>;

    /// The latest revisions of all flows that have not ended, by namespace and id.
    fn flows(&self, permit: &Permit) -> Result<Vec<Arc<FlowRevision>>>;

    /// All revisions of a flow, the first one first.
    fn revisions(&self, tenant: &str, namespace: &str, id: &str) -> Result<Vec<Arc<FlowRevision>>>;

    fn document(&self, key: &DocumentKey) -> Result<Option<Document>>;

    /// Documents of a kind, in the order of their keys, after this key; all of them, or those of just one namespace.
    fn documents(
        &self,
        permit: &Permit,
        kind: Kind,
        namespace: Option<&str>,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<Document>>;

    /// Documents of a kind whose moment has come, up to this one, the earliest first.
    fn documents_due(&self, kind: Kind, until: Millis, limit: usize) -> Result<Vec<Document>>;

    /// What came of something that may happen only once.
    fn once(&self, kind: OnceKind, key: &str) -> Result<Option<Once>>;

    /// The latest versions of the files of a namespace that have not ended, by path.
    fn files(&self, tenant: &str, namespace: &str) -> Result<Vec<FileVersion>>;

    /// All versions of a file, the first one first.
    fn file_versions(&self, tenant: &str, namespace: &str, path: &str) -> Result<Vec<FileVersion>>;

    /// What was done, after this number.
    fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>>;

    /// Takes lines for the log, which are written soon, and waits if too many are on their way. A line that is there
    /// already is not written again.
    fn append_logs(&self, lines: Vec<LogLine>) -> Result<()>;

    /// Waits until all lines and metrics taken so far are written: they outlive the process, and a power cut takes the
    /// last second at most.
    fn flush_logs(&self) -> Result<()>;

    fn logs(&self, permit: &Permit, filter: &LogFilter, page: &LogPage) -> Result<Listing<LogLine>>;

    /// One pass over the lines that match, from end to end.
    fn outline(&self, permit: &Permit, filter: &LogFilter, of: OutlineOf) -> Result<LogOutline>;

    /// Deletes matching lines. How many there were.
    fn delete_logs(&self, permit: &Permit, filter: &LogFilter) -> Result<u64>;

    fn append_metrics(&self, metrics: Vec<Metric>) -> Result<()>;

    /// Metrics that match, the oldest first.
    fn metrics(&self, permit: &Permit, filter: &MetricFilter, limit: usize) -> Result<Vec<Metric>>;

    /// The owner that this handle writes for.
    fn epoch(&self) -> Epoch;

    /// The last commit.
    fn last_commit(&self) -> CommitNumber;
}

/// What becomes of values that are kept apart for their size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    Fetched,
    /// A short map says where the value is and how large.
    Named,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CounterScope {
    All,
    /// A namespace and everything under it.
    Namespace {
        tenant: Arc<str>,
        namespace: Arc<str>,
    },
    Flow {
        tenant: Arc<str>,
        namespace: Arc<str>,
        flow: Arc<str>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counted {
    /// The beginning of the hour.
    pub hour: Millis,
    pub state: kapelle_model::State,
    pub number: u64,
}

impl CounterScope {
    /// Whether an execution of this flow belongs to it.
    pub fn contains(&self, tenant: &str, namespace: &str, flow: &str) -> bool {
        match self {
            Self::All => true,
            Self::Namespace { tenant: own, namespace: root } => &**own == tenant && is_under(namespace, root),
            Self::Flow { tenant: own, namespace: home, flow: name } => {
                &**own == tenant && &**home == namespace && &**name == flow
            }
        }
    }
}

impl Counted {
    /// The beginning of the hour of a moment.
    pub const fn hour_of(moment: Millis) -> Millis {
        const HOUR: i64 = 3_600_000;
        Millis(moment.0.div_euclid(HOUR) * HOUR)
    }
}

impl dyn Store + '_ {
    /// Submits a transaction, and waits for what becomes of it.
    pub fn commit(&self, transaction: Transaction) -> Result<CommitNumber> {
        let (told, hears) = mpsc::channel();
        self.submit(
            transaction,
            Box::new(move |result| {
                // Who asked may be gone.
                let _gone = told.send(result);
            }),
        );
        hears.recv().unwrap_or_else(|_| Err(StoreError::Unknown("the store ended".to_owned())))
    }
}
