//! Asking the triggers about one change, and writing what they decide.

use std::sync::Arc;
use std::sync::mpsc;

use kapelle_core::expression::environment::{Context, Environment};
use kapelle_engine::flow_trigger::{Decision, Firing, Miss, Upstream};
use kapelle_engine::live::Live;
use kapelle_engine::overlay::Overlay;
use kapelle_engine::triggers::{Kind, Trigger};
use kapelle_engine::variables::Variables;
use kapelle_engine::windows::Stretch;
use kapelle_model::effect::{Level, Request};
use kapelle_model::execution::Execution;
use kapelle_model::trigger::TriggerKey;
use kapelle_model::{ExecutionId, Map, Value};
use kapelle_store::error::{Conflict, Result};
use kapelle_store::store::Values;
use kapelle_store::transaction::{Once, OnceKind};
use kapelle_store::{StoreError, Transaction, Write};

use super::Change;
use super::windows::Kept;
use crate::births::{Asker, Unborn, make};
use crate::definitions::Definition;
use crate::message::{Declined, Message, Newborn};
use crate::shared::Shared;
use crate::triggers::environment::with_environment;
use crate::triggers::kept::Kept as KeptTrigger;

/// How long a firing is remembered: longer than a change stays written down.
const REMEMBERED_MILLIS: i64 = 7 * 24 * 3_600_000;

/// The execution that changed, with its flow.
struct Changed {
    definition: Arc<Definition>,
    live: Live,
    number: u32,
}

/// Asks all triggers that listen about a change.
pub(super) fn ask(shared: &Shared, change: &Change) -> Result<()> {
    let Some(changed) = Changed::read(shared, change)? else { return Ok(()) };
    for definition in shared.triggers.listeners.of(&change.tenant) {
        for trigger in &definition.plan.triggers {
            let Kind::Flow(place) = trigger.kind else { continue };
            let Some(upstream) = Upstream::of(changed.live.execution(), changed.number) else { continue };
            if definition.plan.flow_triggers[place].listens_to(&upstream) {
                changed.ask_one(shared, &definition, trigger, place, &upstream)?;
            }
        }
    }
    Ok(())
}

impl Changed {
    fn read(shared: &Shared, change: &Change) -> Result<Option<Self>> {
        let Some(execution) = shared.store.execution(change.execution, Values::Fetched)? else {
            return Ok(None);
        };
        let birth = &execution.birth;
        let revision = Some(birth.revision);
        let found = shared.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
        let Some(definition) = found else { return Ok(None) };
        let what = format!("execution {}", change.execution);
        let live =
            Live::restore(&definition.plan, execution).map_err(|why| StoreError::Corrupt { what, why })?;
        Ok(Some(Self { definition, live, number: change.number }))
    }

    fn execution(&self) -> &Execution {
        self.live.execution()
    }

    fn ask_one(
        &self,
        shared: &Shared,
        definition: &Arc<Definition>,
        trigger: &Trigger,
        place: usize,
        upstream: &Upstream<'_>,
    ) -> Result<()> {
        let key = key_of(definition, trigger);
        if KeptTrigger::read(&*shared.store, &key)?.is_some_and(|kept| kept.state.is_disabled) {
            return Ok(());
        }
        let kept = Kept::read(&*shared.store, &key)?;
        let windows = kept.windows()?;
        let now = shared.clock.now();
        let decision: Decision = shared.with_world(&self.execution().birth, |world| {
            let variables = Variables::new(&self.definition.plan, &self.live, None, world, &[]);
            let own = Map::from_iter([
                ("id".into(), Value::from(&*definition.plan.flow)),
                ("namespace".into(), Value::from(&*definition.plan.namespace)),
                ("revision".into(), Value::Int(definition.plan.revision.into())),
                ("tenantId".into(), Value::from(&*key.tenant)),
            ]);
            let over = Map::from_iter([("flow".into(), Value::Map(Arc::new(own)))]);
            let context: &dyn Context = &Overlay { over: &over, under: &variables };
            let environment = Environment { context, services: world.services, settings: world.settings };
            definition.plan.flow_triggers[place].evaluate(
                upstream,
                &windows,
                now,
                &shared.settings.zone,
                environment,
            )
        });
        for warning in &decision.warnings {
            crate::triggers::log(shared, &key, trigger, Level::Warn, warning);
        }
        let windows = decision.windows.iter().map(|window| kept.put(&key, window, now));
        let writes = windows.collect::<Result<Vec<Write>>>()?;
        match decision.firing {
            Some(firing) => fire(shared, &key, definition, trigger, firing, writes),
            None if writes.is_empty() => Ok(()),
            None => shared.store.commit(Transaction::of(writes)).map(drop),
        }
    }
}

