//! Triggers that listen: keeping them at it, and what they hear.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Level;
use kapelle_model::trigger::TriggerKey;
use kapelle_model::{ExecutionId, Failure, Map};
use kapelle_plugin::{ErasedTrigger, EventSink};
use kapelle_store::StoreError;
use kapelle_store::error::Conflict;
use tokio_util::sync::CancellationToken;

use super::begin::{newborn, once};
use super::memory::Listens;
use super::{Call, Letter, Scheduler};
use crate::births::{Unborn, adopted};
use crate::definitions::Definition;
use crate::shared::Shared;
use crate::triggers::kept::Kept;
use crate::triggers::looks::{Work, unknown_type};

/// The wait before a trigger that ended listens again, doubled with each further end.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_mins(5);

/// Who listened for so long begins with a short wait again.
const STEADY: Duration = Duration::from_mins(1);

impl Scheduler {
    /// Has a trigger listen, unless it does.
    pub(super) fn listen(&mut self, kept: &Kept, definition: &Arc<Definition>, trigger: &Trigger) {
        if self.memory.listening.contains_key(&kept.key) {
            return;
        }
        self.memory.listeners_made += 1;
        let number = self.memory.listeners_made;
        let stop = CancellationToken::new();
        let listens = Listens { number, definition: trigger.definition, stop: stop.clone() };
        self.memory.listening.insert(kept.key.clone(), listens);
        let work = Work {
            shared: Arc::clone(&self.shared),
            key: kept.key.clone(),
            definition: Arc::clone(definition),
            id: self.shared.ids.fresh(self.shared.clock.now()),
            stop,
        };
        let (calls, activity) = (self.calls.clone(), Arc::clone(&self.shared.activity));
        let (handle, key) = (self.shared.workers.handle().clone(), kept.key.clone());
        let listening = handle.spawn(keep_listening(work));
        handle.spawn(async move {
            // It ends when it is told to, or by a mistake in its program.
            let _panicked = listening.await;
            let call = Call::Silent(key, number);
            // The scheduler may have ended.
            let _ended = calls.send(Letter { call, busy: activity.begin() });
        });
    }

    /// A trigger does not listen any more.
    pub(super) fn silent(&mut self, key: &TriggerKey, number: u64) {
        if self.memory.listening.get(key).is_some_and(|listens| listens.number == number) {
            self.memory.listening.remove(key);
        }
    }
}

/// Listens until it is told to stop. What ends before begins again after a while.
async fn keep_listening(work: Work) {
    let mut pause = PAUSE;
    while !work.stop.is_cancelled() {
        let begun = tokio::time::Instant::now();
        let result = listen_once(&work).await;
        if work.stop.is_cancelled() {
            return;
        }
        if begun.elapsed() >= STEADY {
            pause = PAUSE;
        }
        let why = match result {
            Ok(()) => "it ended by itself".to_owned(),
            Err(failure) => failure.message.masked().clone(),
        };
        say(
            &work,
            Level::Error,
            &format!("does not listen: {why}; it begins again in {} s", pause.as_secs()),
        );
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = work.stop.cancelled() => return,
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn listen_once(work: &Work) -> Result<(), Failure> {
    let Some(trigger) = work.trigger() else { return Ok(()) };
    let known = work.shared.registry.find_trigger(&trigger.type_name);
    let known = known.ok_or_else(|| unknown_type(&trigger.type_name))?;
    let ErasedTrigger::Realtime(plugin) = known.read(&trigger.properties)? else {
        return Err(Failure::new("it looks from time to time, and does not listen"));
    };
    let cx = work.context(trigger, None);
    let sink = Ear {
        shared: Arc::clone(&work.shared),
        key: work.key.clone(),
        definition: Arc::clone(&work.definition),
    };
    plugin.listen(&cx, Arc::new(sink)).await.map_err(|broken| broken.failure)
}

fn say(work: &Work, level: Level, message: &str) {
    if let Some(trigger) = work.trigger() {
        crate::triggers::log(&work.shared, &work.key, trigger, level, message);
    }
}

/// Starts an execution for each event.
struct Ear {
    shared: Arc<Shared>,
    key: TriggerKey,
    definition: Arc<Definition>,
}

impl Ear {
    async fn hear(&self, variables: Map, name: Option<String>) -> Result<(), Failure> {
        let id = self.shared.ids.fresh(self.shared.clock.now());
        match self.newborn(variables, name, id) {
            Ok(Some(newborn)) => match adopted(&self.shared, newborn).await {
                Ok(()) | Err(Unborn::Store(StoreError::Conflict(Conflict::Happened { .. }))) => Ok(()),
                Err(unborn) => Err(Failure::new(format!("no execution could be kept: {unborn:?}"))),
            },
            Ok(None) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// The execution of an event, unless the conditions of the trigger keep it from that.
    fn newborn(
        &self,
        variables: Map,
        name: Option<String>,
        id: ExecutionId,
    ) -> Result<Option<crate::message::Newborn>, Failure> {
        let Self { shared, key, definition } = self;
        let work = Work {
            shared: Arc::clone(shared),
            key: key.clone(),
            definition: Arc::clone(definition),
            id,
            stop: CancellationToken::new(),
        };
        let Some(trigger) = work.trigger() else { return Ok(None) };
        let mut firing = match work.event(variables) {
            Ok(firing) => firing,
            Err(reason) => {
                say(&work, Level::Debug, &format!("an event started nothing: {reason}"));
                return Ok(None);
            }
        };
        firing.identity = name.unwrap_or_default();
        let made = newborn(shared, key, definition, trigger, &firing, id);
        let mut made =
            made.map_err(|unborn| Failure::new(format!("no execution could be made: {unborn:?}")))?;
        made.with.extend(once(key, &firing, id, shared.clock.now()));
        Ok(Some(made))
    }
}

impl EventSink for Ear {
    fn take<'a>(
        &'a self,
        variables: Map,
        name: Option<String>,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>> {
        Box::pin(self.hear(variables, name))
    }
}
