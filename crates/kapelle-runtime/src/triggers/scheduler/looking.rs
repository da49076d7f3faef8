//! Triggers that look at the world: handing a look to a worker, and what came of it.

use std::sync::Arc;

use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Level;
use kapelle_model::trigger::{Firing, Skip, SkipReason, TriggerState};
use kapelle_model::{Failure, Map, Millis, Value};
use tokio_util::sync::CancellationToken;

use super::{Call, Decided, Letter, Outcome, Scheduler};
use crate::definitions::Definition;
use crate::triggers::kept::Kept;
use crate::triggers::looks::{Looked, Work, next, unknown_type};

impl Scheduler {
    /// Has a trigger look, or listen.
    pub(super) fn look_or_listen(&mut self, kept: Kept, definition: &Arc<Definition>, trigger: &Trigger) {
        let now = self.shared.clock.now();
        match self.shared.registry.find_trigger(&trigger.type_name) {
            Some(known) if known.is_realtime => {
                self.listen(&kept, definition, trigger);
                if kept.due.is_some() {
                    let state = TriggerState { next: None, ..kept.state.clone() };
                    self.keep(Decided::of(kept, state, None));
                }
            }
            Some(_) if trigger.is_locked(&kept.state) => {}
            Some(_) => self.look(kept, definition, now),
            None => {
                let message = unknown_type(&trigger.type_name).message.masked().clone();
                let is_told = kept.state.skipping.is_some_and(|(_, why)| why == SkipReason::Failed);
                if !is_told || kept.due.is_some() {
                    self.log(&kept.key, trigger, Level::Error, &message);
                    let state = TriggerState { next: None, evaluated: Some(now), ..kept.state.clone() };
                    let skip = failed(now, message);
                    self.keep(Decided { skipped: vec![skip], ..Decided::of(kept, state, None) });
                }
            }
        }
    }

    /// Hands a look to a worker.
    fn look(&mut self, kept: Kept, definition: &Arc<Definition>, now: Millis) {
        let stop = CancellationToken::new();
        let id = self.shared.ids.fresh(now);
        self.memory.take_in_hand(kept.key.clone());
        self.memory.looks(kept.key.clone(), stop.clone());
        let work = Arc::new(Work {
            shared: Arc::clone(&self.shared),
            key: kept.key.clone(),
            definition: Arc::clone(definition),
            id,
            stop,
        });
        let (calls, activity) = (self.calls.clone(), Arc::clone(&self.shared.activity));
        let slots = Arc::clone(&self.shared.triggers.looks);
        let handle = self.shared.workers.handle().clone();
        let at_work = Arc::clone(&work);
        let cursor = kept.state.cursor.clone();
        let (busy, until_told) = (activity.begin(), activity.begin());
        let looking = handle.spawn(async move {
            // It is never closed.
            let _permit = slots.acquire_owned().await;
            at_work.look(cursor, busy).await
        });
        handle.spawn(async move {
            let _until_told = until_told;
            let looked = looking.await.unwrap_or_else(|_| {
                Looked::Failed(Failure::new("the trigger ended by a mistake in its program"))
            });
            let call = Call::Looked(Box::new((kept, work, looked)));
            // The scheduler may have ended.
            let _ended = calls.send(Letter { call, busy: activity.begin() });
        });
    }

    /// What came of a look.
    pub(super) fn looked(&mut self, kept: Kept, work: &Arc<Work>, looked: Looked) {
        let (key, definition) = (kept.key.clone(), &work.definition);
        self.memory.let_go(&key);
        self.memory.has_looked(&key);
        let Some(trigger) = definition.plan.trigger(&key.trigger) else { return };
        let now = self.shared.clock.now();
        let next = Some(next(trigger, now));
        let state = TriggerState { next, evaluated: Some(now), ..kept.state.clone() };
        if matches!(looked, Looked::Failed(_)) {
            self.throw_away(work);
        }
        let mut outcome = Outcome { state, firing: None, skipped: Vec::new() };
        match looked {
            Looked::Found(firing, cursor) => {
                outcome.state.cursor = cursor;
                outcome.state.date = Some(now);
                outcome.firing = Some(*firing);
            }
            Looked::Nothing(cursor) => {
                outcome.state.cursor = cursor;
                outcome.state.skipping = None;
            }
            Looked::Held(words) => {
                outcome.skipped =
                    vec![Skip { from: now, until: now, count: 1, why: SkipReason::Condition, words }];
            }
            Looked::Failed(failure) if trigger.fails_in_the_open => outcome.firing = Some(open(failure)),
            Looked::Failed(failure) => {
                outcome.skipped = vec![failed(now, failure.message.masked().clone())];
            }
        }
        self.settle(kept, definition, trigger, outcome, work.id, Some(work));
    }

    /// What became of a trigger that found something is on the disk: its plugin may do what had to wait for that.
    pub(super) fn found(&mut self, work: &Arc<Work>, cursor: Option<Value>) {
        self.memory.take_in_hand(work.key.clone());
        let (calls, activity) = (self.calls.clone(), Arc::clone(&self.shared.activity));
        let (work, busy, until_told) = (Arc::clone(work), activity.begin(), activity.begin());
        let handle = self.shared.workers.handle().clone();
        handle.clone().spawn(async move {
            let (key, _until_told) = (work.key.clone(), until_told);
            // What panics has not done it, and it comes again with the next look.
            let _panicked = handle.spawn(async move { work.settle(cursor, busy).await }).await;
            // The scheduler may have ended.
            let _ended = calls.send(Letter { call: Call::Settled(key), busy: activity.begin() });
        });
    }

    /// Nothing comes of what a look found.
    pub(super) fn throw_away(&self, work: &Arc<Work>) {
        let (work, busy) = (Arc::clone(work), self.shared.activity.begin());
        self.shared.workers.handle().spawn(async move { work.throw_away(busy).await });
    }
}

/// An execution that shows a failure.
fn open(failure: Failure) -> Firing {
    Firing {
        variables: Map::new(),
        inputs: Map::new(),
        labels: Vec::new(),
        date: None,
        identity: String::new(),
        failure: Some(failure),
    }
}

fn failed(at: Millis, words: String) -> Skip {
    Skip { from: at, until: at, count: 1, why: SkipReason::Failed, words }
}
