//! One trigger whose moment has come, or that somebody changed.

use std::sync::Arc;

use kapelle_engine::triggers::{Kind, Trigger};
use kapelle_model::effect::Level;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::{Firing, TriggerKey, TriggerState};
use kapelle_model::{Map, Millis};
use kapelle_store::document::{Document, Kind as Documents};
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;
use kapelle_store::{Transaction, Write};

use super::{Decided, Outcome, RECHECK_MILLIS, Scheduler};
use crate::definitions::Definition;
use crate::shared::News;
use crate::triggers::environment::with_environment;
use crate::triggers::hearing::missed;
use crate::triggers::kept::{Kept, document_key};
use crate::triggers::saved::moment;
use crate::triggers::ticks;

/// Documents that are read at once when all are gone through.
const PAGE: usize = 1_000;

impl Scheduler {
    /// Goes through all triggers once: what the process before left is taken up.
    pub(super) fn begin(&mut self) {
        let now = self.shared.clock.now();
        self.memory.latest = now;
        self.each(|scheduler, kept| {
            let is_idle = kept.due.is_none() && !kept.state.is_disabled;
            if kept.state.evaluated.is_some_and(|evaluated| evaluated > now) {
                scheduler.turn_back(kept, now);
            } else if !kept.state.open.is_empty() || is_idle {
                scheduler.changed(&kept.key.clone());
            }
        });
        self.sweep();
        self.look_around();
    }

    /// The clock went back: what is planned for a time that comes again is planned anew.
    pub(super) fn rewind(&mut self, now: Millis) {
        self.shared.news(&News::Alarm("the clock went back; all triggers are planned anew"));
        self.each(|scheduler, kept| scheduler.turn_back(kept, now));
    }

    fn each(&mut self, mut visit: impl FnMut(&mut Self, Kept)) {
        let permit = Permit::system("the scheduler goes through all triggers");
        let mut after = None;
        loop {
            let store = &self.shared.store;
            let page = match store.documents(&permit, Documents::Trigger, None, after.as_ref(), PAGE) {
                Ok(page) => page,
                Err(error) => return self.trouble(&error),
            };
            let Some(last) = page.last() else { return };
            after = Some(last.key.clone());
            for document in &page {
                match Kept::of(document) {
                    Ok(kept) => visit(self, kept),
                    Err(error) => self.shared.news(&News::Alarm(&error.to_string())),
                }
            }
        }
    }

    fn turn_back(&mut self, kept: Kept, now: Millis) {
        if self.memory.has(&kept.key) {
            return self.memory.note_change(&kept.key);
        }
        let Some(definition) = self.definition(&kept.key) else { return };
        let Some(trigger) = definition.plan.trigger(&kept.key.trigger) else { return };
        if let Err(error) = ticks::withdraw(&*self.shared.store, &kept.key, now) {
            return self.trouble(&error);
        }
        let mut state = kept.state.clone();
        if let Kind::Schedule(place) = trigger.kind {
            let schedule = &definition.plan.schedules[place];
            let moment = moment(&self.shared, now, now);
            state = with_environment(&self.shared, &definition, trigger, |environment| {
                schedule.rewound(&state, moment, environment)
            });
        } else {
            state.next = state.next.map(|next| next.min(now));
        }
        state.evaluated = Some(now);
        let due = trigger.due(&state, definition.plan.disabled);
        self.keep(Decided::of(kept, state, due));
    }

    /// The latest revision of the flow of a trigger. If there is none, nothing is kept of its triggers.
    pub(super) fn definition(&mut self, key: &TriggerKey) -> Option<Arc<Definition>> {
        let found = self.shared.definitions.find(&key.tenant, &key.namespace, &key.flow, None);
        match found {
            Ok(Some(definition)) if definition.plan.trigger(&key.trigger).is_some() => Some(definition),
            Ok(_) => {
                self.remove(key);
                None
            }
            Err(error) => {
                self.trouble(&error);
                None
            }
        }
    }

    fn remove(&mut self, key: &TriggerKey) {
        self.memory.stop_listening(key);
        self.memory.stop_look(key);
        let removal = Write::Remove { key: document_key(key), over: Over::Any };
        if let Err(error) = self.shared.store.commit(Transaction::of([removal])) {
            self.trouble(&error);
        }
    }

    /// Looks at a trigger whose moment has come.
    pub(super) fn attend(&mut self, document: &Document, now: Millis) {
        let kept = match Kept::of(document) {
            Ok(kept) => kept,
            Err(error) => return self.shared.news(&News::Alarm(&error.to_string())),
        };
        if self.memory.has(&kept.key) {
            return;
        }
        self.memory.about = Some(kept.key.clone());
        if let Some(definition) = self.definition(&kept.key) {
            // What stumbles is left alone: it stays in hand.
            self.memory.take_in_hand(kept.key.clone());
            let key = kept.key.clone();
            self.attend_to(kept, &definition, now);
            self.memory.let_go(&key);
            self.memory.about = None;
            self.after(&key);
        }
        self.memory.about = None;
    }

