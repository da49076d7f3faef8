//! The only thread that writes: it takes whatever waits, and makes one commit of it.
//!
//! There is no timer: while one commit is on its way to the disk, the next transactions gather. Nobody hears of a
//! transaction before its commit is over.

mod batch;
pub(crate) mod counters;
mod documents;
mod executions;
mod files;
mod flows;
mod orders;
pub(crate) use orders::of_once;
mod purge;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use kapelle_store::blobs::Blobs;
use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use kapelle_store::limits::{BATCH_BYTES_MAX, BATCH_MAX, QUEUE_MAX};
use kapelle_store::{CommitNumber, Done, Epoch, StoreError};
use rusqlite::Connection;

use crate::errors::{is_fatal, of_sqlite};
use crate::meta;
use crate::names::SharedNames;
use crate::prepared::Prepared;
use batch::{Batch, Fault};

/// What happens when nobody knows any more what is on the disk: the process has to end.
pub type Fatal = Box<dyn Fn(&str) + Send>;

pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<Queue>,
    has_work: Condvar,
    last: AtomicU64,
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Job>,
    new: VecDeque<Job>,
    is_closed: bool,
}

struct Job {
    prepared: Prepared,
    done: Done,
}

/// What the thread works with.
pub(crate) struct Desk {
    pub connection: Connection,
    pub names: Arc<SharedNames>,
    pub codec: Arc<Codec>,
    pub blobs: Arc<dyn Blobs>,
    pub epoch: Epoch,
    pub skew: Arc<AtomicI64>,
    pub fatal: Fatal,
}

impl Writer {
    pub(crate) fn start(desk: Desk, last: CommitNumber) -> Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            has_work: Condvar::new(),
            last: AtomicU64::new(last.0),
        });
        let own = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work(desk, &own))
            .map_err(|error| StoreError::Unavailable(format!("no thread for writing: {error}")))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn submit(&self, prepared: Prepared, is_urgent: bool, done: Done) {
        let mut queue = self.shared.lock();
        if queue.is_closed {
            drop(queue);
            return done(Err(StoreError::Unavailable("the store is closed".to_owned())));
        }
        if !is_urgent && queue.new.len() >= QUEUE_MAX {
            drop(queue);
            return done(Err(StoreError::Full(format!("{QUEUE_MAX} transactions wait to be written"))));
        }
        let job = Job { prepared, done };
        if is_urgent {
            queue.urgent.push_back(job);
        } else {
            queue.new.push_back(job);
        }
        drop(queue);
        self.shared.has_work.notify_one();
    }

    pub(crate) fn last(&self) -> CommitNumber {
        CommitNumber(self.shared.last.load(Ordering::Acquire))
    }
}

/// Writes what waits, and ends.
impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.has_work.notify_one();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has told those who wait by dropping what they waited for.
            let _panicked = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for work. Nothing once all is written and no more comes.
    fn next(&self) -> Option<Vec<Job>> {
        let mut queue = self.lock();
        loop {
            let jobs = queue.take();
            if !jobs.is_empty() {
                return Some(jobs);
            }
            if queue.is_closed {
                return None;
            }
            queue = self.has_work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Queue {
    /// As much as one commit may have: what is urgent first.
    fn take(&mut self) -> Vec<Job> {
        let mut jobs = Vec::new();
        let mut bytes = 0;
        while jobs.len() < BATCH_MAX {
            let lane = if self.urgent.is_empty() { &mut self.new } else { &mut self.urgent };
            let Some(job) =
                lane.pop_front_if(|job| jobs.is_empty() || bytes + job.prepared.bytes <= BATCH_BYTES_MAX)
            else {
                break;
            };
            bytes += job.prepared.bytes;
            jobs.push(job);
        }
        jobs
    }
}

fn work(mut desk: Desk, shared: &Shared) {
    while let Some(jobs) = shared.next() {
        let (prepared, told): (Vec<Prepared>, Vec<Done>) =
            jobs.into_iter().map(|job| (job.prepared, job.done)).unzip();
        let last = shared.last.load(Ordering::Acquire);
        let results = match write_all(&mut desk, &prepared, last) {
            Ok(results) => results,
            // Who of them is guilty shows by writing them alone.
            Err(fault) if prepared.len() > 1 && fault.may_be_of_one() => {
                one_by_one(&mut desk, &prepared, last)
            }
            Err(fault) => vec![Err(fault.into_error()); prepared.len()],
        };
        let newest = results.iter().filter_map(|result| result.as_ref().ok()).max();
        if let Some(newest) = newest {
            shared.last.store(newest.0, Ordering::Release);
        }
        for (done, result) in told.into_iter().zip(results) {
            done(result);
        }
    }
}

fn one_by_one(desk: &mut Desk, prepared: &[Prepared], mut last: u64) -> Vec<Result<CommitNumber>> {
    let mut results = Vec::with_capacity(prepared.len());
    for single in prepared {
        let result = match write_all(desk, std::slice::from_ref(single), last) {
            Ok(mut results) => {
                results.pop().unwrap_or_else(|| Err(StoreError::Unknown("no answer".to_owned())))
            }
            Err(fault) => Err(fault.into_error()),
        };
        if let Ok(number) = &result {
            last = number.0;
        }
        results.push(result);
    }
    results
}

/// One commit. The inner results are of transactions that were refused or written; an error is of all of them.
fn write_all(
    desk: &mut Desk,
    prepared: &[Prepared],
    last: u64,
) -> std::result::Result<Vec<Result<CommitNumber>>, Fault> {
    match commit(desk, prepared, last) {
        Ok(results) => Ok(results),
        Err(fault) => {
            // What failed may have ended the transaction already.
            let _ended = desk.connection.execute_batch("ROLLBACK");
            if let Fault::Sqlite(error) = &fault
                && is_fatal(error)
            {
                (desk.fatal)(&format!("the disk could not be written to for sure: {error}"));
            }
            Err(fault)
        }
    }
}

fn commit(
    desk: &mut Desk,
    prepared: &[Prepared],
    last: u64,
) -> std::result::Result<Vec<Result<CommitNumber>>, Fault> {
    desk.connection.execute_batch("BEGIN IMMEDIATE")?;
    let current = meta::epoch(&desk.connection)?;
    if current != desk.epoch {
        return Err(Fault::Refused(StoreError::Fenced { own: desk.epoch, current }));
    }
    let mut batch = Batch::new(desk);
    let mut number = last;
    let mut results = Vec::with_capacity(prepared.len());
    for single in prepared {
        match batch.apply(single) {
            Ok(()) => {
                number += 1;
                results.push(Ok(CommitNumber(number)));
            }
            Err(Fault::Refused(error)) => results.push(Err(error)),
            Err(Fault::Sqlite(error)) => return Err(Fault::Sqlite(error)),
        }
    }
    let finished = batch.finish()?;
    meta::set_last_commit(&desk.connection, CommitNumber(number))?;
    desk.names.extend(finished.fresh, || desk.connection.execute_batch("COMMIT"))?;
    for id in finished.purged {
        // The rows that named them are gone. What stays behind is found by who looks for files without an owner.
        let _found_later = desk.blobs.remove_all(id);
    }
    Ok(results)
}

impl Fault {
    /// Whether a single transaction may have caused it, and the others could be written.
    fn may_be_of_one(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        !matches!(of_sqlite(error), StoreError::Full(_)) && !is_fatal(error)
    }

    fn into_error(self) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Sqlite(error) => of_sqlite(&error),
        }
    }
}
