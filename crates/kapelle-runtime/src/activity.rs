//! Whether anything is going on: for those who let time pass by hand, and for a clean end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Counts everything that is on its way: messages, commits, tasks at work. What only waits for a moment does not count.
#[derive(Default)]
pub(crate) struct Activity {
    count: AtomicUsize,
    lock: Mutex<()>,
    quiet: Condvar,
}

/// Something on its way; it is over when this is dropped.
pub(crate) struct Busy(Arc<Activity>);

impl Activity {
    pub(crate) fn begin(self: &Arc<Self>) -> Busy {
        self.count.fetch_add(1, Ordering::SeqCst);
        Busy(Arc::clone(self))
    }

    /// Waits until nothing is on its way, but not longer than this. Whether it came to that.
    pub(crate) fn wait_until_quiet(&self, longest: Duration) -> bool {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let is_busy = |(): &mut ()| self.count.load(Ordering::SeqCst) > 0;
        let (_guard, wait) =
            self.quiet.wait_timeout_while(guard, longest, is_busy).unwrap_or_else(PoisonError::into_inner);
        !wait.timed_out()
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            drop(self.0.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.0.quiet.notify_all();
        }
    }
}
