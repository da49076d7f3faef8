//! What waits to be written, and who waits for what was written to be in its tables.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use kapelle_store::error::Result;
use kapelle_store::limits::{BATCH_BYTES_MAX, BATCH_MAX, QUEUE_MAX};
use kapelle_store::{CommitNumber, Done, StoreError};

use crate::prepared::Prepared;

/// When nothing was written for so long, there is time for working in the journal.
const IDLE: Duration = Duration::from_millis(20);

/// What the writer and everybody else have in common.
pub(crate) struct Shared {
    queue: Mutex<Queue>,
    has_work: Condvar,
    is_folded: Condvar,
    last: AtomicU64,
    /// The last commit of which something is in the journal, and the last one of which nothing is.
    journaled: AtomicU64,
    folded: AtomicU64,
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Job>,
    new: VecDeque<Job>,
    is_closed: bool,
    /// Somebody waits for the journal to be worked in.
    is_fold_wanted: bool,
    /// How often that was tried, and why it failed the last time.
    folds: u64,
    trouble: Option<StoreError>,
    writer: Option<ThreadId>,
    has_ended: bool,
}

pub(super) struct Job {
    pub(super) prepared: Prepared,
    pub(super) done: Done,
}

/// What the writer does next.
pub(super) enum Work {
    Jobs(Vec<Job>),
    Fold,
    End,
}

impl Shared {
    pub(super) const fn new(last: CommitNumber) -> Self {
        let queue = Queue {
            urgent: VecDeque::new(),
            new: VecDeque::new(),
            is_closed: false,
            is_fold_wanted: false,
            folds: 0,
            trouble: None,
            writer: None,
            has_ended: false,
        };
        Self {
            queue: Mutex::new(queue),
            has_work: Condvar::new(),
            is_folded: Condvar::new(),
            last: AtomicU64::new(last.0),
            journaled: AtomicU64::new(0),
            folded: AtomicU64::new(0),
        }
    }

    pub(super) fn submit(&self, job: Job, is_urgent: bool) {
        let mut queue = self.lock();
        let refused = if queue.is_closed {
            Some(StoreError::Unavailable("the store is closed".to_owned()))
        } else if !is_urgent && queue.new.len() >= QUEUE_MAX {
            Some(StoreError::Full(format!("{QUEUE_MAX} transactions wait to be written")))
        } else {
            None
        };
        if let Some(error) = refused {
            drop(queue);
            return (job.done)(Err(error));
        }
        let lane = if is_urgent { &mut queue.urgent } else { &mut queue.new };
        lane.push_back(job);
        drop(queue);
        self.has_work.notify_one();
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.has_work.notify_one();
    }

    /// Says that this thread is the one that writes, and that others wait for.
    pub(super) fn is_mine(&self) {
        self.lock().writer = Some(std::thread::current().id());
    }

    /// Waits for work. What waits in the journal is worked in when somebody asks for it, or there is nothing else to do
    /// and it may be done by itself.
    pub(super) fn next(&self, may_fold: bool) -> Work {
        let mut queue = self.lock();
        let mut is_idle = false;
        loop {
            let jobs = queue.take();
            if !jobs.is_empty() {
                return Work::Jobs(jobs);
            }
            if queue.is_fold_wanted || is_idle {
                return Work::Fold;
            }
            if queue.is_closed {
                return Work::End;
            }
            if may_fold {
                let (again, waited) =
                    self.has_work.wait_timeout(queue, IDLE).unwrap_or_else(PoisonError::into_inner);
                queue = again;
                is_idle = waited.timed_out();
            } else {
                queue = self.has_work.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    pub(super) fn is_fold_wanted(&self) -> bool {
        self.lock().is_fold_wanted
    }

    pub(super) fn last(&self) -> CommitNumber {
        CommitNumber(self.last.load(Ordering::Acquire))
    }

    /// A commit is over, and those who wait for it are about to hear of it.
    pub(super) fn written(&self, last: CommitNumber, is_journaled: bool) {
        if is_journaled {
            self.journaled.store(last.0, Ordering::Release);
        }
        self.last.store(last.0, Ordering::Release);
    }

    /// The journal was worked in, or could not be.
    pub(super) fn folded(&self, result: Result<()>) {
        let mut queue = self.lock();
        if result.is_ok() {
            self.folded.store(self.journaled.load(Ordering::Acquire), Ordering::Release);
        }
        queue.trouble = result.err();
        queue.folds += 1;
        queue.is_fold_wanted = false;
        drop(queue);
        self.is_folded.notify_all();
    }

    /// Waits until everything that was acknowledged is in its tables. An error if it cannot be brought there: then it is
    /// in the journal only.
    pub(crate) fn settle(&self) -> Result<()> {
        let wanted = self.journaled.load(Ordering::Acquire);
        let is_there = || self.folded.load(Ordering::Acquire) >= wanted;
        if is_there() {
            return Ok(());
        }
        let mut queue = self.lock();
        let tried = queue.folds;
        let is_own = queue.writer == Some(std::thread::current().id());
        while !is_there() {
            // Nobody waits for himself.
            if queue.has_ended || is_own {
                return Err(StoreError::Unavailable("nobody is there to work in the journal".to_owned()));
            }
            if queue.folds > tried
                && let Some(trouble) = &queue.trouble
            {
                return Err(trouble.clone());
            }
            queue.is_fold_wanted = true;
            self.has_work.notify_one();
            queue = self.is_folded.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// As much as one commit may have: what is urgent first. A purge is a commit by itself.
    fn take(&mut self) -> Vec<Job> {
        let mut jobs: Vec<Job> = Vec::new();
        let mut bytes = 0;
        while jobs.len() < BATCH_MAX {
            let lane = if self.urgent.is_empty() { &mut self.new } else { &mut self.urgent };
            let fits = |job: &mut Job| {
                let Prepared { bytes: more, is_purge, .. } = job.prepared;
                jobs.is_empty() || !is_purge && bytes + more <= BATCH_BYTES_MAX
            };
            let Some(job) = lane.pop_front_if(fits) else { break };
            bytes += job.prepared.bytes;
            let is_purge = job.prepared.is_purge;
            jobs.push(job);
            if is_purge {
                break;
            }
        }
        jobs
    }
}

/// Refuses what comes when nobody writes any more, and tells those who wait.
pub(super) struct Closing<'s>(pub(super) &'s Shared);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.is_closed = true;
        queue.has_ended = true;
        let jobs: Vec<Job> =
            std::mem::take(&mut queue.urgent).into_iter().chain(queue.new.drain(..)).collect();
        drop(queue);
        self.0.is_folded.notify_all();
        for job in jobs {
            (job.done)(Err(StoreError::Unavailable("the store has ended".to_owned())));
        }
    }
}

#[cfg(test)]
mod tests;
