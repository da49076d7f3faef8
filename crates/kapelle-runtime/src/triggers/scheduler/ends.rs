//! Executions that triggers started and that have come to their ends.

use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Level;
use kapelle_model::trigger::TriggerState;
use kapelle_model::{ExecutionId, State};
use kapelle_store::error::Result;

use super::{Decided, End, Scheduler};
use crate::shared::Shared;
use crate::triggers::kept::Kept;
use crate::triggers::looks::next;
use crate::triggers::orders::go_on;

impl Scheduler {
    /// Looks whether executions that lock a trigger are over without anybody having told. Whether one was.
    pub(super) fn tell_ends(&mut self, kept: &Kept) -> bool {
        let mut has_told = false;
        for execution in kept.state.open.clone() {
            match end_of(&self.shared, execution) {
                Ok(None) => {}
                Ok(Some(state)) => {
                    has_told = true;
                    self.ended(&End { key: kept.key.clone(), execution, state });
                }
                Err(error) => self.trouble(&error),
            }
        }
        has_told
    }

    /// An execution that a trigger started is over: it is free again, or switched off.
    pub(super) fn ended(&mut self, end: &End) {
        if let Err(error) = self.free(end) {
            self.trouble(&error);
        }
    }

    fn free(&mut self, end: &End) -> Result<()> {
        let Some(kept) = Kept::read(&*self.shared.store, &end.key)? else { return Ok(()) };
        let Some(definition) = self.definition(&end.key) else { return Ok(()) };
        let Some(trigger) = definition.plan.trigger(&end.key.trigger) else { return Ok(()) };
        let now = self.shared.clock.now();
        let mut state = after(trigger, &kept.state, end);
        if state == kept.state {
            return Ok(());
        }
        if trigger.is_locked(&kept.state) && !trigger.is_locked(&state) && !trigger.is_schedule() {
            state.next = Some(next(trigger, now));
        }
        let mut skipped = Vec::new();
        if kept.state.is_disabled && !state.is_disabled {
            match go_on(&self.shared, &definition, trigger, &mut state, now) {
                Ok(missed) => skipped.extend(missed),
                Err(reason) => self.log(&end.key, trigger, Level::Error, &reason),
            }
        }
        if state.is_disabled != kept.state.is_disabled {
            let words = if state.is_disabled { "switched off" } else { "switched on" };
            let message = format!("{words}: execution {} ended {}", end.execution, end.state.name());
            self.log(&end.key, trigger, Level::Info, &message);
        }
        let due = trigger.due(&state, definition.plan.disabled);
        self.keep(Decided { end: Some(end.clone()), skipped, ..Decided::of(kept, state, due) });
        Ok(())
    }
}

/// Where a trigger stands after an end.
fn after(trigger: &Trigger, state: &TriggerState, end: &End) -> TriggerState {
    let mut state = state.clone();
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
