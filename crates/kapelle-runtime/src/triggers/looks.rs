//! Triggers that look at the world: one look, on a worker.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use kapelle_core::expression::environment::Environment;
use kapelle_core::property::Property;
use kapelle_engine::conditions::Subject;
use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::{Level, Request};
use kapelle_model::task_run::{Fence, RunIndex};
use kapelle_model::trigger::{Firing, TriggerKey};
use kapelle_model::{ExecutionId, Failure, Map, Millis, Value};
use kapelle_plugin::{Broken, ErasedTrigger, Host, Place, Polled, RunContext};
use tokio_util::sync::CancellationToken;

use super::environment::{services, variables};
use crate::activity::Busy;
use crate::births::provisional;
use crate::clock::timestamp;
use crate::definitions::Definition;
use crate::shared::Shared;
use crate::workers::{AttemptHost, Begun, Log};

/// Between looks, where the flow does not say.
const INTERVAL: SignedDuration = SignedDuration::from_secs(60);

/// Nobody looks more often.
const INTERVAL_MIN: SignedDuration = SignedDuration::from_millis(250);

/// A trigger at work: its plugin, and the execution that may come of it.
pub(crate) struct Work {
    pub(super) shared: Arc<Shared>,
    pub(super) key: TriggerKey,
    pub(super) definition: Arc<Definition>,
    pub(super) id: ExecutionId,
    pub(super) stop: CancellationToken,
}

/// What came of a look.
pub(crate) enum Looked {
    Found(Box<Firing>, Option<Value>),
    Nothing(Option<Value>),
    /// Its conditions do not hold.
    Held(String),
    Failed(Failure),
}

impl Work {
    pub(super) fn trigger(&self) -> Option<&Trigger> {
        self.definition.plan.trigger(&self.key.trigger)
    }

    /// Looks once.
    pub(super) async fn look(&self, cursor: Option<Value>, busy: Busy) -> Looked {
        let Some(trigger) = self.trigger() else { return Looked::Nothing(cursor) };
        let cx = self.context(trigger, Some(busy));
        if let Some(reason) = held(trigger, &self.definition, &cx) {
            return Looked::Held(reason);
        }
        let polled = self.poll(trigger, &cx, cursor).await;
        if !matches!(polled, Ok(Polled { event: Some(_), .. })) {
            self.clear();
        }
        match polled {
            Ok(Polled { event: None, cursor }) => Looked::Nothing(cursor),
            Ok(Polled { event: Some(event), cursor }) => {
                Looked::Found(Box::new(firing(trigger, event, cx.environment())), cursor)
            }
            Err(broken) => {
                cx.log(Level::Error, broken.failure.message.clone());
                Looked::Failed(broken.failure)
            }
        }
    }

    /// Does what had to wait until the execution is on the disk. What is not done comes again with the next look.
    pub(super) async fn settle(&self, cursor: Option<Value>, busy: Busy) {
        let Some(trigger) = self.trigger() else { return };
        let cx = self.context(trigger, Some(busy));
        let plugin = self
            .shared
            .registry
            .find_trigger(&trigger.type_name)
            .map(|known| known.read(&trigger.properties));
        if let Some(Ok(ErasedTrigger::Polling(plugin))) = plugin
            && let Err(broken) = plugin.settle(&cx, cursor).await
        {
            cx.log(Level::Warn, broken.failure.message);
        }
        self.clear();
    }

    /// Throws away what a look kept for an execution that does not come.
    pub(super) async fn throw_away(&self, busy: Busy) {
        let Some(trigger) = self.trigger() else { return };
        let cx = self.context(trigger, Some(busy));
        let deleted = cx.blocking(|cx| Ok(cx.host.files().delete_all().map(drop)?)).await;
        if let Err(broken) = deleted {
            cx.log(Level::Warn, broken.failure.message);
        }
        self.clear();
    }

    fn clear(&self) {
        // What cannot be removed is found when the next process begins.
        let _left_behind = std::fs::remove_dir_all(self.directory());
    }

    fn directory(&self) -> PathBuf {
        self.shared.workers.root().join(format!("trigger-{}", self.id))
    }

    async fn poll(
        &self,
        trigger: &Trigger,
        cx: &RunContext,
        cursor: Option<Value>,
    ) -> Result<Polled<Map>, Broken> {
        let known = self.shared.registry.find_trigger(&trigger.type_name);
        let known = known.ok_or_else(|| unknown_type(&trigger.type_name))?;
        match known.read(&trigger.properties)? {
            ErasedTrigger::Polling(plugin) => plugin.poll(cx, cursor).await,
            ErasedTrigger::Realtime(_) => Err(Broken::new("it listens, and is never asked to look")),
        }
    }

