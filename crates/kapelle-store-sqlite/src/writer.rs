//! The only thread that writes: it takes whatever waits, and makes one commit of it.
//!
//! There is no timer: while one commit is on its way to the disk, the next transactions gather. Nobody hears of a
//! transaction before its commit is over.

mod batch;
mod checkpoint;
pub(crate) use checkpoint::Checkpoint;
pub(crate) mod counters;
mod documents;
mod executions;
mod files;
mod flows;
mod orders;
pub(crate) use orders::of_once;
mod purge;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use kapelle_model::ExecutionId;
use kapelle_store::blobs::Blobs;
use kapelle_store::codec::Codec;
use kapelle_store::error::Result;
use kapelle_store::limits::{BATCH_BYTES_MAX, BATCH_MAX, QUEUE_MAX};
use kapelle_store::{CommitNumber, Done, Epoch, StoreError};
use rusqlite::Connection;

use crate::errors::{corrupt, is_fatal, of_sqlite};
use crate::meta;
use crate::moment::{Moment, Watch};
use crate::names::SharedNames;
use crate::prepared::Prepared;
use batch::{Batch, Fault, Written};

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
    /// As far as the moment of a creation and the one in its id were ever apart: what readers know, and the disk.
    pub skew: Arc<AtomicI64>,
    pub saved_skew: i64,
    /// Executions that were deleted, and whose large values were not yet.
    pub purged: Vec<ExecutionId>,
    pub fatal: Fatal,
    /// Remembers the last commit outside of the database.
    pub memory: crate::rewind::Memory,
    pub checkpoint: Checkpoint,
    pub watch: Option<Watch>,
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
    // Also when this thread panics, those who wait hear of it, and nobody waits in vain afterwards.
    let _closing = Closing(shared);
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
        if let Some(newest) = results.iter().flatten().max() {
            shared.last.store(newest.0, Ordering::Release);
        }
        let half = told.len() / 2;
        for (place, (done, result)) in told.into_iter().zip(results).enumerate() {
            if place == half {
                desk.at(Moment::Told);
            }
            done(result);
        }
        desk.tidy_up(CommitNumber(shared.last.load(Ordering::Acquire)));
    }
}

/// Refuses what comes when nobody writes any more, and tells those who wait.
struct Closing<'s>(&'s Shared);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.is_closed = true;
        let Queue { urgent, new, .. } = std::mem::take(&mut *queue);
        queue.is_closed = true;
        drop(queue);
        for job in urgent.into_iter().chain(new) {
            (job.done)(Err(StoreError::Unavailable("the store has ended".to_owned())));
        }
    }
}

fn one_by_one(desk: &mut Desk, prepared: &[Prepared], mut last: u64) -> Vec<Result<CommitNumber>> {
    let mut results = Vec::with_capacity(prepared.len());
    for single in prepared {
        let alone = write_all(desk, std::slice::from_ref(single), last).map_err(Fault::into_error);
        let result = alone.and_then(|mut results| results.pop().expect("there is an answer for each"));
        if let Ok(number) = &result {
            last = number.0;
        }
        results.push(result);
    }
    results
}

/// One commit. The inner results are of transactions that were refused or written; an error is of all of them.
fn write_all(desk: &mut Desk, prepared: &[Prepared], last: u64) -> Written<Vec<Result<CommitNumber>>> {
    // What panics stops only itself: the commit is taken back as any other that fails.
    let result =
        catch_unwind(AssertUnwindSafe(|| commit(desk, prepared, last))).unwrap_or_else(|_| Err(Fault::Panic));
    let fault = match result {
        Ok(results) => return Ok(results),
        Err(fault) => fault,
    };
    // What failed may have ended the transaction already.
    let _ended = desk.connection.execute_batch("ROLLBACK");
    let unknown = match &fault {
        Fault::Sqlite(error) if is_fatal(error) => error.to_string(),
        _ if !desk.connection.is_autocommit() => "a commit cannot be taken back".to_owned(),
        _ => return Err(fault),
    };
    (desk.fatal)(&format!("nobody knows any more what is on the disk: {unknown}"));
    Err(Fault::Refused(StoreError::Unknown(unknown)))
}

