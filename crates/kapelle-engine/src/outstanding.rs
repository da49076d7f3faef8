//! What is still to be done for an execution, read off the execution itself.
//!
//! A process may die after a change is durable and before its effects are done. Who takes over asks here, and does all of
//! it again: whatever was done before is done twice, which changes nothing.
//!
//! Some effects cannot be read off, and have to be part of the commit itself: the creation of an execution that tries
//! again (`Create` with `replay_of`), `KillChildren`, `RestartChild`, and `ForceSlot` and `ReleaseSlot` in the order of the
//! commits. The end that `TellParent` tells is found by the parent's `Watch`. Of a worker whose task run ended with its
//! group, the owner asks the workers: if none has it, it is lost.

use kapelle_model::effect::{Dispatch, Effect, Work};
use kapelle_model::event::Due;
use kapelle_model::execution::{Execution, Slot};
use kapelle_model::task_run::{Hold, Phase, RunIndex, TaskRun};
use kapelle_model::{Millis, State};

use crate::live::Live;
use crate::plan::{Kind, Place, Plan};

/// Everything that the execution waits for the world to do.
pub fn outstanding(plan: &Plan, live: &Live) -> Vec<Effect> {
    let execution = live.execution();
    let mut effects = Vec::new();
    if execution.state() == State::Created
        && execution.head.slot == Slot::None
        && let Some(start) = execution.birth.start
    {
        effects.push(Effect::Wake { at: start.at, due: Due::Start });
    }
    if execution.head.slot == Slot::Asked {
        effects.push(Effect::AskSlot);
    }
    effects.extend(deadlines(plan, live));
    effects
        .extend(execution.head.strays.iter().map(|(run, fence)| Effect::Stop { run: *run, fence: *fence }));
    for run in &execution.runs {
        match run.hold {
            Hold::Free => {}
            Hold::Stopping => effects.push(Effect::Stop { run: run.index, fence: run.fence }),
            Hold::Out if run.state().is_terminal() => {}
            Hold::Out => effects.push(Effect::Dispatch(dispatch(plan, live, run.index, work(run)))),
        }
        if let Some(at) = run.wake() {
            effects.push(Effect::Wake { at, due: Due::Run(run.index) });
        }
    }
    for ((run, iteration), child) in &execution.children {
        if child.ended.is_none() {
            effects.push(Effect::Watch { run: *run, iteration: *iteration, id: child.id });
        }
    }
    effects
}

/// The moments at which the execution has to be over.
pub(crate) fn deadlines(plan: &Plan, live: &Live) -> impl Iterator<Item = Effect> {
    let head = &live.execution().head;
    let is_open = !head.history.current().is_terminal() && live.execution().birth.scope.is_none();
    let agreements = is_open.then(|| plan.agreements.deadlines(promised_from(live.execution())));
    let open = agreements.into_iter().flatten().filter(|(place, _)| head.violated & bit(*place) == 0);
    open.map(|(place, at)| Effect::Wake { at, due: Due::Agreement(place) })
}

/// The moment from which the flow's promises count: who is planned for later does not begin before.
pub(crate) fn promised_from(execution: &Execution) -> Millis {
    let opened = execution.head.opened;
    execution.birth.start.map_or(opened, |start| start.at.max(opened))
}

/// Where it is kept that an agreement was violated. All beyond the last place share one.
pub(crate) fn bit(place: u32) -> u64 {
    1 << place.min(u64::BITS - 1)
}

/// What a worker that has a task run is to do with it.
fn work(run: &TaskRun) -> Work {
    match run.detail.as_ref().map_or(Phase::Outside, |detail| detail.phase) {
        Phase::Opening => Work::Open,
        Phase::Closing => Work::Close,
        _ => Work::Run,
    }
}

/// The `WorkingDirectory` that a task run works in. Its errors and its finally work outside.
pub(crate) fn directory_around(plan: &Plan, live: &Live, index: RunIndex) -> Option<RunIndex> {
    let is_inside = matches!(plan.task(live.node(index).task).place, Place::Main(_));
    let parent = live.run(index).parent.filter(|_| is_inside)?;
    matches!(plan.task(live.node(parent).task).kind, Kind::Directory).then_some(parent)
}

/// The dispatch of a task run as it is now.
pub(crate) fn dispatch(plan: &Plan, live: &Live, index: RunIndex, work: Work) -> Dispatch {
    let run = live.run(index);
    let directory = if work == Work::Run { directory_around(plan, live, index) } else { Some(index) };
    Dispatch {
        run: index,
        fence: run.fence,
        attempt: run.attempts.len().saturating_sub(1) as u32,
        work,
        directory,
    }
}
