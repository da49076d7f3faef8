//! What has come together so far for a trigger that waits for several executions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::id::ExecutionId;
use crate::time::Millis;
use crate::value::Map;

/// A stretch of time with what happened in it. There is one for each trigger and window id.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub id: Arc<str>,
    pub start: Millis,
    /// The last moment that belongs to it.
    pub end: Millis,
    /// The conditions that hold, by their keys.
    pub results: BTreeMap<Arc<str>, Met>,
    /// The executions that made them hold.
    pub causes: BTreeMap<ExecutionId, Contribution>,
    /// The last changes that were taken into account, the oldest first, so that a copy of one is known as such. They
    /// outlive what they led to.
    pub seen: Vec<StateChange>,
    /// The trigger has started an execution from it.
    pub fired: bool,
}

/// A condition that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// What the condition was then; one that was changed since has to hold anew.
    pub definition: u64,
    pub by: ExecutionId,
}

/// What an execution brought into a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    pub change: u32,
    pub at: Millis,
    pub flow: Arc<str>,
    pub outputs: Arc<Map>,
}

/// One change of the state of an execution, by its place in the history of the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateChange {
    pub execution: ExecutionId,
    pub change: u32,
}

impl Window {
    pub const fn contains(&self, moment: Millis) -> bool {
        self.start.0 <= moment.0 && moment.0 <= self.end.0
    }

    /// Whether this change, or a later one of the same execution, was taken into account before.
    pub fn has_seen(&self, change: StateChange) -> bool {
        self.seen.iter().any(|seen| seen.execution == change.execution && seen.change >= change.change)
    }
}
