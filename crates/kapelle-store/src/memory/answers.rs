//! Who waits to hear what became of a transaction.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use crate::error::Result;
use crate::store::Done;
use crate::transaction::CommitNumber;

/// Answers in the order of the commits. One thread after the other gives them; who hears one may submit again, and its
/// answer comes after those that wait, not inside the first.
#[derive(Default)]
pub(super) struct Answers {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    answers: VecDeque<(Done, Result<CommitNumber>)>,
    /// A thread gives them at this moment.
    is_given: bool,
}

impl Answers {
    pub(super) fn add(&self, done: Done, result: Result<CommitNumber>) {
        self.lock().answers.push_back((done, result));
    }

    /// Gives all that wait, unless another thread does so already.
    pub(super) fn give(&self) {
        if std::mem::replace(&mut self.lock().is_given, true) {
            return;
        }
        let _turn = Turn(self);
        while let Some((done, result)) = self.next() {
            done(result);
        }
    }

    /// The next one. With the last one the turn of this thread ends, before anybody can add another.
    fn next(&self) -> Option<(Done, Result<CommitNumber>)> {
        let mut waiting = self.lock();
        let next = waiting.answers.pop_front();
        waiting.is_given = next.is_some();
        next
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("nobody panics while holding it")
    }
}

/// Lets others go on if who hears an answer panics.
struct Turn<'a>(&'a Answers);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().is_given = false;
        }
    }
}
