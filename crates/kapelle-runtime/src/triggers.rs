//! Triggers: what starts executions without anybody asking.
//!
//! Schedules, and triggers that look at the world, have a state each ([`kept`]), and the [`scheduler`] looks at them when
//! they are due. Triggers that listen run beside it. Triggers on executions of other flows are asked at every change of
//! one ([`hearing`]). Occurrences that start nothing are recorded with their reasons ([`ticks`]). People change triggers by
//! [`orders`], and saving a flow changes them with it ([`saved`]).

pub(crate) mod environment;
pub(crate) mod hearing;
mod kept;
mod looks;
mod orders;
pub(crate) mod saved;
pub(crate) mod scheduler;
mod ticks;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};

use kapelle_engine::schedule::Recover;
use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Level;
use kapelle_model::execution::Execution;
use kapelle_model::trigger::TriggerKey;
use kapelle_model::{Millis, State};
use kapelle_store::logs::LogLine;
use tokio::sync::Semaphore;

use crate::activity::Activity;
use crate::definitions::Definition;
use crate::shared::Shared;
use hearing::Listeners;
use scheduler::{Call, End, Letter};

pub(crate) use orders::switch;
pub use orders::{NoTrigger, TriggerRow};

/// Triggers that look at the world at the same time: mostly they wait for somebody else.
const LOOKS_MAX: usize = 64;

/// What a runtime has for triggers, whether it runs them or not.
pub(crate) struct Triggers {
    calls: OnceLock<Sender<Letter>>,
    /// Since when it runs them.
    pub(crate) began: Millis,
    /// What is done about missed occurrences, unless the trigger says it.
    pub(crate) recover: Recover,
    looks: Arc<Semaphore>,
    pub(crate) listeners: Listeners,
    lines: AtomicU32,
}

impl Triggers {
    pub(crate) fn new(began: Millis, recover: Recover) -> Self {
        Self {
            calls: OnceLock::new(),
            began,
            recover,
            looks: Arc::new(Semaphore::new(LOOKS_MAX)),
            listeners: Listeners::default(),
            lines: AtomicU32::new(0),
        }
    }

    /// From now on the scheduler hears what is called.
    pub(crate) fn begin(&self, calls: Sender<Letter>) {
        // It is begun once.
        let _again = self.calls.set(calls);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.calls.get().is_some()
    }

    pub(crate) fn call(&self, activity: &Arc<Activity>, call: Call) {
        if let Some(calls) = self.calls.get() {
            // It may have ended.
            let _ended = calls.send(Letter { call, busy: activity.begin() });
        }
    }

    /// Tells lines of triggers apart that are written in the same moment.
    pub(crate) fn line_number(&self) -> u32 {
        self.lines.fetch_add(1, Ordering::Relaxed)
    }

    /// Nothing is left to be done for an execution; the trigger that started it may wait for that.
    pub(crate) fn ended(&self, activity: &Arc<Activity>, definition: &Definition, execution: &Execution) {
        let Some(origin) = execution.birth.origin.as_ref().filter(|_| self.is_on()) else { return };
        let trigger = definition.plan.trigger(&origin.id);
        if trigger.is_none_or(|trigger| !trigger.follows_ends()) {
            return;
        }
        let birth = &execution.birth;
        let key = TriggerKey {
            tenant: Arc::clone(&birth.tenant),
            namespace: Arc::clone(&birth.namespace),
            flow: Arc::clone(&birth.flow),
            trigger: Arc::clone(&origin.id),
        };
        let state: State = execution.state();
        self.call(activity, Call::Ended(End { key, execution: birth.id, state }));
    }
}

/// Writes a line into the log of a trigger.
fn log(shared: &Shared, key: &TriggerKey, trigger: &Trigger, level: Level, message: &str) {
    if level >= trigger.least_level {
        write_line(shared, key, level, message);
    }
}

/// Writes a line whatever the trigger says about levels: who made it has looked.
fn write_line(shared: &Shared, key: &TriggerKey, level: Level, message: &str) {
    let TriggerKey { tenant, namespace, flow, trigger } = key.clone();
    shared.log(vec![LogLine {
        at: shared.clock.now(),
        tenant,
        namespace,
        flow,
        execution: None,
        trigger: Some(trigger),
        task: None,
        run: None,
        attempt: 0,
        number: shared.triggers.line_number(),
        level,
        message: message.into(),
    }]);
}
