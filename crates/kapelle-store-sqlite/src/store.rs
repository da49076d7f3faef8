//! The store as others see it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kapelle_model::execution::{Execution, Slot};
use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::audit::AuditRecord;
use kapelle_store::blobs::Blobs;
use kapelle_store::codec::{Codec, Key};
use kapelle_store::document::Kind;
use kapelle_store::error::Result;
use kapelle_store::flow::Which;
use kapelle_store::logs::{LogFilter, LogLine, LogPage};
use kapelle_store::metrics::{Metric, MetricFilter};
use kapelle_store::namespace_file::FileVersion;
use kapelle_store::outline::{LogOutline, OutlineOf};
use kapelle_store::store::{Counted, CounterScope, Values};
use kapelle_store::transaction::{Once, OnceKind, Sent, Wake};
use kapelle_store::{
    CommitNumber, Document, DocumentKey, Done, Epoch, Filter, FlowRevision, Header, Listing, Page, Store,
    StoreError, Total, Transaction,
};
use rusqlite::Connection;

use crate::care::kept_values::KeptValues;
use crate::care::space::Space;
use crate::care::spare::Spare;
use crate::connection::{self, Readers};
use crate::folder::Folder;
use crate::log_files::LogFiles;
use crate::moment::Watch;
use crate::names::{Names, SharedNames};
use crate::prepared::Prepared;
use crate::read::InOurWords;
use crate::read::lists::Shelf;
use crate::read::{counters, documents, executions, flows, queues};
use crate::rewind::{Memory, Rewind};
use crate::writer::labels::KnownLabels;
use crate::writer::pending::Pending;
use crate::writer::{Checkpoint, Desk, Fatal, Writer};
use crate::{keys, meta, schema};

/// How a store is opened.
pub struct Options {
    /// What happens when a sync has failed and nobody knows any more what is on the disk. The process has to end: the next
    /// one reads what is really there.
    pub fatal: Fatal,
    /// Bytes that the folder may take. When nine tenths of them are taken, what is new is refused, and what runs goes on.
    pub budget: Option<u64>,
    /// Bytes of the disk that are kept free for what runs: with less, what is new is refused as well.
    pub reserve: u64,
    /// The key of the installation for what is secret; without it the folder has one of its own.
    pub key: Option<Key>,
}

impl Options {
    /// A key of the folder's own, and no budget but the disk, of which a quarter of a gigabyte stays free.
    pub const fn new(fatal: Fatal) -> Self {
        Self { fatal, budget: None, reserve: 256 << 20, key: None }
    }
}

/// Everything in one folder, which no other process may have at the same time.
pub struct SqliteStore {
    // In this order they end: the writer writes what waits, and only then the folder is given back.
    writer: Writer,
    pub(crate) logs: LogFiles,
    pub(crate) readers: Readers,
    pub(crate) names: Arc<SharedNames>,
    pub(crate) codec: Arc<Codec>,
    pub(crate) values: Arc<KeptValues>,
    space: Space,
    epoch: Epoch,
    pub(crate) skew: Arc<AtomicI64>,
    rewind: Option<Rewind>,
    pub(crate) folder: Folder,
}

impl SqliteStore {
    /// Opens a folder, or makes one; brings what an earlier version wrote up to this one.
    pub fn open(root: &Path, options: Options) -> Result<Self> {
        Self::open_with(root, options, None)
    }

    /// The same for somebody who wants to be there at each moment of each commit.
    pub fn open_watched(root: &Path, options: Options, watch: Watch) -> Result<Self> {
        Self::open_with(root, options, Some(watch))
    }

