//! What people do with triggers: switching them on and off, freeing them, asking for the past.

use std::sync::Arc;

use kapelle_engine::schedule::{self, Preview, Schedule, Wanted};
use kapelle_engine::triggers::{Kind, Trigger};
use kapelle_model::Millis;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::{Skip, SkipReason, TriggerKey, TriggerState};
use kapelle_store::document::Kind as Documents;
use kapelle_store::error::Result as Stored;
use kapelle_store::transaction::Over;
use kapelle_store::{StoreError, Transaction, Write};

use super::environment::with_environment;
use super::kept::{self, Changed, Kept, document_key};
use super::saved::{moment, next};
use super::scheduler::Call;
use super::ticks;
use crate::definitions::Definition;
use crate::runtime::Runtime;
use crate::shared::Shared;

/// A trigger that is kept where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TriggerRow {
    pub key: TriggerKey,
    pub state: TriggerState,
    /// When it is looked at next.
    pub due: Option<Millis>,
    pub updated: Millis,
}

/// Why nothing was done with a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTrigger {
    /// There is no such flow, or it has no such trigger.
    Missing,
    /// It is as it is, and so it cannot be done.
    Refused(String),
    Store(StoreError),
}

impl From<StoreError> for NoTrigger {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

type Done = Result<(), NoTrigger>;

impl Runtime {
    /// What is kept of a trigger.
    pub fn trigger(&self, key: &TriggerKey) -> Stored<Option<TriggerRow>> {
        Ok(Kept::read(&*self.shared.store, key)?.map(TriggerRow::of))
    }

    /// What is kept of triggers, by namespace, flow and id, after this one.
    pub fn triggers(
        &self,
        permit: &Permit,
        namespace: Option<&str>,
        after: Option<&TriggerKey>,
        limit: usize,
    ) -> Stored<Vec<TriggerRow>> {
        let after = after.map(document_key);
        let store = &self.shared.store;
        let page = store.documents(permit, Documents::Trigger, namespace, after.as_ref(), limit)?;
        page.iter().map(|document| Kept::of(document).map(TriggerRow::of)).collect()
    }

    /// Occurrences of a trigger that started nothing, after a moment, the oldest first.
    pub fn skips(&self, permit: &Permit, key: &TriggerKey, after: Millis, limit: usize) -> Stored<Vec<Skip>> {
        ticks::list(&*self.shared.store, permit, key, after, limit)
    }

    /// Switches a trigger on or off, whatever its flow says. One that is switched on again goes on from now.
    pub fn switch_trigger(&self, key: &TriggerKey, is_on: bool) -> Done {
        switch(&self.shared, key, is_on)
    }

    /// Frees a trigger from an execution that locks it.
    pub fn unlock_trigger(&self, key: &TriggerKey) -> Done {
        change(&self.shared, key, |trigger, kept| {
            let mut state = kept.state.clone();
            if !trigger.is_locked(&state) {
                return Err(refused("the trigger is not locked: no execution of it is running"));
            }
            state.open.clear();
            Ok(state)
        })
    }

    /// Forgets where a trigger stands that its flow does not declare any more.
    pub fn forget_trigger(&self, key: &TriggerKey) -> Done {
        let store = &self.shared.store;
        if find(&self.shared, key).is_ok() {
            let TriggerKey { namespace, flow, trigger, .. } = key;
            return Err(NoTrigger::Refused(format!(
                "trigger `{trigger}` of `{namespace}.{flow}` cannot be deleted because the flow still declares it"
            )));
        }
        if store.document(&document_key(key))?.is_none() {
            return Err(NoTrigger::Missing);
        }
        let write = Write::Remove { key: document_key(key), over: Over::Any };
        store.commit(Transaction::of(vec![write]))?;
        Ok(())
    }

    /// Lets a trigger begin anew, as if it had just been saved; what it remembers of its source stays.
    pub fn restart_trigger(&self, key: &TriggerKey) -> Done {
        let now = self.now();
        let (definition, _) = find(&self.shared, key)?;
        change(&self.shared, key, |trigger, kept| {
            let mut state = kept.state.clone();
            state.open.clear();
            state.caught_up = (0, 0);
            state.next = next(&self.shared, &definition, trigger, now).map_err(NoTrigger::Refused)?;
            Ok(state)
        })
    }

    /// Asks for the occurrences of a stretch of the past.
    pub fn backfill(&self, key: &TriggerKey, wanted: &Wanted) -> Done {
        let now = self.now();
        self.with_schedule(key, |definition, trigger, schedule| {
            change(&self.shared, key, |_, kept| {
                with_environment(&self.shared, definition, trigger, |environment| {
                    let moment = moment(&self.shared, now, now);
                    schedule.begin_backfill(&kept.state, wanted.clone(), moment, environment)
                })
                .map_err(NoTrigger::Refused)
            })
        })
    }

