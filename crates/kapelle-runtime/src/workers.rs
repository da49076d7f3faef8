//! Workers in the same process: so many attempts at a time, each a task of the async runtime.

mod attempt;
mod begun;
mod cached;
mod host;
mod job;
pub(crate) mod leftovers;
mod log;
mod log_file;
mod parts;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::ExecutionId;
use kapelle_model::task_run::{Fence, RunIndex};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::shared::Shared;

pub(crate) use begun::Begun;
pub(crate) use host::AttemptHost;
pub(crate) use job::{Job, logs_to_file, place};
pub(crate) use log::Log;

/// A dispatch: each has a fence of its own.
type Key = (ExecutionId, RunIndex, Fence);

pub(crate) struct Workers {
    handle: Handle,
    slots: Arc<Semaphore>,
    size: usize,
    floor: Mutex<Floor>,
    /// Where the directories of attempts are.
    root: PathBuf,
}

#[derive(Default)]
struct Floor {
    /// Everything that was handed out and is not over.
    running: HashMap<Key, CancellationToken>,
    /// Nothing is handed out any more.
    is_closed: bool,
}

/// What workers have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerLoad {
    /// Attempts that may run side by side.
    pub slots: usize,
    pub running: usize,
    /// Attempts that wait until there is room.
    pub waiting: usize,
}

impl Workers {
    pub(crate) fn new(handle: Handle, slots: usize, root: PathBuf) -> Self {
        Self { handle, slots: Arc::new(Semaphore::new(slots)), size: slots, floor: Mutex::default(), root }
    }

    /// Has a dispatch worked on, as soon as there is room; after the end it is left to the next process.
    pub(crate) fn hand_out(&self, shared: &Arc<Shared>, job: Job) {
        let stop = CancellationToken::new();
        let mut floor = self.lock();
        if floor.is_closed {
            return;
        }
        floor.running.insert(job.key(), stop.clone());
        drop(floor);
        self.handle.spawn(attempt::work(Arc::clone(shared), job, stop));
    }

    /// How much there is to do at this moment.
    pub(crate) fn load(&self) -> WorkerLoad {
        let all = self.count();
        let running = self.size.saturating_sub(self.slots.available_permits()).min(all);
        WorkerLoad { slots: self.size, running, waiting: all - running }
    }

    /// Room for an attempt, as soon as there is some. Nothing, if nothing begins any more.
    pub(crate) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).acquire_owned().await.ok()
    }

    pub(crate) const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Where the directories of attempts are.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn has(&self, of: ExecutionId, run: RunIndex, fence: Fence) -> bool {
        self.lock().running.contains_key(&(of, run, fence))
    }

    /// Tells a dispatch to end. Whether somebody works on it.
    pub(crate) fn stop(&self, of: ExecutionId, run: RunIndex, fence: Fence) -> bool {
        let floor = self.lock();
        let stop = floor.running.get(&(of, run, fence));
        stop.inspect(|stop| stop.cancel()).is_some()
    }

    /// From now on what is counted becomes only less.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.slots.close();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// Tells everything to end.
    pub(crate) fn stop_all(&self) {
        self.lock().running.values().for_each(CancellationToken::cancel);
    }

    pub(crate) fn count(&self) -> usize {
        self.lock().running.len()
    }

    /// Forgets a dispatch. Whether it was told to end.
    fn over(&self, key: Key) -> bool {
        self.lock().running.remove(&key).is_some_and(|stop| stop.is_cancelled())
    }

    fn lock(&self) -> MutexGuard<'_, Floor> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
