//! Those who wait for the end of an execution.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_model::ExecutionId;
use kapelle_model::execution::Execution;
use tokio::sync::oneshot;

#[derive(Default)]
pub(crate) struct Endings {
    waiting: Mutex<HashMap<ExecutionId, Vec<oneshot::Sender<Arc<Execution>>>>>,
    /// How many wait, so that nobody looks into an empty map.
    count: AtomicUsize,
}

impl Endings {
    /// Hears of the end of an execution that comes from now on, and what the execution is then.
    pub(crate) fn hear(&self, id: ExecutionId) -> oneshot::Receiver<Arc<Execution>> {
        let (told, hears) = oneshot::channel();
        self.lock().entry(id).or_default().push(told);
        self.count.fetch_add(1, Ordering::SeqCst);
        hears
    }

    /// Tells that nothing is left to be done for an execution.
    pub(crate) fn tell(&self, execution: &Execution) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let Some(waiting) = self.lock().remove(&execution.birth.id) else { return };
        self.count.fetch_sub(waiting.len(), Ordering::SeqCst);
        let execution = Arc::new(execution.clone());
        for told in waiting {
            // Who waited may be gone.
            let _gone = told.send(Arc::clone(&execution));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ExecutionId, Vec<oneshot::Sender<Arc<Execution>>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
