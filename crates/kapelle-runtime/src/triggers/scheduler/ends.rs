//! Executions that triggers started and that have come to their ends.

use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Level;
use kapelle_model::trigger::{TriggerKey, TriggerState};
use kapelle_model::{ExecutionId, State};
use kapelle_store::error::Result;

use super::{Decided, End, Scheduler};
use crate::definitions::Definition;
use crate::shared::Shared;
use crate::triggers::kept::Kept;
use crate::triggers::looks::next;
use crate::triggers::orders::go_on;

impl Scheduler {
    /// Looks whether executions that lock a trigger are over without anybody having told. Whether one was.
    pub(super) fn find_ends(&mut self, kept: &Kept) -> bool {
        for execution in &kept.state.open {
            match end_of(&self.shared, *execution) {
                Ok(None) => {}
                Ok(Some(state)) => {
                    self.memory.note_end(End { key: kept.key.clone(), execution: *execution, state });
                }
                Err(error) => self.trouble(&error),
            }
        }
        self.memory.has_ends(&kept.key)
    }

    /// An execution that a trigger started is over. While something else is on its way for the trigger, that waits.
    pub(super) fn ended(&mut self, end: End) {
        let key = end.key.clone();
        self.memory.note_end(end);
        if !self.memory.has(&key) {
            self.take_ends(&key);
        }
    }

    /// Frees a trigger from all executions that are over, or switches it off.
    pub(super) fn take_ends(&mut self, key: &TriggerKey) {
        if let Err(error) = self.free(key) {
            self.trouble(&error);
        }
    }

    fn free(&mut self, key: &TriggerKey) -> Result<()> {
        let Some(kept) = Kept::read(&*self.shared.store, key)? else {
            self.memory.take_ends(key);
            return Ok(());
        };
        let Some(definition) = self.definition(key) else { return Ok(()) };
        let Some(trigger) = definition.plan.trigger(&key.trigger) else { return Ok(()) };
        let ends = self.memory.take_ends(key);
        let state = ends.iter().fold(kept.state.clone(), |state, end| after(trigger, state, end));
        if state != kept.state {
            let decided = self.freed(kept, state, &definition, trigger);
            self.keep(Decided { ends, ..decided });
        }
        Ok(())
    }

    /// What follows from where a trigger stands after ends.
    fn freed(
        &self,
        kept: Kept,
        mut state: TriggerState,
        definition: &Definition,
        trigger: &Trigger,
    ) -> Decided {
        let now = self.shared.clock.now();
        let key = &kept.key;
        if trigger.is_locked(&kept.state) && !trigger.is_locked(&state) && !trigger.is_schedule() {
            state.next = Some(next(trigger, now));
        }
        let mut skipped = Vec::new();
        if kept.state.is_disabled && !state.is_disabled {
            self.log(key, trigger, Level::Info, "switched on by an end in another state");
            match go_on(&self.shared, definition, trigger, &mut state, now) {
                Ok(missed) => skipped.extend(missed),
                Err(reason) => self.log(key, trigger, Level::Error, &reason),
            }
        }
        if let Some(stopped_by) = state.stopped_by.filter(|_| !kept.state.is_disabled) {
            let message =
                format!("switched off: execution {stopped_by} ended in a state that it stops after");
            self.log(key, trigger, Level::Info, &message);
        }
        let due = trigger.due(&state, definition.plan.disabled);
        Decided { skipped, ..Decided::of(kept, state, due) }
    }
}

/// Where a trigger stands after an end.
fn after(trigger: &Trigger, mut state: TriggerState, end: &End) -> TriggerState {
    state.open.retain(|open| *open != end.execution);
    if trigger.stop_after.is_empty() {
        return state;
    }
    if trigger.stop_after.contains(&end.state) {
        if !state.is_disabled {
            state.is_disabled = true;
            state.stopped_by = Some(end.execution);
        }
    } else if state.stopped_by.take().is_some() {
        state.is_disabled = false;
    }
    state
}

/// The state in which an execution is over; one that is gone counts as killed.
fn end_of(shared: &Shared, id: ExecutionId) -> Result<Option<State>> {
    let Some(header) = shared.store.header(id)? else { return Ok(Some(State::Killed)) };
    let state = header.head.history.current();
    let before = ExecutionId(id.0.saturating_sub(1));
    let is_unfinished = shared.store.unfinished(Some(before), 1)?.first() == Some(&id);
    Ok((state.is_terminal() && !is_unfinished).then_some(state))
}
