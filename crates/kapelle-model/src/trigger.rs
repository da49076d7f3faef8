//! Where triggers stand: what is kept of each beside its flow.

use std::sync::Arc;

use crate::failure::Failure;
use crate::id::ExecutionId;
use crate::time::Millis;
use crate::value::{Map, Value};

/// The name of a trigger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TriggerKey {
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    pub trigger: Arc<str>,
}

/// What is kept of a trigger.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TriggerState {
    /// A number for what the flow says of the trigger; with another one it is looked at anew.
    pub definition: u64,
    /// The occurrence that was dealt with last: of a schedule its date, else the moment.
    pub date: Option<Millis>,
    /// The next occurrence; nothing, if there is none any more.
    pub next: Option<Millis>,
    pub backfill: Option<Backfill>,
    /// Switched off by a person, a task, an end that it stops after, or a mistake in what it says.
    pub is_disabled: bool,
    /// The execution whose end switched it off.
    pub stopped_by: Option<ExecutionId>,
    /// Executions that it started and that have not ended. Any of them locks it, unless it may be concurrent.
    pub open: Vec<ExecutionId>,
    /// What a polling trigger keeps from one look to the next.
    pub cursor: Option<Value>,
    /// Occurrences that were caught up on in this minute, counted from 1970.
    pub caught_up: (i64, u32),
    /// When it was looked at last.
    pub evaluated: Option<Millis>,
    /// When it started its last execution.
    pub fired: Option<Millis>,
    /// The first of the occurrences in a row that started nothing, if the last ones did not, and why.
    pub skipping: Option<(Millis, SkipReason)>,
}

/// Occurrences of a stretch of the past, asked for by a person. The ordinary ones wait meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub struct Backfill {
    pub start: Millis,
    pub end: Millis,
    /// The occurrence that comes next.
    pub current: Millis,
    pub is_paused: bool,
    /// They hold over those of the trigger.
    pub inputs: Arc<Map>,
    pub labels: Vec<(Arc<str>, Arc<str>)>,
    /// What came next before.
    pub resumes_at: Option<Millis>,
    /// When it was asked for. It tells its occurrences from those of another backfill, and from ordinary ones.
    pub created: Millis,
}

/// Occurrences in a row that started nothing for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    pub from: Millis,
    /// The last of them.
    pub until: Millis,
    pub count: u32,
    pub why: SkipReason,
    /// The same for a person, with what was looked at.
    pub words: String,
}

/// Why an occurrence started nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Nobody was there at its time, and missed ones are not made up for.
    Missed,
    /// It came later than it may.
    Late,
    /// A condition did not hold.
    Condition,
    /// What it started before was still running.
    Locked,
    /// The trigger or its flow is switched off.
    Disabled,
    /// There is an execution for it already.
    Happened,
    /// It could not be looked at.
    Failed,
}

/// An execution that a trigger starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// What the trigger gives the execution.
    pub variables: Map,
    pub inputs: Map,
    /// What is added to the labels of the flow.
    pub labels: Vec<(Arc<str>, Arc<str>)>,
    /// The date that it is for.
    pub date: Option<Millis>,
    /// The same text for the same occurrence. There is only one execution for it, whoever asks.
    pub identity: String,
    /// It is created as one that failed, with this reason.
    pub failure: Option<Failure>,
}

impl SkipReason {
    pub const ALL: [Self; 7] = [
        Self::Missed,
        Self::Late,
        Self::Condition,
        Self::Locked,
        Self::Disabled,
        Self::Happened,
        Self::Failed,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Missed => "MISSED",
            Self::Late => "LATE",
            Self::Condition => "CONDITION",
            Self::Locked => "LOCKED",
            Self::Disabled => "DISABLED",
            Self::Happened => "HAPPENED",
            Self::Failed => "FAILED",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}
