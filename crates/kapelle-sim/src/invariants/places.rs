//! `I7` and `I11`: places and counters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_engine::limits::{LimitName, Limits};
use kapelle_engine::plan::Plan;
use kapelle_model::event::Event;
use kapelle_model::execution::{Execution, Slot};
use kapelle_model::task_run::Hold;
use kapelle_model::{ExecutionId, State};

use super::{Change, Holds, Violation, Witness};
use crate::world::disk::Disk;
use crate::world::flows::{Flows, LANE};

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

impl Witness {
    /// Nobody got a place that was not there, the limits know of all who have one, and nobody waits while there is one. What
    /// is a limit now says the latest revision; whoever got a place before keeps it.
    pub(super) fn are_enough(&mut self, flows: &Flows, disk: &Disk, limits: &Limits) -> Holds {
        let mut holders = BTreeSet::new();
        for (id, row) in disk.rows.iter().filter(|(_, row)| row.execution.birth.scope.is_none()) {
            let wrong = |words: String| Err(Violation::new("I7", format!("{} {words}", row.lineage)));
            let (execution, held, waited) = (&row.execution, limits.held_by(*id), limits.waited_for(*id));
            let places = Places { latest: flows.latest(&row.flow), disk, limits };
            if held.iter().chain(waited).any(|name| !places.is_named(name, execution)) {
                return wrong(format!("has another key than {held:?} {waited:?}"));
            }
            let slot = execution.head.slot;
            if !held.is_empty() {
                holders.insert(*id);
                let is_new = slot != Slot::Forced && !self.holders.contains(id);
                if is_new && !held.iter().all(|name| places.are_kept(name)) {
                    return wrong(format!("got a place beyond the limit of {}", row.flow));
                }
            } else if matches!(slot, Slot::Held | Slot::Forced) {
                return wrong("holds a place that nobody counts".to_owned());
            } else if !waited.is_empty() && waited.iter().all(|name| places.are_left(name)) {
                return wrong("waits, and there is a place".to_owned());
            } else if execution.state() == State::Queued && waited.is_empty() {
                return wrong("is queued, and is in no queue".to_owned());
            }
        }
        self.holders = holders;
        Ok(())
    }
}

/// The places of a flow, as its latest revision has them.
struct Places<'a> {
    latest: &'a Plan,
    disk: &'a Disk,
    limits: &'a Limits,
}

impl Places<'_> {
    /// Whether the name is that of an execution with these labels. After its end they may be others.
    fn is_named(&self, name: &LimitName, execution: &Execution) -> bool {
        let key = self.latest.concurrency.as_ref().and_then(|concurrency| concurrency.key.as_ref());
        let lane = || execution.head.labels.iter().find(|(name, _)| &**name == "lane");
        let wanted = key
            .filter(|key| *key.source == *LANE)
            .map(|_| lane().map_or_else(|| "none".to_owned(), |(_, lane)| lane.to_string()));
        execution.state().is_terminal() || name.key.as_deref() == wanted.as_deref()
    }

    fn size(&self) -> usize {
        self.latest.concurrency.as_ref().map_or(usize::MAX, |concurrency| concurrency.limit as usize)
    }

    /// No more got places than there are.
    fn are_kept(&self, name: &LimitName) -> bool {
        let is_forced = |id: &ExecutionId| self.disk.rows[id].execution.head.slot == Slot::Forced;
        self.limits.holders(name).filter(|id| !is_forced(id)).count() <= self.size()
    }

    fn are_left(&self, name: &LimitName) -> bool {
        self.limits.holders(name).count() < self.size()
    }
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
