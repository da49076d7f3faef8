//! `I5`: terminal is terminal.

use kapelle_engine::plan::Place;
use kapelle_model::effect::Effect;
use kapelle_model::event::{Event, Order};
use kapelle_model::{History, State};

use super::{Change, Holds, Violation};

/// What is open after the end of an execution belongs after it, and nothing else is begun.
pub(super) fn are_complete(change: &Change<'_>) -> Holds {
    if !change.after.state().is_terminal() {
        return Ok(());
    }
    let state = change.after.state().name();
    for run in change.after.runs.iter().filter(|run| !run.state().is_terminal()) {
        if !comes_after(change, run.index) {
            let words = format!("it is {state}, and `{}` is {}", run.task, run.state().name());
            return Err(Violation::new("I5", words));
        }
    }
    let is_begun = change.before.is_some_and(|before| {
        before.state().is_terminal() && before.head.generation == change.after.head.generation
    });
    for effect in change.effects {
        if let Effect::Dispatch(dispatch) = effect
            && is_begun
            && !comes_after(change, dispatch.run)
        {
            return Err(Violation::new("I5", format!("it is {state}, and run {} goes out", dispatch.run.0)));
        }
    }
    Ok(())
}

fn comes_after(change: &Change<'_>, index: kapelle_model::task_run::RunIndex) -> bool {
    let mut run = change.after.run(index);
    while let Some(parent) = run.and_then(|run| run.parent) {
        run = change.after.run(parent);
    }
    let task = run.and_then(|run| change.plan.find(&run.task));
    task.is_some_and(|task| matches!(change.plan.task(task).place, Place::After | Place::Aside))
}

/// Nothing leaves a terminal state but by an order that opens a new generation, or that changes one end into another.
pub(super) fn stay(change: &Change<'_>) -> Holds {
    let Some(before) = change.before else { return Ok(()) };
    let is_reopened = change.after.head.generation != before.head.generation;
    if before.state() == State::Killed && change.after.state() != State::Killed {
        return Err(Violation::new("I5", format!("it was KILLED, and is {}", change.after.state().name())));
    }
    let is_rewritten = matches!(change.event, Some(Event::Order(Order::ChangeStatus(_))));
    let known = before.head.history.entries().count();
    let from = if is_reopened || is_rewritten { known } else { known - 1 };
    if let Some((from, to)) = left(&change.after.head.history, from) {
        return Err(Violation::new("I5", format!("it went from {} to {}", from.name(), to.name())));
    }
    let changed = match change.event {
        Some(Event::Order(Order::ChangeTaskState { run, .. })) => Some(*run),
        _ => None,
    };
    for run in &change.after.runs {
        let Some(old) = before.run(run.index) else { continue };
        let is_left = old.state().is_terminal() && run.state() != old.state();
        if is_left && !is_reopened && changed != Some(run.index) && !change.tells_late(old) {
            let words = format!("`{}` went from {} to {}", run.task, old.state().name(), run.state().name());
            return Err(Violation::new("I5", words));
        }
    }
    Ok(())
}

/// The first step out of a terminal state, from this place of the history on.
fn left(history: &History, from: usize) -> Option<(State, State)> {
    let states: Vec<State> = history.entries().skip(from).map(|(state, _)| state).collect();
    states.windows(2).find(|pair| pair[0].is_terminal()).map(|pair| (pair[0], pair[1]))
}
