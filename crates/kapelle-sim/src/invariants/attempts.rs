//! `I2`: outcomes, fences, attempts.

use kapelle_model::State;
use kapelle_model::effect::Effect;
use kapelle_model::event::Event;
use kapelle_model::task_run::{Hold, TaskRun};

use super::{Change, Holds, Violation, Witness};

impl Witness {
    /// A dispatch ends once, told by who has it.
    pub(super) fn has_one_outcome(&mut self, change: &Change<'_>) -> Holds {
        let (Some(before), Some(event)) = (change.before, change.event) else { return Ok(()) };
        let (Event::Finished { run, fence, .. } | Event::Lost { run, fence }) = event else { return Ok(()) };
        let is_stray = before.head.strays.contains(&(*run, *fence));
        let known = before.run(*run).filter(|_| !is_stray);
        if !is_stray && known.is_none_or(|known| known.fence != *fence || known.hold == Hold::Free) {
            let words = format!("run {} took news under fence {}, and was {known:?}", run.0, fence.0);
            return Err(Violation::new("I2", words));
        }
        if !self.outcomes.insert((change.after.birth.id, *run, *fence)) {
            return Err(Violation::new(
                "I2",
                format!("run {} has two outcomes under fence {}", run.0, fence.0),
            ));
        }
        Ok(())
    }
}

/// Each dispatch has a larger fence than all before it, and goes out only when nobody has the one before.
pub(super) fn fences_grow(change: &Change<'_>) -> Holds {
    let mut last = change.before.map_or(0, |before| before.head.fence.0);
    for effect in change.effects {
        let Effect::Dispatch(dispatch) = effect else { continue };
        if dispatch.fence.0 <= last {
            let words =
                format!("run {} goes out with fence {} after {last}", dispatch.run.0, dispatch.fence.0);
            return Err(Violation::new("I2", words));
        }
        last = dispatch.fence.0;
        let held =
            change.before.and_then(|before| before.run(dispatch.run)).filter(|run| run.hold != Hold::Free);
        let is_told = match change.event {
            Some(Event::Finished { run, .. } | Event::Lost { run, .. }) => *run == dispatch.run,
            _ => false,
        };
        if let Some(held) = held.filter(|_| !is_told) {
            let words =
                format!("run {} goes out again, and somebody has it: {:?}", dispatch.run.0, held.hold);
            return Err(Violation::new("I2", words));
        }
    }
    if change.after.head.fence.0 < last {
        return Err(Violation::new("I2", format!("fence {last} was given out, and is forgotten")));
    }
    Ok(())
}

/// An attempt that has ended stays as it is. Another one follows what failed or was lost, or a person's wish.
pub(super) fn are_kept(change: &Change<'_>) -> Holds {
    let Some(before) = change.before else { return Ok(()) };
    if before.head.generation != change.after.head.generation {
        return Ok(());
    }
    for run in &change.after.runs {
        let Some(old) = before.run(run.index) else { continue };
        let is_kept = old.attempts.iter().enumerate().all(|(place, attempt)| {
            // A group that begins again goes on with the attempt it has.
            let may_change = !attempt.current().is_terminal() || change.tells_late(old) || is_reopened(old);
            may_change || run.attempts.get(place) == Some(attempt)
        });
        if !is_kept || run.attempts.len() < old.attempts.len() {
            let words = format!("an attempt of `{}` changed after its end: {old:?} became {run:?}", run.task);
            return Err(Violation::new("I2", words));
        }
        if run.attempts.len() > old.attempts.len() && !may_be_tried(old) {
            return Err(Violation::new(
                "I2",
                format!("`{}` is tried again after {:?}", run.task, old.attempts),
            ));
        }
        if run.fence < old.fence {
            return Err(Violation::new("I2", format!("the fence of `{}` goes back", run.task)));
        }
    }
    Ok(())
}

fn may_be_tried(old: &TaskRun) -> bool {
    match old.attempts.last().map(kapelle_model::History::current) {
        None | Some(State::Failed | State::Resubmitted) => true,
        // The try that ends by this very event.
        Some(state) if !state.is_terminal() => true,
        Some(_) => is_reopened(old),
    }
}

/// Somebody reopened it since it ended the last time.
fn is_reopened(run: &TaskRun) -> bool {
    let states: Vec<State> = run.history.entries().map(|(state, _)| state).collect();
    states.iter().rev().take_while(|state| !state.is_terminal()).any(|state| *state == State::Restarted)
}
