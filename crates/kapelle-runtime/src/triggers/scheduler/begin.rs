//! What follows from a look at a trigger, and the execution that it starts.

use std::sync::Arc;

use kapelle_engine::creation::Rejected;
use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::{Level, Request};
use kapelle_model::execution::{Origin, Start, StartReason};
use kapelle_model::trigger::{Firing, Skip, SkipReason, TriggerKey, TriggerState};
use kapelle_model::{ExecutionId, Millis};
use kapelle_store::transaction::{Once, OnceKind};
use kapelle_store::{StoreError, Write};

use super::{Call, Decided, Letter, Outcome, RECHECK_MILLIS, Scheduler};
use crate::births::{Asker, Unborn, make};
use crate::clock::timestamp;
use crate::definitions::Definition;
use crate::message::{Answer, Declined, Message, Newborn};
use crate::shared::Shared;
use crate::triggers::looks::Work;

/// How long an occurrence is remembered: longer than a clock goes back, and than a source tells an event again.
const REMEMBERED_MILLIS: i64 = 48 * 3_600_000;

impl Scheduler {
    /// Has everything written that follows from a look, together with the execution, if one starts.
    pub(super) fn settle(
        &mut self,
        kept: super::Kept,
        definition: &Arc<Definition>,
        trigger: &Trigger,
        outcome: Outcome,
        id: ExecutionId,
        work: Option<&Arc<Work>>,
    ) {
        let now = self.shared.clock.now();
        let Outcome { mut state, firing, skipped } = outcome;
        let is_disabled = definition.plan.disabled;
        let Some(firing) = firing else {
            let due = trigger.due(&state, is_disabled);
            return self.keep(Decided { skipped, ..Decided::of(kept, state, due) });
        };
        match newborn(&self.shared, &kept.key, definition, trigger, &firing, id) {
            Ok(newborn) => {
                state.fired = Some(now);
                if trigger.remembers(&kept.state) {
                    state.open.push(id);
                }
                let recheck = trigger.is_locked(&state).then(|| now.plus(RECHECK_MILLIS));
                let due = recheck.or_else(|| trigger.due(&state, is_disabled));
                let line = (trigger.least_level <= Level::Info).then(|| started(&firing, id, now));
                let work = work.cloned();
                let decided = Decided { line, skipped, work, ..Decided::of(kept, state, due) };
                self.bear(newborn, decided, &firing, id);
            }
            Err(unborn) => {
                let request = request(&kept.key, trigger, &firing, id);
                let words = format!("it could not start: {}", unborn.failure(&request).message.masked());
                let at = firing.date.unwrap_or(now);
                self.log(&kept.key, trigger, Level::Error, &words);
                let failed = Skip { from: at, until: at, count: 1, why: SkipReason::Failed, words };
                let due = trigger.due(&state, is_disabled);
                let skipped = skipped.into_iter().chain([failed]).collect();
                self.keep(Decided { skipped, ..Decided::of(kept, state, due) });
            }
        }
    }

    /// Hands an execution to its owner, who writes what became of the trigger together with it.
    fn bear(&mut self, newborn: Newborn, mut decided: Decided, firing: &Firing, id: ExecutionId) {
        let now = self.shared.clock.now();
        let mut with = match self.writes(&mut decided, now) {
            Ok(with) => with,
            Err(error) => return self.trouble(&error),
        };
        with.extend(once(&decided.kept.key, firing, id, now));
        self.memory.take_in_hand(decided.kept.key.clone());
        let answer = self.answer(decided);
        self.shared.tell(Message::Adopt(Box::new(Newborn { with, answer: Some(answer), ..newborn })));
    }

    /// Tells the scheduler what became of an execution.
    fn answer(&self, decided: Decided) -> Answer {
        let (calls, activity) = (self.calls.clone(), Arc::clone(&self.shared.activity));
        Box::new(move |result| {
            let result = result.map_err(|declined| match declined {
                Declined::Store(error) => error,
                Declined::Missing | Declined::Refused(_) => {
                    StoreError::Unknown("the execution was not kept".to_owned())
                }
            });
            let call = Call::Written(Box::new(decided), result);
            // It may have ended.
            let _ended = calls.send(Letter { call, busy: activity.begin() });
        })
    }

    /// There is an execution for the occurrence already: the trigger goes on without another one.
    pub(super) fn happened(&mut self, decided: Decided) {
        let Decided { kept, state, .. } = decided;
        let Some(definition) = self.definition(&kept.key) else { return };
        let Some(trigger) = definition.plan.trigger(&kept.key.trigger) else { return };
        let state = TriggerState {
            open: kept.state.open.clone(),
            fired: kept.state.fired,
            skipping: kept.state.skipping,
            ..state
        };
        let at = state.date.unwrap_or_else(|| self.shared.clock.now());
        let words = "there is an execution for it already".to_owned();
        let skip = Skip { from: at, until: at, count: 1, why: SkipReason::Happened, words };
        let due = trigger.due(&state, definition.plan.disabled);
        self.keep(Decided { skipped: vec![skip], ..Decided::of(kept, state, due) });
    }
}

/// An execution of a firing. What is wrong with its inputs makes it one that failed.
pub(in crate::triggers) fn newborn(
    shared: &Shared,
    key: &TriggerKey,
    definition: &Definition,
    trigger: &Trigger,
    firing: &Firing,
    id: ExecutionId,
) -> std::result::Result<Newborn, Unborn> {
    let mut request = request(key, trigger, firing, id);
    request.revision = Some(definition.plan.revision);
    let asker = Asker::Trigger(firing.failure.clone());
    match make(shared, &key.tenant, &request, &asker) {
        Err(Unborn::Rejected(rejected @ Rejected::Inputs(_))) => {
            request.resolves = false;
            make(shared, &key.tenant, &request, &Asker::Trigger(Some(rejected.failure())))
        }
        result => result,
    }
}

fn request(key: &TriggerKey, trigger: &Trigger, firing: &Firing, id: ExecutionId) -> Request {
    let from = (Arc::from("system.from"), Arc::from("trigger"));
    Request {
        inputs: Arc::new(firing.inputs.clone()),
        labels: firing.labels.iter().cloned().chain([from]).collect(),
        origin: Some(Origin {
            id: Arc::clone(&trigger.id),
            type_name: Arc::clone(&trigger.written_type),
            variables: Arc::new(firing.variables.clone()),
        }),
        start: firing.date.map(|at| Start { at, reason: StartReason::Scheduled }),
        priority: trigger.priority,
        ..Request::new(id, Arc::clone(&key.namespace), Arc::clone(&key.flow))
    }
}

/// Sees to it that there is one execution for an occurrence that has a name.
pub(in crate::triggers) fn once(
    key: &TriggerKey,
    firing: &Firing,
    id: ExecutionId,
    now: Millis,
) -> Option<Write> {
    let TriggerKey { tenant, namespace, flow, trigger } = key;
    (!firing.identity.is_empty()).then(|| {
        Write::Once(Once {
            kind: OnceKind::Occurrence,
            key: format!("{tenant}/{namespace}/{flow}/{trigger}@{}", firing.identity),
            result: id.to_string().into_bytes(),
            until: now.plus(REMEMBERED_MILLIS),
        })
    })
}

fn started(firing: &Firing, id: ExecutionId, now: Millis) -> String {
    let date = firing.date.unwrap_or(now);
    format!("Scheduled execution {id} at '{}' started at '{}'", timestamp(date), timestamp(now))
}
