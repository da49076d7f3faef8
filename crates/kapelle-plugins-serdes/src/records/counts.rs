//! How many records there were, and what becomes of those that fail.

use kapelle_model::Failure;
use kapelle_plugin::{Metric, RunContext};

use crate::converted::Warnings;

/// Counts records, and tells of those that fail.
pub(super) struct Counts<'c> {
    cx: &'c RunContext,
    /// Records that came.
    pub(super) processed: u64,
    /// Records that went on; of an aggregation, groups.
    pub(super) passed: u64,
    /// Records that were left out.
    pub(super) dropped: u64,
    failed: u64,
    warnings: Warnings,
}

impl<'c> Counts<'c> {
    pub(super) fn new(cx: &'c RunContext) -> Self {
        Self { cx, processed: 0, passed: 0, dropped: 0, failed: 0, warnings: Warnings::default() }
    }

    /// Something failed. Ends the task, or says in the log what is done instead.
    pub(super) fn fail(&mut self, reason: &str, instead: Option<&str>) -> Result<(), Failure> {
        self.failed += 1;
        match instead {
            None => Err(Failure::new(format!("{reason}; with `onError` the task goes on without it"))),
            Some(instead) => {
                self.warnings.tell(self.cx, format!("{instead}: {reason}"));
                Ok(())
            }
        }
    }

    /// Tells the numbers as metrics.
    pub(super) fn tell(&self, passed: &str) {
        self.warnings.finish(self.cx, "failed");
        for (name, count) in [
            ("processed", self.processed),
            (passed, self.passed),
            ("dropped", self.dropped),
            ("failed", self.failed),
        ] {
            self.cx.metric(Metric::count(name, count));
        }
    }
}