    fn open_with(root: &Path, options: Options, watch: Option<Watch>) -> Result<Self> {
        let folder = Folder::take(root)?;
        let spare = Spare::of(folder.root());
        spare.give_back_if_full();
        let mut connection = connection::writer(&folder.database())?;
        schema::migrate(&mut connection)?;
        let seal = keys::seal(&folder.keys(), &connection, options.key.as_ref())?;
        let (memory, remembered) = Memory::open(&folder.memory())?;
        let epoch = meta::begin_epoch(&connection, remembered.epoch).ours()?;
        let last = meta::last_commit(&connection).ours()?;
        let saved_skew = meta::skew(&connection).ours()?;
        let skew = Arc::new(AtomicI64::new(saved_skew));
        let names = Arc::new(SharedNames::new(Names::load(&connection)?));
        let unusable =
            |error| StoreError::Unavailable(format!("the folder of large values cannot be used: {error}"));
        let values = Arc::new(KeptValues::open(&folder.values()).map_err(unusable)?);
        let blobs: Arc<dyn Blobs> = Arc::clone(&values) as Arc<dyn Blobs>;
        let codec = Arc::new(Codec::new(Arc::clone(&blobs), Arc::new(seal)));
        let logs = LogFiles::open(folder.logs())?;
        let rewind = remembered.rewind(last);
        memory.note(epoch, last);
        let checkpoint = Checkpoint::of(&mut connection).ours()?;
        let mut desk = Desk {
            connection,
            names: Arc::clone(&names),
            codec: Arc::clone(&codec),
            blobs,
            epoch,
            skew: Arc::clone(&skew),
            saved_skew,
            pending: Pending::default(),
            is_stuck: false,
            labels: KnownLabels::default(),
            newest: i64::MAX,
            purged: Vec::new(),
            fatal: options.fatal,
            memory,
            checkpoint,
            watch,
        };
        desk.recover()?;
        let writer = Writer::start(desk, last)?;
        let readers = Readers::new(folder.database(), writer.shared(), Arc::clone(&codec));
        let space = Space::new(&folder, Arc::clone(&values), spare, (options.budget, options.reserve))?;
        Ok(Self { writer, logs, readers, names, codec, values, space, epoch, skew, rewind, folder })
    }

    /// Whether the database had fewer commits than it once had when it was opened: somebody put an older copy in its
    /// place. This epoch is newer than all that were ever given out; what others know from epochs before may be wrong.
    pub fn rewind(&self) -> Option<Rewind> {
        self.rewind
    }

    fn shelf<T>(&self, read: impl FnOnce(&Shelf<'_>) -> Result<T>) -> Result<T> {
        self.readers.read(|connection| {
            let names = self.names.now();
            let skew = self.skew.load(Ordering::Acquire);
            read(&Shelf { connection, names: &names, codec: &self.codec, skew })
        })
    }

    /// What is kept beside executions.
    fn others<T>(&self, read: impl FnOnce(&Connection, &Names) -> Result<T>) -> Result<T> {
        self.readers.read_others(|connection| read(connection, &self.names.now()))
    }
}

impl Store for SqliteStore {
    fn submit(&self, transaction: Transaction, done: Done) {
        let is_urgent = transaction.is_urgent;
        // Before anything of it is written: large values are, when it is made ready.
        if let Err(error) = self.space.admit(&transaction, &self.logs) {
            return done(Err(error));
        }
        match Prepared::new(transaction, &self.codec) {
            Ok(prepared) => self.writer.submit(prepared, is_urgent, done),
            Err(error) => done(Err(error)),
        }
    }

    fn execution(&self, id: ExecutionId, values: Values) -> Result<Option<Execution>> {
        let found = self.readers.read(|connection| {
            let Some(header) = executions::header(connection, id)? else { return Ok(None) };
            Ok(Some((header, executions::runs(connection, id)?)))
        })?;
        let Some((header, runs)) = found else { return Ok(None) };
        let header = header.read(&self.names.now(), &self.codec, values)?;
        runs.read(header, &self.codec, values).map(Some)
    }

    fn header(&self, id: ExecutionId) -> Result<Option<Header>> {
        let found = self.readers.read(|connection| executions::header(connection, id))?;
        found.map(|header| header.read(&self.names.now(), &self.codec, Values::Named)).transpose()
    }

