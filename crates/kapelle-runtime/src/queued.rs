//! Who waits for a place in limits, and who has the places.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::task_run::RunIndex;

use crate::runtime::Runtime;

/// Holders of one limit that are named.
const HOLDERS_MAX: usize = 20;

/// Where an execution stands in the queues that it waits in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// How many come before it, in the longest of the queues.
    pub before: usize,
    pub limits: Vec<UsedLimit>,
}

/// A limit that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedLimit {
    pub name: Arc<str>,
    pub size: u32,
    /// How many have a place.
    pub running: u32,
    /// Those that were created first; of a large limit only some.
    pub holders: Vec<ExecutionId>,
}

impl Runtime {
    /// What an execution waits for in front of limits; nothing, if it does not.
    pub fn queued(&self, id: ExecutionId) -> Option<Queued> {
        let limits = self.shared.limits();
        let before = limits.before(id)?;
        let used = limits.waited_for(id).iter().map(|name| UsedLimit {
            name: name.to_string().into(),
            size: limits.size(name).unwrap_or_default(),
            running: limits.running(name),
            holders: limits.holders(name).take(HOLDERS_MAX).collect(),
        });
        Some(Queued { before, limits: used.collect() })
    }

    /// The task run with a public id: the half of the execution's id that is its age, and its number. Nothing, if it is
    /// no id of this installation.
    pub fn run_named(&self, name: &str) -> Option<(u64, RunIndex)> {
        self.shared.ids.runs.read(name)
    }
}
