//! An execution: what it was created with, where it is, and all its task runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cause::Waiting;
use crate::history::History;
use crate::id::ExecutionId;
use crate::state::State;
use crate::task_run::{Fence, RunIndex, TaskRun};
use crate::time::Millis;
use crate::value::Map;

/// Labels in their order; no key comes twice.
pub type Labels = Arc<[(Arc<str>, Arc<str>)]>;

/// What an execution is created with. It never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Birth {
    pub id: ExecutionId,
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    pub revision: u32,
    pub inputs: Arc<Map>,
    pub origin: Option<Origin>,
    /// Who waits for its end.
    pub parent: Option<Parent>,
    /// The execution that this one repeats.
    pub replay_of: Option<ExecutionId>,
    /// The first of all that repeat each other; itself, if it repeats none.
    pub original: ExecutionId,
    pub original_created: Millis,
    /// It does not start before.
    pub start: Option<Start>,
    pub kind: Kind,
    /// Higher ones leave a queue first.
    pub priority: i32,
    /// How many executions started each other down to this one.
    pub depth: u32,
    /// The iteration of a loop runs only the lists of that loop.
    pub scope: Option<Arc<Scope>>,
}

/// What the iteration of a loop knows of the loop.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// The id of the task that loops.
    pub task: Arc<str>,
    /// What the variable `item` holds.
    pub item: Arc<Map>,
    /// The outputs of the tasks before the loop.
    pub outputs: Arc<Map>,
}

/// A moment to start at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    pub at: Millis,
    pub reason: StartReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartReason {
    /// Somebody asked for this moment.
    Scheduled,
    /// It repeats one that failed, after a delay.
    Retry,
}

/// What started an execution, with the variables it gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    pub id: Arc<str>,
    pub type_name: Arc<str>,
    pub variables: Arc<Map>,
}

/// The task run that an execution was started by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parent {
    pub execution: ExecutionId,
    pub run: RunIndex,
    pub iteration: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    #[default]
    Normal,
    Test,
    Playground,
    /// An iteration of a loop.
    Loop,
}

/// An execution as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    pub birth: Arc<Birth>,
    pub head: Head,
    /// Sorted by index.
    pub runs: Vec<TaskRun>,
    /// The executions that its task runs started, by run and iteration.
    pub children: BTreeMap<(RunIndex, u32), Child>,
}

/// The part of an execution that changes, but for its task runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub history: History,
    /// Counts commits.
    pub version: u64,
    /// Counts how often a person reopened it.
    pub generation: u32,
    /// When it was created, or reopened the last time.
    pub opened: Millis,
    /// Counts its tries: replays, retries and restarts.
    pub attempt: u32,
    pub runs_made: u32,
    pub fence: Fence,
    pub labels: Labels,
    pub variables: Arc<Map>,
    pub outputs: Option<Arc<Map>>,
    pub slot: Slot,
    /// Dispatches of task runs that were taken away while somebody worked on them. What the execution holds is not given
    /// back before they have stopped.
    pub strays: Arc<[(RunIndex, Fence)]>,
    pub breakpoints: Arc<[Breakpoint]>,
    /// The execution that tries again what this one failed to do.
    pub successor: Option<ExecutionId>,
    /// The service level agreements that were violated, by their place in the flow, one bit each.
    pub violated: u64,
    /// Why it does not move, if it does not.
    pub waiting: Option<Waiting>,
}

/// The share of limits that an execution has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Slot {
    /// It needs none, or does not ask yet.
    #[default]
    None,
    /// It asked and got no answer yet, or waits in the queue.
    Asked,
    Held,
    /// It was started past the limits, and is counted all the same.
    Forced,
}

/// Where to stop: before the run of a task, with a value or with any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakpoint {
    pub task: Arc<str>,
    pub value: Option<Arc<str>>,
}

/// An execution that a task run started.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    pub id: ExecutionId,
    /// Its end, once that is known.
    pub ended: Option<State>,
    pub outputs: Option<Arc<Map>>,
    /// The last generation of it whose end is known. It is started again in a later one.
    pub generation: Option<u32>,
}

impl Child {
    /// One that has just been asked for.
    pub const fn new(id: ExecutionId) -> Self {
        Self { id, ended: None, outputs: None, generation: None }
    }
}

impl Execution {
    pub fn state(&self) -> State {
        self.head.history.current()
    }

    pub fn run(&self, index: RunIndex) -> Option<&TaskRun> {
        self.runs.get(self.position(index)?)
    }

    /// The place of a task run in `runs`. They are numbered in order, so that one guess nearly always finds it.
    pub fn position(&self, index: RunIndex) -> Option<usize> {
        let first = self.runs.first()?.index.0.get();
        let guess = index.0.get().checked_sub(first)? as usize;
        match self.runs.get(guess) {
            Some(run) if run.index == index => Some(guess),
            _ => self.runs.binary_search_by_key(&index, |run| run.index).ok(),
        }
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        self.head.labels.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }
}
