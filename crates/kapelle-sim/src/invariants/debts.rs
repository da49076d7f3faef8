//! `I3`, `I4` and `owed`: what the world has to do for an execution.

use kapelle_model::cause::Cause;
use kapelle_model::effect::Effect;
use kapelle_model::event::Due;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::{Hold, RunIndex};

use super::{Change, Holds, Violation, Witness};

/// Nothing is to be started or waited for on behalf of what has ended.
pub(super) fn belong_to_what_is_open(change: &Change<'_>) -> Holds {
    let is_over = change.after.state().is_terminal();
    let fits = |effect: &Effect| match effect {
        Effect::Dispatch(dispatch) => is_open(change.after, dispatch.run, is_over),
        Effect::Wake { due: Due::Run(run), .. } => is_open(change.after, *run, is_over),
        Effect::Wake { .. } | Effect::AskSlot => !is_over,
        _ => true,
    };
    match change.owed.iter().find(|effect| !fits(effect)) {
        Some(effect) => Err(Violation::new("I4", format!("it is over, and still owed {effect:?}"))),
        None => Ok(()),
    }
}

fn is_open(execution: &Execution, run: RunIndex, is_over: bool) -> bool {
    execution.run(run).is_some_and(|run| !run.state().is_terminal() && (run.forced || !is_over))
}

impl Witness {
    /// What is newly owed was asked for, and what was asked for is owed.
    pub(super) fn are_told_of(&self, change: &Change<'_>) -> Holds {
        let known = self.owed(change.after.birth.id);
        for debt in change.owed.iter().filter(|debt| !known.contains(debt)) {
            let is_told = change.effects.iter().any(|effect| effect == debt || begins(effect, debt));
            if !is_told {
                return Err(Violation::new("owed", format!("nobody was asked for {debt:?}")));
            }
        }
        for effect in change.effects {
            let is_kept = match effect {
                Effect::Dispatch(dispatch) => {
                    is_settled(change.after, dispatch.run) || change.owed.contains(effect)
                }
                Effect::Wake { due: Due::Run(run), .. } => {
                    is_settled(change.after, *run) || change.owed.contains(effect)
                }
                Effect::Create(request) => request.replay_of.is_some() || is_watched(change.owed, request.id),
                Effect::RestartChild { id, .. } => is_watched(change.owed, *id),
                Effect::Wake { .. } | Effect::Stop { .. } | Effect::AskSlot => {
                    change.owed.contains(effect) || change.after.state().is_terminal()
                }
                _ => true,
            };
            if !is_kept {
                return Err(Violation::new("owed", format!("nothing is kept of {effect:?}")));
            }
        }
        Ok(())
    }
}

/// Asked for, and over again in the same step.
fn is_settled(execution: &Execution, run: RunIndex) -> bool {
    execution.run(run).is_none_or(|run| run.state().is_terminal())
}

fn is_watched(owed: &[Effect], child: kapelle_model::ExecutionId) -> bool {
    owed.iter().any(|debt| matches!(debt, Effect::Watch { id, .. } if *id == child))
}

/// Whether an effect brings about what has to be watched from then on.
fn begins(effect: &Effect, debt: &Effect) -> bool {
    let Effect::Watch { id, .. } = debt else { return false };
    match effect {
        Effect::Create(request) => request.id == *id,
        Effect::RestartChild { id: child, .. } => child == id,
        _ => false,
    }
}

/// An open execution has a named cause, or something that is owed to it.
pub(super) fn have_a_cause(change: &Change<'_>) -> Holds {
    let execution = change.after;
    let unknown = |words: String| Err(Violation::new("I3", words));
    if let Some(waiting) = &execution.head.waiting
        && waiting.cause == Cause::Unknown
    {
        return unknown(format!("it is {} and nobody knows why it waits", execution.state().name()));
    }
    for run in execution.runs.iter().filter(|run| !run.state().is_terminal()) {
        let waiting = kapelle_engine::why::of_run(change.plan, change.live, run.index);
        if waiting.is_some_and(|waiting| waiting.cause == Cause::Unknown) {
            return unknown(format!(
                "`{}` is {} and nobody knows why it waits",
                run.task,
                run.state().name()
            ));
        }
    }
    let is_by_hand = matches!(
        execution.head.waiting.as_ref().map(|waiting| &waiting.cause),
        Some(Cause::Paused { until: None } | Cause::PausedByHand | Cause::Breakpoint)
    );
    let is_held = execution.runs.iter().any(|run| run.hold != Hold::Free);
    if !execution.state().is_terminal() && change.owed.is_empty() && !is_held && !is_by_hand {
        return unknown(format!("it is {} and nothing will move it", execution.state().name()));
    }
    Ok(())
}