    fn unfinished(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<ExecutionId>> {
        self.readers.read(|connection| queues::unfinished(connection, after, limit))
    }

    fn slots(&self, after: Option<ExecutionId>, limit: usize) -> Result<Vec<(ExecutionId, Slot)>> {
        self.readers.read(|connection| queues::slots(connection, after, limit))
    }

    fn wakes(&self, until: Millis, limit: usize) -> Result<Vec<Wake>> {
        self.readers.read(|connection| queues::wakes(connection, until, limit))
    }

    fn orders(&self, limit: usize) -> Result<Vec<Sent>> {
        self.readers.read(|connection| queues::orders(connection, &self.codec, limit))
    }

    fn executions(&self, permit: &Permit, filter: &Filter, page: &Page) -> Result<Listing<Header>> {
        self.shelf(|shelf| {
            let rows = shelf.executions(permit, filter, page)?;
            let total = page.is_counted.then(|| shelf.count(permit, filter)).transpose()?;
            Ok(Listing { rows, total })
        })
    }

    fn count(&self, permit: &Permit, filter: &Filter) -> Result<Total> {
        self.shelf(|shelf| shelf.count(permit, filter))
    }

    fn counters(
        &self,
        permit: &Permit,
        of: &CounterScope,
        from: Millis,
        until: Millis,
    ) -> Result<Vec<Counted>> {
        self.shelf(|shelf| counters::counters(shelf.connection, shelf.names, permit, of, from, until))
    }

    fn flow(
        &self,
        tenant: &str,
        namespace: &str,
        id: &str,
        which: Which,
    ) -> Result<Option<Arc<FlowRevision>>> {
        self.others(|connection, names| flows::flow(connection, names, (tenant, namespace, id), which))
    }

    fn flows(&self, permit: &Permit) -> Result<Vec<Arc<FlowRevision>>> {
        self.others(|connection, names| flows::flows(connection, names, permit))
    }

    fn revisions(&self, tenant: &str, namespace: &str, id: &str) -> Result<Vec<Arc<FlowRevision>>> {
        self.others(|connection, names| flows::revisions(connection, names, (tenant, namespace, id)))
    }

    fn document(&self, key: &DocumentKey) -> Result<Option<Document>> {
        self.others(|connection, names| documents::document(connection, (names, &self.codec), key))
    }

    fn documents(
        &self,
        permit: &Permit,
        kind: Kind,
        namespace: Option<&str>,
        after: Option<&DocumentKey>,
        limit: usize,
    ) -> Result<Vec<Document>> {
        self.others(|connection, names| {
            documents::documents(connection, (names, &self.codec), permit, kind, namespace, after, limit)
        })
    }

    fn documents_due(&self, kind: Kind, until: Millis, limit: usize) -> Result<Vec<Document>> {
        self.others(|connection, names| documents::due(connection, (names, &self.codec), kind, until, limit))
    }

    fn once(&self, kind: OnceKind, key: &str) -> Result<Option<Once>> {
        self.readers.read_others(|connection| queues::once(connection, kind, key))
    }

    fn files(&self, tenant: &str, namespace: &str) -> Result<Vec<FileVersion>> {
        self.others(|connection, names| documents::files(connection, names, tenant, namespace, None))
    }

    fn file_versions(&self, tenant: &str, namespace: &str, path: &str) -> Result<Vec<FileVersion>> {
        self.others(|connection, names| documents::files(connection, names, tenant, namespace, Some(path)))
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditRecord>> {
        self.readers.read_others(|connection| queues::audit(connection, after, limit))
    }

    fn append_logs(&self, lines: Vec<LogLine>) -> Result<()> {
        self.logs.append(lines)
    }

    fn flush_logs(&self) -> Result<()> {
        self.logs.flush()
    }

    fn logs(&self, permit: &Permit, filter: &LogFilter, page: &LogPage) -> Result<Listing<LogLine>> {
        page.check()?;
        self.logs.logs(permit, filter, page)
    }

    fn outline(&self, permit: &Permit, filter: &LogFilter, of: OutlineOf) -> Result<LogOutline> {
        self.logs.outline(permit, filter, of)
    }

    fn delete_logs(&self, permit: &Permit, filter: &LogFilter) -> Result<u64> {
        self.logs.delete(permit, filter)
    }

    fn append_metrics(&self, metrics: Vec<Metric>) -> Result<()> {
        self.logs.append_metrics(metrics)
    }

    fn metrics(&self, permit: &Permit, filter: &MetricFilter, limit: usize) -> Result<Vec<Metric>> {
        self.logs.metrics(permit, filter, limit)
    }

    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn last_commit(&self) -> CommitNumber {
        self.writer.last()
    }
}