    /// What the plugin is given. Its log is that of the trigger.
    pub(super) fn context(&self, trigger: &Trigger, busy: Option<Busy>) -> RunContext {
        let Self { shared, key, definition, id, stop } = self;
        let request = Request::new(*id, Arc::clone(&key.namespace), Arc::clone(&key.flow));
        let birth = Arc::new(provisional(&key.tenant, &request, definition));
        let place = Arc::new(place(trigger, definition, key, *id));
        let reached = shared.reach.attempt(&birth, &place);
        let run = (*id, place.run, place.fence);
        let mut variables = variables(shared, definition, trigger);
        if let Some(Value::Map(own)) = variables.get_mut("trigger") {
            let now = Value::Instant(timestamp(shared.clock.now()));
            Arc::make_mut(own).insert("date".into(), now);
        }
        let services = Arc::clone(&reached.services);
        let host = AttemptHost {
            shared: Arc::clone(shared),
            log: Log::new(Arc::clone(shared), Arc::clone(&place), trigger.least_level, reached.masks.clone()),
            begun: Begun::untold(Arc::clone(shared), run),
            stop: stop.clone(),
            reached,
            birth,
            directory: self.directory(),
            task: None,
            busy: Mutex::new(busy),
            room: Mutex::default(),
        };
        RunContext {
            place,
            variables: Arc::new(variables),
            services,
            settings: Arc::clone(&shared.settings),
            host: Arc::new(host) as Arc<dyn Host>,
            stop: stop.clone(),
            ends_as: Arc::new(Mutex::new(None)),
        }
    }

    /// What an event starts; its conditions may keep it from that.
    pub(super) fn event(&self, variables: Map) -> Result<Firing, String> {
        let gone = || "the trigger is not there any more".to_owned();
        let trigger = self.trigger().ok_or_else(gone)?;
        let services = services(&self.shared, &self.definition, self.id);
        let mut all = self::variables(&self.shared, &self.definition, trigger);
        all.insert("trigger".into(), Value::Map(Arc::new(variables.clone())));
        let environment =
            Environment { context: &all, services: &*services, settings: &self.shared.settings };
        let plan = &self.definition.plan;
        let subject = Subject { execution: None, namespace: &plan.namespace, flow: &plan.flow };
        let verdict = trigger.conditions.evaluate(&subject, environment);
        if verdict.outcome() == Ok(false) {
            return Err(verdict.reason);
        }
        Ok(firing(trigger, variables, environment))
    }
}

/// Why its conditions do not let it look, if they do not.
fn held(trigger: &Trigger, definition: &Definition, cx: &RunContext) -> Option<String> {
    if trigger.conditions.is_empty() {
        return None;
    }
    let plan = &definition.plan;
    let subject = Subject { execution: None, namespace: &plan.namespace, flow: &plan.flow };
    let verdict = trigger.conditions.evaluate(&subject, cx.environment());
    (verdict.outcome() != Ok(true)).then(|| verdict.to_string())
}

/// What starts with this. Labels of such triggers are taken as they are written.
fn firing(trigger: &Trigger, event: Map, environment: Environment<'_>) -> Firing {
    let over = Map::from_iter([("trigger".into(), Value::Map(Arc::new(event.clone())))]);
    let context = kapelle_engine::overlay::Overlay { over: &over, under: environment.context };
    let environment = Environment { context: &context, ..environment };
    let (inputs, failure) = match trigger.inputs.as_ref().map(|inputs| inputs.render(environment)) {
        None => (Map::new(), None),
        Some(Ok(Value::Map(inputs))) => (Map::clone(&inputs), None),
        Some(Ok(_)) => (Map::new(), Some(Failure::new("the `inputs` of the trigger are no map"))),
        Some(Err(error)) => (Map::new(), Some(Failure::new(error.text()))),
    };
    let text = |property: &Property| match property {
        Property::Template(template) => template.source().to_owned(),
        other => other.render_text(environment).map(|text| text.masked().clone()).unwrap_or_default(),
    };
    let labels = trigger.labels.iter().map(|(key, label)| (Arc::clone(key), Arc::from(&*text(label))));
    Firing {
        variables: event,
        inputs,
        labels: labels.collect(),
        date: None,
        identity: String::new(),
        failure,
    }
}

fn place(trigger: &Trigger, definition: &Definition, key: &TriggerKey, id: ExecutionId) -> Place {
    Place {
        tenant: Arc::clone(&key.tenant),
        namespace: Arc::clone(&key.namespace),
        flow: Arc::clone(&key.flow),
        revision: definition.plan.revision,
        execution: id,
        task: Arc::clone(&trigger.id),
        is_trigger: true,
        type_name: Arc::clone(&trigger.type_name),
        run: RunIndex(NonZeroU32::MIN),
        run_id: id.to_string().into(),
        value: None,
        attempt: 0,
        fence: Fence(0),
    }
}

/// When it looks again.
pub(super) fn next(trigger: &Trigger, now: Millis) -> Millis {
    let interval = trigger.interval.unwrap_or(INTERVAL).max(INTERVAL_MIN);
    now.plus(i64::try_from(interval.as_millis()).unwrap_or(i64::MAX))
}

pub(super) fn unknown_type(type_name: &str) -> Failure {
    Failure::new(format!("triggers of type `{type_name}` are not built into this version"))
}
