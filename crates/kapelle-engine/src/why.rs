//! Why an execution or a task run does not move, since when, and what would free it.

mod to_come;

use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::execution::{Slot, StartReason};
use kapelle_model::task_run::{Hold, RunIndex, TaskRun};
use kapelle_model::{Millis, State};

use crate::live::{Live, is_handed};
use crate::plan::{Kind, Plan, Task};

pub use to_come::{ToCome, to_come};

/// The cause for a whole execution; none if it is over, or somebody works for it.
pub fn of_execution(plan: &Plan, live: &Live) -> Option<Waiting> {
    let execution = live.execution();
    let state = execution.state();
    let waiting = |cause| Some(Waiting { cause, since: execution.head.history.since(), run: None });
    match state {
        State::Queued => waiting(concurrency(plan)),
        State::Created | State::Restarted if execution.head.slot == Slot::Asked => waiting(concurrency(plan)),
        State::Created => waiting(start(live)),
        State::Breakpoint => first_in(plan, live, State::Breakpoint).or_else(|| waiting(Cause::Breakpoint)),
        State::Paused => first_in(plan, live, State::Paused).or_else(|| waiting(Cause::PausedByHand)),
        State::Retrying if let Some(retry) = first_in(plan, live, State::Retrying) => Some(retry),
        State::Running | State::Retrying => of_work(plan, live),
        _ if !state.is_terminal() => waiting(Cause::Unknown),
        _ if live.after.open > 0 => of_work(plan, live),
        _ if live.stopping > 0 => waiting(Cause::Killing { alive: live.stopping }),
        _ if execution.head.slot != Slot::None => {
            waiting(Cause::Children { open: live.held_out, done: 0, oldest: None })
        }
        _ => None,
    }
}

/// What keeps an execution whose tasks run; nothing, if a worker works.
fn of_work(plan: &Plan, live: &Live) -> Option<Waiting> {
    let since = live.execution().head.history.since();
    let waiting = |cause| Some(Waiting { cause, since, run: None });
    let working = live.held_out - live.handed - live.stopping;
    if working > 0 {
        return None;
    }
    if live.handed > 0 {
        return waiting(Cause::Worker);
    }
    let first = live.waiting.first().and_then(|run| of_run(plan, live, *run));
    first.or_else(|| match live.stopping {
        0 => waiting(Cause::Unknown),
        alive => waiting(Cause::Killing { alive }),
    })
}

/// The cause of the first task run that waits in a state.
fn first_in(plan: &Plan, live: &Live, state: State) -> Option<Waiting> {
    let run = live.waiting.iter().find(|run| live.run(**run).state() == state)?;
    of_run(plan, live, *run)
}

/// What an execution waits for that has not begun.
fn start(live: &Live) -> Cause {
    let execution = live.execution();
    match execution.birth.start {
        Some(start) if start.reason == StartReason::Retry => Cause::RetryWait {
            attempt: execution.head.attempt.saturating_sub(1),
            attempts_max: None,
            until: start.at,
            error: None,
        },
        Some(start) => Cause::Scheduled { at: start.at },
        None => Cause::Unknown,
    }
}

fn concurrency(plan: &Plan) -> Cause {
    let size = plan.concurrency.as_ref().map_or(0, |concurrency| concurrency.limit);
    Cause::Concurrency { limit: format!("{}.{}", plan.namespace, plan.flow).into(), size }
}

/// The cause for one task run; none if it is over, or a worker has reported that it runs.
pub fn of_run(plan: &Plan, live: &Live, index: RunIndex) -> Option<Waiting> {
    let run = live.run(index);
    let task = plan.task(live.node(index).task);
    let cause = match run.state() {
        _ if is_handed(task, run) => Cause::Worker,
        State::Paused => match task.kind {
            Kind::Until(_) => Cause::Delay { until: wake(run), last: last_check(run) },
            _ => Cause::Paused { until: run.wake() },
        },
        State::Breakpoint => Cause::Breakpoint,
        State::Retrying => retry(live, task, index),
        // Whoever had it before has to stop first.
        State::Created | State::Restarted if run.hold != Hold::Free => Cause::Killing { alive: 1 },
        State::Created | State::Restarted => of_execution(plan, live)?.cause,
        State::Running if task.kind.is_executable() => children(live, index),
        State::Running if task.kind.is_group() => group(plan, live, index),
        _ => return None,
    };
    Some(Waiting { cause, since: run.history.since(), run: Some(index) })
}

fn wake(run: &TaskRun) -> Millis {
    run.wake().unwrap_or(Millis(i64::MAX))
}

fn last_check(run: &TaskRun) -> Option<std::sync::Arc<str>> {
    run.detail.as_ref()?.last_check.clone()
}

/// The next attempt of a task, or the next run of all tasks of a group.
fn retry(live: &Live, task: &Task, index: RunIndex) -> Cause {
    let run = live.run(index);
    let is_group = matches!(task.kind, Kind::Retry(_));
    let failed = || live.children(index).find(|child| live.run(*child).state() == State::Failed);
    let failure = if is_group { failed().and_then(|child| live.run(child).failure()) } else { run.failure() };
    Cause::RetryWait {
        attempt: if is_group { run.iteration.unwrap_or(0) - run.place + 1 } else { run.tries() },
        attempts_max: task.retry.as_ref().filter(|_| !is_group).and_then(|retry| retry.attempts_max),
        until: wake(run),
        error: failure.map(|failure| failure.message.masked().into()),
    }
}

/// Executions that a task run started.
fn children(live: &Live, index: RunIndex) -> Cause {
    let open = live.group(Some(index)).main.open;
    if open == 0 {
        return Cause::Unknown;
    }
    let total = live.run(index).detail.as_ref().and_then(|detail| detail.children).unwrap_or(open);
    let single = || live.started_by(index).next().map(|(_, child)| child.id);
    Cause::Subflow { open, total, execution: (total == 1).then(single).flatten() }
}

/// Tasks of a group, or whatever keeps the whole execution from going on with them.
fn group(plan: &Plan, live: &Live, index: RunIndex) -> Cause {
    let group = live.group(Some(index));
    let lists = [group.main, group.errors, group.finally];
    let open: u32 = lists.iter().map(|list| list.open).sum();
    let done = lists.iter().map(|list| list.created).sum::<u32>() - open;
    if open == 0 {
        return of_execution(plan, live).map_or(Cause::Unknown, |waiting| waiting.cause);
    }
    let oldest = live.children(index).find(|child| !live.run(*child).state().is_terminal());
    Cause::Children { open, done, oldest }
}
