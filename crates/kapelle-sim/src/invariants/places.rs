//! `I7` and `I11`: places and counters.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_engine::limits::Limits;
use kapelle_engine::plan::Plan;
use kapelle_model::event::Event;
use kapelle_model::execution::Slot;
use kapelle_model::task_run::Hold;
use kapelle_model::{ExecutionId, State};

use super::{Change, Holds, Violation, Witness};
use crate::world::disk::{Disk, Row};

impl Witness {
    /// Keeps in mind who works on what was taken away.
    pub(super) fn follow_strays(&mut self, change: &Change<'_>) {
        let Some(before) = change.before else { return };
        let id = before.birth.id;
        let held = before.runs.iter().filter(|run| run.hold != Hold::Free);
        let gone = held.filter(|run| change.after.run(run.index).is_none());
        self.strays.extend(gone.map(|run| (id, run.index, run.fence)));
        if let Some(event) = change.event {
            self.confirm(id, event);
        }
    }

    /// Somebody told that it does not work any more.
    pub(super) fn confirm(&mut self, id: ExecutionId, event: &Event) {
        if let Event::Finished { run, fence, .. } | Event::Lost { run, fence } = event {
            self.strays.remove(&(id, *run, *fence));
        }
    }

    /// Who works for a flow with a limit holds a place of it.
    pub(super) fn are_held_by_who_works(&self, change: &Change<'_>) -> Holds {
        let is_counted = change.plan.concurrency.is_some() && change.after.birth.scope.is_none();
        let holds = matches!(change.after.head.slot, Slot::Held | Slot::Forced);
        let stray = self.strays.iter().find(|(id, ..)| *id == change.after.birth.id);
        if let Some((_, run, _)) = stray.filter(|_| is_counted && !holds && worked(change)) {
            return Err(Violation::new(
                "I7",
                format!("somebody works on run {}, which is gone, without a place", run.0),
            ));
        }
        are_held(change)
    }
}

/// It was let run since it was created or opened again.
fn worked(change: &Change<'_>) -> bool {
    let states: Vec<State> = change.after.head.history.entries().map(|(state, _)| state).collect();
    let mut in_generation = states.iter().rev().take_while(|state| **state != State::Restarted);
    in_generation.any(|state| *state == State::Running)
}

fn are_held(change: &Change<'_>) -> Holds {
    let execution = change.after;
    let is_counted = change.plan.concurrency.is_some() && execution.birth.scope.is_none();
    if !is_counted {
        return match execution.head.slot {
            Slot::None => Ok(()),
            slot => Err(Violation::new("I7", format!("there is no limit, and its place is {slot:?}"))),
        };
    }
    let holds = matches!(execution.head.slot, Slot::Held | Slot::Forced);
    let runs = matches!(
        execution.state(),
        State::Running | State::Paused | State::Retrying | State::Killing | State::Breakpoint
    );
    if runs && !holds {
        return Err(Violation::new("I7", format!("it is {} without a place", execution.state().name())));
    }
    // What was refused a place may do what comes after its end; that was never more than it.
    if let Some(run) = execution.runs.iter().find(|run| run.hold != Hold::Free && !holds && worked(change)) {
        return Err(Violation::new(
            "I7",
            format!("somebody works on `{}`, and its place is given away", run.task),
        ));
    }
    Ok(())
}

/// No more hold places than there are, and the limits know of all who do.
pub(super) fn are_enough(plans: &BTreeMap<Arc<str>, Plan>, disk: &Disk, limits: &Limits) -> Holds {
    for (flow, plan) in plans {
        let Some(concurrency) = &plan.concurrency else { continue };
        let of_flow = |row: &&Row| row.flow == *flow && row.execution.birth.scope.is_none();
        let held = disk.rows.values().filter(of_flow).filter(|row| row.execution.head.slot == Slot::Held);
        let name = format!("{}.{flow}", plan.namespace);
        let known: Vec<_> = limits.holders(&name).collect();
        let mut count = 0;
        for row in held {
            count += 1;
            if !known.contains(&row.execution.birth.id) {
                return Err(Violation::new(
                    "I7",
                    format!("{} holds a place that nobody counts", row.lineage),
                ));
            }
        }
        if count > concurrency.limit {
            return Err(Violation::new(
                "I7",
                format!("{count} of {flow} run, and {} may", concurrency.limit),
            ));
        }
    }
    Ok(())
}

/// Counters equal recounts.
pub(super) fn are_counted(disk: &Disk) -> Holds {
    let mut recount: BTreeMap<(Arc<str>, State), i64> = BTreeMap::new();
    for row in disk.rows.values() {
        *recount.entry((Arc::clone(&row.flow), row.execution.state())).or_default() += 1;
    }
    for (key, count) in &disk.counts {
        let real = recount.get(key).copied().unwrap_or(0);
        if real != *count {
            let words = format!("{count} of {} are counted as {}, and {real} are", key.0, key.1.name());
            return Err(Violation::new("I11", words));
        }
    }
    match recount.keys().find(|key| !disk.counts.contains_key(key)) {
        Some(key) => Err(Violation::new("I11", format!("nobody counts {} as {}", key.0, key.1.name()))),
        None => Ok(()),
    }
}
