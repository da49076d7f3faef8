//! The time that all tests may take together.

use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
pub(super) struct Deadline {
    started: Instant,
    longest: Duration,
}

impl Deadline {
    /// The time begins to run now.
    #[expect(clippy::disallowed_methods, reason = "tests take real time, which is limited")]
    pub(super) fn in_time(longest: Duration) -> Self {
        Self { started: Instant::now(), longest }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn left(&self) -> Duration {
        self.longest.saturating_sub(self.elapsed())
    }

    pub(super) fn is_over(&self) -> bool {
        self.left().is_zero()
    }
}