pub(super) fn key_of(definition: &Definition, trigger: &Trigger) -> TriggerKey {
    TriggerKey {
        tenant: Arc::clone(&definition.flow.tenant),
        namespace: Arc::clone(&definition.flow.namespace),
        flow: Arc::clone(&definition.flow.id),
        trigger: Arc::clone(&trigger.id),
    }
}

/// Starts an execution, unless there is one of the same causes. Windows are written with it, or with nothing.
fn fire(
    shared: &Shared,
    key: &TriggerKey,
    definition: &Arc<Definition>,
    trigger: &Trigger,
    firing: Firing,
    mut windows: Vec<Write>,
) -> Result<()> {
    let id = shared.ids.fresh(shared.clock.now());
    let identity = firing.identity();
    let request = Request {
        revision: Some(definition.plan.revision),
        inputs: Arc::new(firing.inputs),
        resolves: false,
        labels: firing.labels.into(),
        origin: Some(firing.origin),
        priority: trigger.priority,
        ..Request::new(id, Arc::clone(&key.namespace), Arc::clone(&key.flow))
    };
    let made = make(shared, &key.tenant, &request, &Asker::Trigger(firing.failure));
    let newborn = match made {
        Ok(newborn) => newborn,
        Err(Unborn::Store(error)) => return Err(error),
        Err(unborn) => {
            let words = format!("it could not start: {}", unborn.failure(&request).message.masked());
            crate::triggers::log(shared, key, trigger, Level::Error, &words);
            return shared.store.commit(Transaction::of(windows)).map(drop);
        }
    };
    let windows_alone = windows.clone();
    windows.push(once(shared, key, &identity, id));
    match adopted(shared, Newborn { with: windows, ..newborn }) {
        // It was started before; what came together meanwhile is kept.
        Err(StoreError::Conflict(Conflict::Happened { .. })) if windows_alone.is_empty() => Ok(()),
        Err(StoreError::Conflict(Conflict::Happened { .. })) => {
            shared.store.commit(Transaction::of(windows_alone)).map(drop)
        }
        result => result,
    }
}

fn once(shared: &Shared, key: &TriggerKey, identity: &str, id: ExecutionId) -> Write {
    let TriggerKey { tenant, namespace, flow, trigger } = key;
    Write::Once(Once {
        kind: OnceKind::Occurrence,
        key: format!("{tenant}/{namespace}/{flow}/{trigger}@{identity}"),
        result: id.to_string().into_bytes(),
        until: shared.clock.now().plus(REMEMBERED_MILLIS),
    })
}

/// Hands an execution to its owner, and waits until it is on the disk.
fn adopted(shared: &Shared, newborn: Newborn) -> Result<()> {
    let (told, hears) = mpsc::channel();
    let answer = Box::new(move |result| {
        // Who asked may be gone.
        let _gone = told.send(result);
    });
    shared.tell(Message::Adopt(Box::new(Newborn { answer: Some(answer), ..newborn })));
    match hears.recv() {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Declined::Store(error))) => Err(error),
        Ok(Err(Declined::Refused(_) | Declined::Missing)) | Err(_) => {
            Err(StoreError::Unknown("the runtime has ended".to_owned()))
        }
    }
}

/// What follows from the end of a window for a trigger that wants to know of misses.
pub(in crate::triggers) fn missed(
    shared: &Shared,
    definition: &Definition,
    trigger: &Trigger,
    place: usize,
    ended: Stretch,
) -> Result<Option<Miss>> {
    let windows = Kept::read(&*shared.store, &key_of(definition, trigger))?.windows()?;
    Ok(with_environment(shared, definition, trigger, |environment| {
        definition.plan.flow_triggers[place].missed(ended, &windows, &shared.settings.zone, environment)
    }))
}
