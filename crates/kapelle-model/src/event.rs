//! What can happen to an execution.

use std::sync::Arc;

use crate::execution::{Breakpoint, Labels};
use crate::failure::Failure;
use crate::id::ExecutionId;
use crate::state::State;
use crate::task_run::{Fence, RunIndex};
use crate::time::Millis;
use crate::value::Map;

/// One thing that happened. Every event may come twice or late; that changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The limits answered the question of this generation.
    Admission { generation: u32, answer: Admission },
    /// A worker began with a dispatch.
    Started { run: RunIndex, fence: Fence, at: Millis },
    /// A worker ended a dispatch.
    Finished { run: RunIndex, fence: Fence, report: Box<Report> },
    /// The worker of a dispatch is gone; nothing more comes from it.
    Lost { run: RunIndex, fence: Fence },
    /// A moment came that was asked for.
    Due(Due),
    /// News of an execution that a task run started.
    Child { run: RunIndex, iteration: u32, id: ExecutionId, news: ChildNews },
    /// Somebody wants something.
    Order(Order),
}

/// What the limits say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    Granted,
    /// The limit with this name is used up; so many run.
    Full {
        limit: Arc<str>,
        size: u32,
        running: u32,
    },
}

/// What a moment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// The start of the execution.
    Start,
    /// What a task run waits for.
    Run(RunIndex),
    /// A service level agreement, by its place in the flow.
    Agreement(u32),
}

/// What a worker says of a dispatch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// When it began, if nobody said so before.
    pub started: Option<Millis>,
    /// The state that the plugin asks for.
    pub state: Option<State>,
    pub outputs: Option<Arc<Map>>,
    pub failure: Option<Failure>,
    /// It was stopped because it was told to, or its time was up.
    pub killed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ChildNews {
    /// It is there, in this state.
    Created(State),
    /// It could not be created.
    Refused(Failure),
    Ended {
        state: State,
        /// How often it had been reopened before this end. What was told of an earlier one comes too late.
        generation: u32,
        outputs: Option<Arc<Map>>,
        /// The execution that tries again what this one failed to do.
        successor: Option<ExecutionId>,
    },
}

/// What a person, a client or another execution asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Ends it in this state: `KILLED`, or what a service level agreement asks for.
    Kill {
        cascade: bool,
    },
    Pause,
    /// Goes on from a pause, with the values that it asked for.
    Resume {
        values: Arc<Map>,
        by: Option<Arc<str>>,
    },
    Restart,
    ChangeTaskState {
        run: RunIndex,
        state: State,
    },
    ChangeStatus(State),
    ForceRun,
    Unqueue(State),
    SetLabels(Labels),
    /// Notes that another execution repeats it.
    MarkReplayed,
    ResumeBreakpoint {
        next: Option<Arc<[Breakpoint]>>,
    },
}
