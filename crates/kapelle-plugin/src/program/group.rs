//! A program with all that it started.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;
use tokio::time::timeout;

/// How long programs may take to end when they are asked to, and to be buried.
const GRACE: Duration = Duration::from_secs(2);

/// The processes of a program that leads a group of its own. They are killed when nobody waits for them any more.
pub struct Group(Mutex<Option<Pid>>);

impl Group {
    /// Of a program that was started with `process_group(0)`.
    pub fn of(leader: &Child) -> Self {
        Self(Mutex::new(leader.id().and_then(|id| Pid::from_raw(id.cast_signed()))))
    }

    /// Asks all of them to end, and kills who does not.
    pub async fn end(&self, leader: &mut Child) {
        self.signal(Signal::TERM);
        if timeout(GRACE, leader.wait()).await.is_err() {
            self.kill();
            // What does not end even then is the business of the machine.
            let _ended = timeout(GRACE, leader.wait()).await;
        }
    }

    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// The program was waited for: its number may belong to somebody else soon.
    pub fn ended(&self) {
        *self.leader() = None;
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = *self.leader() {
            // Whoever is gone needs no signal.
            let _gone = kill_process_group(leader, signal);
        }
    }

    fn leader(&self) -> MutexGuard<'_, Option<Pid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
