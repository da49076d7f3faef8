//! Why something does not move. Each word is what the API and the user interface show.

use std::sync::Arc;

use crate::id::ExecutionId;
use crate::task_run::RunIndex;
use crate::time::Millis;

/// A cause with the moment since which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub cause: Cause,
    pub since: Millis,
    /// The task run that it is about, if it is about one.
    pub run: Option<RunIndex>,
}

/// Why an execution or a task run stands still, and what would free it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A limit is used up: its name and its size.
    Concurrency {
        limit: Arc<str>,
        size: u32,
    },
    /// Its moment has not come.
    Scheduled {
        at: Millis,
    },
    /// A pause that somebody or a date ends.
    Paused {
        until: Option<Millis>,
    },
    /// A person paused the whole execution.
    PausedByHand,
    /// The next check of a condition, and what the condition gave at the last one.
    Delay {
        until: Millis,
        last: Option<Arc<str>>,
    },
    Breakpoint,
    /// The next attempt has a date. So many attempts there were, of at most so many.
    RetryWait {
        attempt: u32,
        attempts_max: Option<u32>,
        until: Millis,
        error: Option<Arc<str>>,
    },
    /// Other executions have to end; which one, if it is one.
    Subflow {
        open: u32,
        total: u32,
        execution: Option<ExecutionId>,
    },
    /// Its own tasks have to end; the one that began first of them.
    Children {
        open: u32,
        done: u32,
        oldest: Option<RunIndex>,
    },
    /// Tasks that have to end first.
    DependsOn {
        tasks: Box<[Arc<str>]>,
    },
    /// So many run at the same time, and no more may; so many are still to come.
    LoopLimit {
        running: u32,
        left: u32,
    },
    /// It is stopped, and not everybody has confirmed.
    Killing {
        alive: u32,
    },
    /// A worker has it, or a queue before the workers; the runtime knows which.
    Worker,
    NoWorker {
        group: Option<Arc<str>>,
    },
    WorkersBusy,
    Runner {
        state: Arc<str>,
    },
    Disk,
    Database,
    Maintenance,
    /// No decision is recorded: a defect.
    Unknown,
}

impl Cause {
    /// All words that [`Cause::word`] gives.
    pub const WORDS: &'static [&'static str] = &[
        "CONCURRENCY",
        "SCHEDULED",
        "PAUSED",
        "DELAY",
        "BREAKPOINT",
        "RETRY_WAIT",
        "SUBFLOW",
        "CHILDREN",
        "DEPENDS_ON",
        "LOOP_LIMIT",
        "KILLING",
        "WORKERS_BUSY",
        "NO_WORKER",
        "RUNNER",
        "DISK",
        "DATABASE",
        "MAINTENANCE",
        "UNKNOWN",
    ];

    pub const fn word(&self) -> &'static str {
        match self {
            Self::Concurrency { .. } => "CONCURRENCY",
            Self::Scheduled { .. } => "SCHEDULED",
            Self::Paused { .. } | Self::PausedByHand => "PAUSED",
            Self::Delay { .. } => "DELAY",
            Self::Breakpoint => "BREAKPOINT",
            Self::RetryWait { .. } => "RETRY_WAIT",
            Self::Subflow { .. } => "SUBFLOW",
            Self::Children { .. } => "CHILDREN",
            Self::DependsOn { .. } => "DEPENDS_ON",
            Self::LoopLimit { .. } => "LOOP_LIMIT",
            Self::Killing { .. } => "KILLING",
            Self::Worker | Self::WorkersBusy => "WORKERS_BUSY",
            Self::NoWorker { .. } => "NO_WORKER",
            Self::Runner { .. } => "RUNNER",
            Self::Disk => "DISK",
            Self::Database => "DATABASE",
            Self::Maintenance => "MAINTENANCE",
            Self::Unknown => "UNKNOWN",
        }
    }
}
