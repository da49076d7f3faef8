//! `I8`: executions that task runs start.

use std::collections::BTreeMap;

use kapelle_engine::plan::Kind;
use kapelle_model::effect::Effect;
use kapelle_model::event::{ChildNews, Event};
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, State};

use super::{Change, Holds, Violation, Witness};

impl Witness {
    /// An execution took note of the end of a child. Each end counts once, however often and late it is told.
    pub fn took_end(&mut self, parent: ExecutionId, child: ExecutionId, generation: u32) -> Holds {
        if self.ends.insert((parent, child, generation)) {
            return Ok(());
        }
        Err(Violation::new("I10", format!("the end of {child} in generation {generation} was taken twice")))
    }
}

/// The children of a task run are numbered without gaps, and there are no more than it says; when it has ended by
/// itself, all of them were there.
pub(super) fn are_without_gaps(change: &Change<'_>) -> Holds {
    let mut counts: BTreeMap<RunIndex, u32> = BTreeMap::new();
    for (run, iteration) in change.after.children.keys() {
        let count = counts.entry(*run).or_default();
        if *iteration != *count {
            return Err(Violation::new(
                "I8",
                format!("child {iteration} of run {} follows child {count}", run.0),
            ));
        }
        *count += 1;
    }
    for run in &change.after.runs {
        let said = run.detail.as_ref().and_then(|detail| detail.children);
        let count = counts.remove(&run.index).unwrap_or(0);
        let Some(said) = said else { continue };
        if count > said {
            return Err(Violation::new("I8", format!("`{}` has {count} children of {said}", run.task)));
        }
        let is_whole = matches!(run.state(), State::Running | State::Success);
        let is_loop = change
            .plan
            .find(&run.task)
            .is_some_and(|task| matches!(change.plan.task(task).kind, Kind::Loop(_)));
        // What was done before a replay was done by another execution.
        let is_replayed = change.after.birth.replay_of.is_some();
        if count < said && is_whole && !is_loop && !is_replayed {
            return Err(Violation::new("I8", format!("`{}` has only {count} children of {said}", run.task)));
        }
    }
    match counts.keys().next() {
        Some(run) if change.after.run(*run).is_none() => {
            Err(Violation::new("I8", format!("run {} is gone, and its children are not", run.0)))
        }
        _ => Ok(()),
    }
}

/// A child takes the place of another one only in a later attempt, when that begins with it, or if it took over from it.
pub(super) fn are_begun_once(change: &Change<'_>) -> Holds {
    for effect in change.effects {
        let Effect::Create(request) = effect else { continue };
        let Some(parent) = request.parent.filter(|_| request.replay_of.is_none()) else { continue };
        let known = change.after.children.get(&(parent.run, parent.iteration));
        if known.is_none_or(|child| child.id != request.id) {
            return Err(Violation::new("I8", format!("nothing is kept of a child of run {}", parent.run.0)));
        }
    }
    let Some(before) = change.before else { return Ok(()) };
    for (key, old) in &before.children {
        let Some(new) = change.after.children.get(key).filter(|new| new.id != old.id) else { continue };
        let attempts = |execution: &kapelle_model::execution::Execution| {
            execution.run(key.0).map_or(0, |run| run.attempts.len())
        };
        let took_over = matches!(
            change.event,
            Some(Event::Child { news: ChildNews::Ended { successor: Some(successor), .. }, .. }) if *successor == new.id
        );
        let begun = before.run(key.0).and_then(|run| run.detail.as_ref()?.begun);
        let is_begun_with = begun.is_none_or(|begun| begun > key.1);
        if attempts(before) == attempts(change.after) && is_begun_with && !took_over {
            return Err(Violation::new("I8", format!("run {} has a second child {}", key.0.0, key.1)));
        }
    }
    Ok(())
}
