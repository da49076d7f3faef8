//! What has to be done once a change is durable.
//!
//! Every effect may be performed twice. What is still to be done can always be read off the execution itself, so that
//! nothing is lost when a process dies between a commit and its effects.

use std::sync::Arc;

use crate::event::Due;
use crate::execution::{Breakpoint, Kind, Labels, Origin, Parent, Scope, Start};
use crate::id::ExecutionId;
use crate::state::State;
use crate::task_run::{Fence, RunIndex};
use crate::time::Millis;
use crate::value::{Map, Text};

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Hands a task run to a worker.
    Dispatch(Dispatch),
    /// Ends the processes of a dispatch.
    Stop {
        run: RunIndex,
        fence: Fence,
    },
    /// Brings [`Event::Due`](crate::event::Event::Due) at this moment.
    Wake {
        at: Millis,
        due: Due,
    },
    /// Starts another execution, unless there is one with this id. One that repeats this execution is created in the
    /// same commit: this one has ended, and nobody would ask for it again.
    Create(Box<Request>),
    /// Asks for the news of an execution that a task run waits for.
    Watch {
        run: RunIndex,
        iteration: u32,
        id: ExecutionId,
    },
    /// Starts a failed execution again.
    RestartChild {
        run: RunIndex,
        iteration: u32,
        id: ExecutionId,
    },
    KillChildren,
    /// Asks the limits of the flow for a place.
    AskSlot,
    /// Takes a place whether there is one or not.
    ForceSlot,
    /// Gives the place, or the one in the queue, back.
    ReleaseSlot,
    /// Tells the task run that started this execution of its end.
    TellParent {
        parent: Parent,
        state: State,
        generation: u32,
        outputs: Option<Arc<Map>>,
        successor: Option<ExecutionId>,
    },
    /// The state of the execution changed: for triggers, streams and counters.
    Changed {
        from: State,
        to: State,
    },
    Log(Line),
}

/// A task run for a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    pub run: RunIndex,
    pub fence: Fence,
    /// From 0.
    pub attempt: u32,
    pub work: Work,
    /// The task run whose directory it works in.
    pub directory: Option<RunIndex>,
}

/// What a worker does with a task run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Runs its plugin.
    Run,
    /// Prepares the directory of a group.
    Open,
    /// Collects what is in the directory of a group, and throws it away.
    Close,
}

/// A new execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub id: ExecutionId,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    pub revision: Option<u32>,
    pub inputs: Arc<Map>,
    /// The inputs are as given, and the flow says what becomes of them; else they are as an execution keeps them.
    pub resolves: bool,
    pub labels: Labels,
    /// Labels that hold where the flow and `labels` have none.
    pub inherited: Labels,
    pub origin: Option<Origin>,
    pub parent: Option<Parent>,
    pub start: Option<Start>,
    pub kind: Kind,
    pub priority: i32,
    pub depth: u32,
    pub scope: Option<Arc<Scope>>,
    /// It repeats this execution from its start.
    pub replay_of: Option<ExecutionId>,
    /// The first of those that repeat each other, and when that was created.
    pub original: Option<ExecutionId>,
    pub original_created: Option<Millis>,
    /// The number of this try, from 1.
    pub attempt: u32,
    pub breakpoints: Arc<[Breakpoint]>,
}

impl Request {
    /// The first try of an execution that nobody waits for, with nothing given.
    pub fn new(id: ExecutionId, namespace: Arc<str>, flow: Arc<str>) -> Self {
        Self {
            id,
            namespace,
            flow,
            revision: None,
            inputs: Arc::default(),
            resolves: true,
            labels: Labels::default(),
            inherited: Labels::default(),
            origin: None,
            parent: None,
            start: None,
            kind: Kind::Normal,
            priority: 0,
            depth: 0,
            scope: None,
            replay_of: None,
            original: None,
            original_created: None,
            attempt: 1,
            breakpoints: Arc::default(),
        }
    }
}

/// A line for the log of an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub run: Option<RunIndex>,
    /// The attempt it belongs to, from 0.
    pub attempt: u32,
    pub level: Level,
    pub message: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl Level {
    pub const NAMES: &'static [&'static str] = &["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];

    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error]
            .into_iter()
            .find(|level| level.name() == name)
    }
}
