//! Those who wait for the end of an execution.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kapelle_model::{ExecutionId, State};
use tokio::sync::oneshot;

#[derive(Default)]
pub(crate) struct Endings {
    waiting: Mutex<HashMap<ExecutionId, Vec<oneshot::Sender<State>>>>,
    /// How many wait, so that nobody looks into an empty map.
    count: AtomicUsize,
}

impl Endings {
    /// Hears of the end of an execution that comes from now on.
    pub(crate) fn hear(&self, id: ExecutionId) -> oneshot::Receiver<State> {
        let (told, hears) = oneshot::channel();
        self.lock().entry(id).or_default().push(told);
        self.count.fetch_add(1, Ordering::SeqCst);
        hears
    }

    /// Tells that nothing is left to be done for an execution.
    pub(crate) fn tell(&self, id: ExecutionId, state: State) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let waiting = self.lock().remove(&id).unwrap_or_default();
        self.count.fetch_sub(waiting.len(), Ordering::SeqCst);
        for told in waiting {
            // Who waited may be gone.
            let _gone = told.send(state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ExecutionId, Vec<oneshot::Sender<State>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
