//! The only thread that writes: it takes whatever waits, and makes one commit of it.
//!
//! There is no timer: while one commit is on its way to the disk, the next transactions gather. Nobody hears of a
//! transaction before its commit is over.
//!
//! A commit appends what became of executions to the `journal`, as bytes that whoever submits has made: no index and no
//! counter is touched. The same is kept in memory, brought together (`pending`), and worked into the tables for thousands
//! of changes at once (`fold`): when there are many, when nothing else is to be done, and when somebody wants to read.
//! Everything else is written into its table at once. What was left in the journal by a crash is worked in when the store
//! is opened.

pub(crate) mod batch;
mod checkpoint;
mod desk;
pub(crate) use checkpoint::Checkpoint;
pub(crate) use desk::Desk;
pub use desk::Fatal;
pub(crate) mod counters;
mod documents;
mod executions;
mod files;
mod flows;
pub(crate) mod fold;
pub(crate) mod journal;
pub(crate) mod labels;
mod once;
pub(crate) use once::of_once;
pub(crate) mod pending;
mod purge;
mod queue;

use std::sync::Arc;
use std::thread::JoinHandle;

use kapelle_store::error::Result;
use kapelle_store::{CommitNumber, Done, StoreError};

use crate::prepared::Prepared;
pub(crate) use queue::Shared;
use queue::{Closing, Job, Work};

pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(desk: Desk, last: CommitNumber) -> Result<Self> {
        let shared = Arc::new(Shared::new(last));
        let own = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work(desk, &own))
            .map_err(|error| StoreError::Unavailable(format!("no thread for writing: {error}")))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn submit(&self, prepared: Prepared, is_urgent: bool, done: Done) {
        self.shared.submit(Job { prepared, done }, is_urgent);
    }

    pub(crate) fn last(&self) -> CommitNumber {
        self.shared.last()
    }

    /// For those who read, and have to wait until what was acknowledged is in its tables.
    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }
}

/// Writes what waits, and ends.
impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has told those who wait by dropping what they waited for.
            let _panicked = thread.join();
        }
    }
}

fn work(mut desk: Desk, shared: &Shared) {
    shared.is_mine();
    // Also when this thread panics, those who wait hear of it, and nobody waits in vain afterwards.
    let _closing = Closing(shared);
    loop {
        match shared.next(desk.may_fold()) {
            Work::Jobs(jobs) => {
                desk.write(jobs, shared);
                // Who reads waits for one commit at most.
                if desk.is_full() || shared.is_fold_wanted() {
                    desk.settle(shared);
                }
            }
            Work::Fold => desk.settle(shared),
            Work::End => break,
        }
        desk.tidy_up(shared.last());
    }
    // What cannot be worked in now is when the store is opened again.
    desk.settle(shared);
}
