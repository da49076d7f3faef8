//! The rules, each with its cause.

use kapelle_model::State::{
    self, Breakpoint, Cancelled, Created, Failed, Killed, Killing, Paused, Queued, Restarted, Resubmitted,
    Retried, Retrying, Running, Skipped, Submitted, Success, Warning,
};

use super::Rule;

const NOTHING: &[State] = &[];

/// What may begin.
const TO_BEGIN: &[State] = &[Created, Restarted];

/// Of an execution: has begun, and has not ended.
pub(super) const UNDER_WAY: &[State] = &[Running, Paused, Retrying, Breakpoint];

/// Of a task run: everything that is no end.
pub(super) const OPEN: &[State] = &[Created, Restarted, Submitted, Running, Paused, Retrying, Breakpoint];

/// Ends that a person may open again.
pub(super) const ENDED_NOT_KILLED: &[State] = &[Success, Warning, Failed, Cancelled, Retried];

/// Ends that come from tasks.
pub(super) const ENDED: &[State] = &[Success, Warning, Failed, Killed, Cancelled, Retried];

/// All ends of a task run.
pub(super) const ENDED_OR_SKIPPED: &[State] =
    &[Success, Warning, Failed, Killed, Cancelled, Retried, Skipped];

/// Ends that a worker or a group may give.
pub(super) const GIVEN: &[State] = &[Success, Warning, Failed, Killed, Cancelled, Skipped];

pub const EXECUTION: &[Rule] = &[
    Rule { from: NOTHING, to: &[Created], cause: "creation" },
    Rule { from: &[Created], to: &[Failed], cause: "it was created to say why it cannot run" },
    Rule { from: TO_BEGIN, to: &[Running], cause: "no limit, or a place is granted; force-run" },
    Rule { from: TO_BEGIN, to: &[Queued], cause: "the limit is used up: `QUEUE`" },
    Rule { from: TO_BEGIN, to: &[Cancelled, Failed], cause: "the limit is used up: `CANCEL`, `FAIL`" },
    Rule { from: &[Queued], to: &[Running], cause: "a place is free; unqueue; force-run" },
    Rule { from: &[Queued], to: &[Cancelled, Failed], cause: "unqueue with this state" },
    Rule { from: &[Queued], to: &[Killed], cause: "kill" },
    Rule { from: TO_BEGIN, to: &[Killing], cause: "kill" },
    Rule { from: UNDER_WAY, to: &[Killing], cause: "kill" },
    Rule { from: &[Running, Retrying], to: &[Killing], cause: "Exit with `KILLED`" },
    Rule { from: &[Killing], to: &[Killed], cause: "at once: workers confirm later" },
    Rule { from: &[Running, Retrying], to: &[Paused], cause: "a Pause; the wait of a LoopUntil" },
    Rule { from: &[Running], to: &[Paused], cause: "a person pauses it" },
    Rule { from: &[Paused], to: &[Restarted], cause: "the last pause is over; resume; restart" },
    Rule { from: &[Running], to: &[Retrying], cause: "a task waits for its next attempt" },
    Rule {
        from: &[Retrying],
        to: &[Running],
        cause: "the moment of an attempt; nothing waits for one any more",
    },
    Rule { from: &[Running, Retrying], to: &[Breakpoint], cause: "a task is at a breakpoint" },
    Rule { from: &[Breakpoint], to: &[Running], cause: "resume from breakpoint" },
    Rule { from: &[Running], to: &[Success, Warning, Failed, Killed], cause: "its tasks are over" },
    Rule { from: &[Running, Retrying], to: &[Success, Warning, Failed, Cancelled], cause: "Exit" },
    Rule { from: UNDER_WAY, to: &[Failed, Cancelled], cause: "a service level agreement is broken" },
    Rule { from: &[Paused], to: &[Cancelled], cause: "a Pause with `CANCEL` is over" },
    Rule { from: UNDER_WAY, to: &[Retried], cause: "a task failed whose retry is a new execution" },
    Rule { from: UNDER_WAY, to: &[Failed], cause: "it has too many task runs" },
    Rule {
        from: ENDED_NOT_KILLED,
        to: &[Restarted],
        cause: "restart; a task run was put into another state",
    },
    Rule { from: ENDED_NOT_KILLED, to: ENDED, cause: "a person changes the state" },
];

pub const TASK_RUN: &[Rule] = &[
    Rule { from: NOTHING, to: &[Created], cause: "its turn comes" },
    Rule { from: TO_BEGIN, to: &[Submitted], cause: "it is handed to the workers" },
    Rule {
        from: TO_BEGIN,
        to: &[Running],
        cause: "a flowable, or a task that starts executions or changes its own, begins",
    },
    Rule { from: TO_BEGIN, to: &[Skipped], cause: "`runIf` does not hold" },
    Rule { from: TO_BEGIN, to: &[Failed], cause: "`runIf` does not render" },
    Rule { from: TO_BEGIN, to: &[Breakpoint], cause: "a breakpoint" },
    Rule { from: &[Breakpoint], to: &[Created], cause: "resume from breakpoint" },
    Rule { from: &[Submitted], to: &[Running], cause: "a worker began" },
    Rule { from: &[Submitted, Running], to: &[Created], cause: "its worker is gone" },
    Rule { from: &[Running], to: GIVEN, cause: "its worker, its children, its executions are done" },
    Rule { from: &[Running], to: &[Paused], cause: "a Pause; the wait of a LoopUntil" },
    Rule { from: &[Paused], to: &[Running], cause: "resume, or its time is over" },
    Rule { from: &[Running], to: &[Retrying], cause: "it failed and has another attempt" },
    Rule { from: &[Retrying], to: &[Created], cause: "the moment of the next attempt" },
    Rule { from: &[Retrying], to: &[Running], cause: "a Retry runs its tasks again" },
    Rule { from: OPEN, to: ENDED, cause: "what is around it ends" },
    Rule { from: OPEN, to: &[Restarted], cause: "the execution is repeated while it was under way" },
    Rule { from: ENDED_OR_SKIPPED, to: &[Restarted], cause: "restart, or repeated from here" },
    Rule { from: ENDED_OR_SKIPPED, to: &[Running], cause: "a task run below begins again" },
    Rule { from: ENDED_NOT_KILLED, to: GIVEN, cause: "its worker reports after what is around it ended" },
    Rule { from: ENDED_OR_SKIPPED, to: ENDED_OR_SKIPPED, cause: "a person changes the state" },
];

pub const ATTEMPT: &[Rule] = &[
    Rule { from: NOTHING, to: &[Created], cause: "handed to the workers" },
    Rule { from: NOTHING, to: &[Running], cause: "begun without a worker" },
    Rule { from: NOTHING, to: &[Skipped], cause: "`runIf` does not hold" },
    Rule { from: &[Created], to: &[Running], cause: "a worker began" },
    Rule { from: &[Created, Running], to: &[Resubmitted], cause: "its worker is gone" },
    Rule { from: &[Running], to: GIVEN, cause: "it is done" },
    Rule { from: &[Created, Running], to: ENDED, cause: "what is around it ends" },
    Rule { from: ENDED_NOT_KILLED, to: GIVEN, cause: "its worker reports after what is around it ended" },
    Rule {
        from: ENDED_OR_SKIPPED,
        to: ENDED_OR_SKIPPED,
        cause: "a person changes the state of the task run",
    },
    Rule { from: ENDED_OR_SKIPPED, to: &[Running], cause: "a group goes on, or begins again" },
];
