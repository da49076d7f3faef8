//! Workers in the same process: so many attempts at a time, each a task of the async runtime.

mod attempt;
mod begun;
mod cached;
mod host;
mod job;
mod log;
mod log_file;
mod parts;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::ExecutionId;
use kapelle_model::task_run::{Fence, RunIndex};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
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
    /// Everything that was handed out and is not over.
    running: Mutex<HashMap<Key, CancellationToken>>,
    /// Where the directories of attempts are.
    root: PathBuf,
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
        Self { handle, slots: Arc::new(Semaphore::new(slots)), size: slots, running: Mutex::default(), root }
    }

    /// Has a dispatch worked on, as soon as there is room.
    pub(crate) fn hand_out(&self, shared: &Arc<Shared>, job: Job) {
        let stop = CancellationToken::new();
        self.lock().insert(job.key(), stop.clone());
        self.handle.spawn(attempt::work(Arc::clone(shared), job, stop));
    }

    /// How much there is to do at this moment.
    pub(crate) fn load(&self) -> WorkerLoad {
        let all = self.count();
        let running = self.size.saturating_sub(self.slots.available_permits()).min(all);
        WorkerLoad { slots: self.size, running, waiting: all - running }
    }

    pub(crate) const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Where the directories of attempts are.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn has(&self, of: ExecutionId, run: RunIndex, fence: Fence) -> bool {
        self.lock().contains_key(&(of, run, fence))
    }

    /// Tells a dispatch to end. Whether somebody works on it.
    pub(crate) fn stop(&self, of: ExecutionId, run: RunIndex, fence: Fence) -> bool {
        let running = self.lock();
        let stop = running.get(&(of, run, fence));
        stop.inspect(|stop| stop.cancel()).is_some()
    }

    /// Tells everything to end. How much there was.
    pub(crate) fn stop_all(&self) -> usize {
        let running = self.lock();
        running.values().for_each(CancellationToken::cancel);
        running.len()
    }

    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Forgets a dispatch. Whether it was told to end.
    fn over(&self, key: Key) -> bool {
        self.lock().remove(&key).is_some_and(|stop| stop.is_cancelled())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, CancellationToken>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
