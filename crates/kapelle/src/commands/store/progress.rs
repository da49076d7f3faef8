//! How far a command is, for who waits in front of a terminal.

use std::time::{Duration, Instant};

use kapelle_store_sqlite::care::Step;

use crate::terminal;

/// More often nobody can read it.
const BETWEEN: Duration = Duration::from_millis(100);

/// Writes what it is told on one line, which is gone afterwards.
pub(super) struct Line {
    next: Instant,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { next: now() }
    }

    /// Always goes on.
    pub(super) fn tell(&mut self, step: Step<'_>) -> bool {
        let now = now();
        if self.next <= now {
            self.next = now + BETWEEN;
            terminal::progress(&text(step));
        }
        true
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        terminal::progress("");
    }
}

fn text(step: Step<'_>) -> String {
    let Step { what, done, all } = step;
    match all {
        Some(all) if all > 0 => format!("{what}: {} %", done.saturating_mul(100) / all),
        _ => format!("{what}: {done}"),
    }
}

#[expect(clippy::disallowed_methods, reason = "progress is told by the clock of who waits")]
fn now() -> Instant {
    Instant::now()
}