    /// How many occurrences a backfill would have.
    pub fn backfill_preview(
        &self,
        key: &TriggerKey,
        start: Millis,
        end: Millis,
    ) -> Result<Preview, NoTrigger> {
        let now = self.now();
        self.with_schedule(key, |definition, trigger, schedule| {
            with_environment(&self.shared, definition, trigger, |environment| {
                schedule.preview(start, end, moment(&self.shared, now, now), environment)
            })
            .map_err(NoTrigger::Refused)
        })
    }

    pub fn pause_backfill(&self, key: &TriggerKey) -> Done {
        change(&self.shared, key, |_, kept| schedule::pause(&kept.state).map_err(NoTrigger::Refused))
    }

    pub fn resume_backfill(&self, key: &TriggerKey) -> Done {
        change(&self.shared, key, |_, kept| schedule::unpause(&kept.state).map_err(NoTrigger::Refused))
    }

    pub fn cancel_backfill(&self, key: &TriggerKey) -> Done {
        change(&self.shared, key, |_, kept| schedule::cancel(&kept.state).map_err(NoTrigger::Refused))
    }

    fn with_schedule<T>(
        &self,
        key: &TriggerKey,
        use_it: impl FnOnce(&Definition, &Trigger, &Schedule) -> Result<T, NoTrigger>,
    ) -> Result<T, NoTrigger> {
        let (definition, place) = find(&self.shared, key)?;
        let trigger = &definition.plan.triggers[place];
        let Kind::Schedule(schedule) = trigger.kind else {
            return Err(refused("only schedules have a past that can be asked for"));
        };
        use_it(&definition, trigger, &definition.plan.schedules[schedule])
    }
}

/// Switches a trigger on or off. Of those that are not kept where they stand only this is.
pub(crate) fn switch(shared: &Shared, key: &TriggerKey, is_on: bool) -> Done {
    let (definition, place) = find(shared, key)?;
    let trigger = &definition.plan.triggers[place];
    let now = shared.clock.now();
    kept::change(&*shared.store, key, now, |kept| {
        let old = kept.map(|kept| &kept.state);
        if old.is_some_and(|old| old.is_disabled != is_on) {
            return Ok(None);
        }
        let mut state = old.cloned().unwrap_or_default();
        state.definition = trigger.definition;
        state.is_disabled = !is_on;
        state.stopped_by = None;
        let mut skipped = Vec::new();
        if is_on && trigger.has_state() {
            let missed = go_on(shared, &definition, trigger, &mut state, now);
            skipped.extend(missed.map_err(NoTrigger::Refused)?);
        }
        let with = ticks::record(&*shared.store, key, &mut state, &skipped, now)?;
        let due = if trigger.has_state() { trigger.due(&state, definition.plan.disabled) } else { None };
        Ok::<_, NoTrigger>(Some(Changed { state, due, with }))
    })?;
    shared.triggers.call(&shared.activity, Call::Changed(key.clone()));
    Ok(())
}

/// A trigger that was switched off goes on from now. The occurrences that it missed, if there are any.
pub(super) fn go_on(
    shared: &Shared,
    definition: &Definition,
    trigger: &Trigger,
    state: &mut TriggerState,
    now: Millis,
) -> Result<Option<Skip>, String> {
    let missed = std::mem::replace(&mut state.next, next(shared, definition, trigger, now)?);
    let words = || "the trigger was switched off".to_owned();
    Ok(missed.filter(|missed| *missed <= now).map(|from| Skip {
        from,
        until: now,
        count: 1,
        why: SkipReason::Disabled,
        words: words(),
    }))
}

/// Changes where a trigger stands, and has the scheduler look at it.
fn change(
    shared: &Shared,
    key: &TriggerKey,
    mut decide: impl FnMut(&Trigger, &Kept) -> Result<TriggerState, NoTrigger>,
) -> Done {
    let (definition, place) = find(shared, key)?;
    let trigger = &definition.plan.triggers[place];
    kept::change(&*shared.store, key, shared.clock.now(), |kept| {
        let state = decide(trigger, kept.ok_or(NoTrigger::Missing)?)?;
        let due = trigger.due(&state, definition.plan.disabled);
        Ok::<_, NoTrigger>(Some(Changed { state, due, with: Vec::new() }))
    })?;
    shared.triggers.call(&shared.activity, Call::Changed(key.clone()));
    Ok(())
}

fn find(shared: &Shared, key: &TriggerKey) -> Result<(Arc<Definition>, usize), NoTrigger> {
    let found = shared.definitions.find(&key.tenant, &key.namespace, &key.flow, None)?;
    let definition = found.ok_or(NoTrigger::Missing)?;
    let place = definition.plan.triggers.iter().position(|trigger| trigger.id == key.trigger);
    Ok((definition, place.ok_or(NoTrigger::Missing)?))
}

fn refused(words: &str) -> NoTrigger {
    NoTrigger::Refused(words.to_owned())
}

impl TriggerRow {
    fn of(kept: Kept) -> Self {
        let Kept { key, state, due, updated, .. } = kept;
        Self { key, state, due, updated }
    }
}