    fn attend_to(&mut self, kept: Kept, definition: &Arc<Definition>, now: Millis) {
        let Some(trigger) = definition.plan.trigger(&kept.key.trigger) else { return };
        if trigger.is_off(&kept.state, definition.plan.disabled) {
            let state = kept.state.clone();
            return self.keep(Decided::of(kept, state, None));
        }
        if trigger.is_locked(&kept.state) {
            if self.find_ends(&kept) {
                return self.take_ends(&kept.key);
            }
            let state = kept.state.clone();
            return self.keep(Decided::of(kept, state, Some(now.plus(RECHECK_MILLIS))));
        }
        match trigger.kind {
            Kind::Schedule(place) => self.turn(kept, definition, trigger, place, now),
            Kind::Plugin => self.look_or_listen(kept, definition, trigger),
            Kind::Flow(place) => self.window_ended(kept, definition, trigger, place),
            Kind::Webhook | Kind::Tool => {
                let state = kept.state.clone();
                self.keep(Decided::of(kept, state, None));
            }
        }
    }

    /// A schedule whose date has come.
    fn turn(
        &mut self,
        kept: Kept,
        definition: &Arc<Definition>,
        trigger: &Trigger,
        place: usize,
        now: Millis,
    ) {
        let schedule = &definition.plan.schedules[place];
        let moment = moment(&self.shared, now, kept.since(&self.shared));
        let turn = with_environment(&self.shared, definition, trigger, |environment| {
            schedule.turn(&kept.state, moment, environment)
        });
        for warning in &turn.warnings {
            self.log(&kept.key, trigger, Level::Warn, warning);
        }
        let outcome = Outcome { state: turn.state, firing: turn.firing, skipped: turn.skipped };
        let id = self.shared.ids.fresh(now);
        self.settle(kept, definition, trigger, outcome, id, None);
    }

    /// A Flow trigger one of whose windows has ended.
    fn window_ended(&mut self, kept: Kept, definition: &Arc<Definition>, trigger: &Trigger, place: usize) {
        let now = self.shared.clock.now();
        let flow_trigger = &definition.plan.flow_triggers[place];
        let zone = &self.shared.settings.zone;
        let ended = kept.state.next.and_then(|next| flow_trigger.next_end(next.plus(-2), zone));
        let missed = ended.map(|ended| missed(&self.shared, definition, trigger, place, ended));
        let missed = match missed.transpose() {
            Ok(missed) => missed.flatten(),
            Err(error) => return self.trouble(&error),
        };
        let next = flow_trigger.next_end(now, zone).map(|stretch| stretch.end.plus(1));
        let state = TriggerState { next, evaluated: Some(now), ..kept.state.clone() };
        let firing = missed.map(|miss| Firing {
            variables: Map::new(),
            inputs: Map::new(),
            labels: miss.labels,
            date: None,
            identity: miss.identity,
            failure: Some(miss.failure),
        });
        let outcome = Outcome { state, firing, skipped: Vec::new() };
        let id = self.shared.ids.fresh(now);
        self.settle(kept, definition, trigger, outcome, id, None);
    }

    /// Somebody else changed a trigger, or its flow.
    pub(super) fn changed(&mut self, key: &TriggerKey) {
        match self.look_again(key) {
            Ok(()) => {}
            Err(error) => self.trouble(&error),
        }
    }

    fn look_again(&mut self, key: &TriggerKey) -> Result<()> {
        let Some(kept) = Kept::read(&*self.shared.store, key)? else {
            self.memory.stop_look(key);
            self.memory.stop_listening(key);
            return Ok(());
        };
        let Some(definition) = self.definition(key) else { return Ok(()) };
        let Some(trigger) = definition.plan.trigger(&key.trigger) else { return Ok(()) };
        let is_off = trigger.is_off(&kept.state, definition.plan.disabled);
        let is_other = |definition: u64| is_off || definition != trigger.definition;
        if self.memory.listening.get(key).is_some_and(|listens| is_other(listens.definition)) {
            self.memory.stop_listening(key);
        }
        if self.memory.has(key) {
            if is_other(kept.state.definition) {
                self.memory.stop_look(key);
            }
            self.memory.note_change(key);
            return Ok(());
        }
        if !is_off && trigger.is_locked(&kept.state) && self.find_ends(&kept) {
            self.take_ends(key);
            return Ok(());
        }
        if let Some(due) = kept.due {
            self.wake_at(due);
        } else if !is_off && trigger.kind == Kind::Plugin {
            self.look_or_listen(kept, &definition, trigger);
        }
        Ok(())
    }
}
