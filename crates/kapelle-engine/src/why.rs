//! Why an execution or a task run does not move.

use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::execution::Slot;
use kapelle_model::task_run::{Hold, RunIndex};
use kapelle_model::{Millis, State};

use crate::live::Live;
use crate::plan::{Kind, Plan};

/// The cause for a whole execution; none if it is over, or somebody works for it.
pub fn of_execution(plan: &Plan, live: &Live) -> Option<Waiting> {
    let execution = live.execution();
    let state = execution.state();
    let since = execution.head.history.since();
    let waiting = |cause| Some(Waiting { cause, since });
    if state.is_terminal() && live.after.open > 0 {
        let run = live.waiting.first().filter(|_| live.held_out == 0)?;
        return of_run(plan, live, *run);
    }
    if state.is_terminal() {
        let alive = live.held_out;
        return (alive > 0 && execution.head.slot != Slot::None)
            .then_some(Waiting { cause: Cause::Killing { alive }, since });
    }
    match state {
        State::Queued => waiting(concurrency(plan)),
        State::Created | State::Restarted => match execution.birth.start {
            _ if execution.head.slot == Slot::Asked => waiting(concurrency(plan)),
            Some(start) if state == State::Created => waiting(Cause::Scheduled { at: start.at }),
            _ => waiting(Cause::Unknown),
        },
        State::Breakpoint => waiting(Cause::Breakpoint),
        _ if live.held_out > 0 => None,
        _ => match live.waiting.first() {
            Some(run) => of_run(plan, live, *run),
            None if state == State::Paused => waiting(Cause::PausedByHand),
            None => waiting(Cause::Unknown),
        },
    }
}

/// The cause for one task run; none if it is over, or a worker has reported that it runs.
pub fn of_run(plan: &Plan, live: &Live, index: RunIndex) -> Option<Waiting> {
    let run = live.run(index);
    let since = run.history.since();
    let waiting = |cause| Some(Waiting { cause, since });
    let task = plan.task(live.node(index).task);
    match run.state() {
        state if state.is_terminal() => None,
        State::Submitted => waiting(Cause::Worker),
        State::Paused => waiting(match task.kind {
            Kind::Until(_) => Cause::Delay { until: run.wake().unwrap_or(Millis(i64::MAX)) },
            _ => Cause::Paused { until: run.wake() },
        }),
        State::Breakpoint => waiting(Cause::Breakpoint),
        State::Retrying => waiting(Cause::RetryWait {
            attempt: run.attempts.len() as u32,
            until: run.wake().unwrap_or(Millis(i64::MAX)),
            error: run.failure().map(|failure| failure.message.masked().into()),
        }),
        State::Created | State::Restarted if run.hold != Hold::Free => waiting(Cause::Killing { alive: 1 }),
        State::Created | State::Restarted => match live.execution().state() {
            State::Running | State::Retrying => waiting(Cause::Unknown),
            _ => waiting(Cause::Execution),
        },
        State::Running if task.kind.is_executable() => {
            let open = live.group(Some(index)).main.open;
            let total = run.detail.as_ref().and_then(|detail| detail.children).unwrap_or(open);
            waiting(Cause::Subflow { open, total })
        }
        State::Running if task.kind.is_group() && run.hold == Hold::Free => waiting(Cause::Children),
        _ => None,
    }
}

fn concurrency(plan: &Plan) -> Cause {
    let size = plan.concurrency.as_ref().map_or(0, |concurrency| concurrency.limit);
    Cause::Concurrency { limit: format!("{}.{}", plan.namespace, plan.flow).into(), size }
}