fn commit(desk: &mut Desk, prepared: &[Prepared], last: u64) -> Written<Vec<Result<CommitNumber>>> {
    desk.connection.execute_batch("BEGIN IMMEDIATE")?;
    desk.at(Moment::Begun);
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
            Err(fault) => return Err(fault),
        }
    }
    let finished = batch.finish()?;
    desk.at(Moment::Applied);
    meta::set_last_commit(&desk.connection, CommitNumber(number))?;
    // Who reads may know it before the rows are there: it only makes them look farther.
    desk.skew.fetch_max(finished.skew, Ordering::AcqRel);
    desk.names.extend(finished.fresh, || desk.connection.execute_batch("COMMIT"))?;
    desk.saved_skew = finished.skew;
    desk.purged.extend(finished.purged);
    desk.at(Moment::Committed);
    Ok(results)
}

impl Desk {
    fn at(&self, moment: Moment) {
        if let Some(watch) = &self.watch {
            watch(moment);
        }
    }

    /// What can wait until everybody was told.
    fn tidy_up(&mut self, last: CommitNumber) {
        self.memory.note(self.epoch, last);
        for id in self.purged.drain(..) {
            // The rows that named them are gone. What stays behind is found by who looks for files without an owner.
            let _found_later = self.blobs.remove_all(id);
        }
        // What cannot be worked in for want of room is safe where it is, and is tried again after the next commit.
        if let Err(error) = self.checkpoint.make(&self.connection)
            && is_fatal(&error)
        {
            (self.fatal)(&format!("nobody knows any more what is on the disk: {error}"));
        }
    }
}

impl Fault {
    /// Whether a single transaction may have caused it, and the others could be written.
    fn may_be_of_one(&self) -> bool {
        match self {
            Self::Sqlite(error) => !matches!(of_sqlite(error), StoreError::Full(_)),
            Self::Panic => true,
            Self::Refused(_) => false,
        }
    }

    fn into_error(self) -> StoreError {
        match self {
            Self::Refused(error) => error,
            Self::Sqlite(error) => of_sqlite(&error),
            Self::Panic => corrupt("a transaction", "writing it panicked, and nothing of it was written"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(bytes: usize) -> Job {
        Job { prepared: Prepared { writes: Vec::new(), bytes }, done: Box::new(drop) }
    }

    fn sizes(jobs: &[Job]) -> Vec<usize> {
        jobs.iter().map(|job| job.prepared.bytes).collect()
    }

    #[test]
    fn what_runs_goes_before_what_is_new() {
        let mut queue = Queue::default();
        queue.new.extend([job(1), job(2)]);
        queue.urgent.push_back(job(3));
        assert_eq!(sizes(&queue.take()), [3, 1, 2]);
        assert!(queue.take().is_empty());
    }

    #[test]
    fn a_commit_is_bounded_by_number_and_bytes_and_one_transaction_always_fits() {
        let mut queue = Queue::default();
        queue.new.extend([job(BATCH_BYTES_MAX + 1), job(BATCH_BYTES_MAX), job(1)]);
        assert_eq!(sizes(&queue.take()), [BATCH_BYTES_MAX + 1]);
        assert_eq!(sizes(&queue.take()), [BATCH_BYTES_MAX]);
        assert_eq!(sizes(&queue.take()), [1]);
        queue.new.extend((0..=BATCH_MAX).map(|_| job(0)));
        assert_eq!(queue.take().len(), BATCH_MAX);
    }

    #[test]
    fn nobody_waits_in_vain_once_the_writer_has_ended() {
        let shared = Shared { queue: Mutex::default(), has_work: Condvar::new(), last: AtomicU64::new(0) };
        let (told, hears) = std::sync::mpsc::channel();
        let done = Box::new(move |result| told.send(result).unwrap());
        shared.lock().new.push_back(Job { done, ..job(0) });
        drop(Closing(&shared));
        assert!(matches!(hears.recv().unwrap(), Err(StoreError::Unavailable(_))));
        assert!(shared.lock().is_closed);
    }
}
