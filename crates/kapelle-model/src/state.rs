//! The states of executions, task runs and attempts, by the names that users write.

/// One state; which of them apply to what is told in the flow language, section 4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Created,
    Submitted,
    Running,
    Paused,
    Restarted,
    Killing,
    Success,
    Warning,
    Failed,
    Killed,
    Cancelled,
    Queued,
    Retrying,
    Retried,
    Skipped,
    Breakpoint,
    Resubmitted,
}

impl State {
    /// Every name, in the order of [`State`]. A table of constants, so that shapes can point at it.
    pub const NAMES: &'static [&'static str] = &[
        "CREATED",
        "SUBMITTED",
        "RUNNING",
        "PAUSED",
        "RESTARTED",
        "KILLING",
        "SUCCESS",
        "WARNING",
        "FAILED",
        "KILLED",
        "CANCELLED",
        "QUEUED",
        "RETRYING",
        "RETRIED",
        "SKIPPED",
        "BREAKPOINT",
        "RESUBMITTED",
    ];

    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}
