//! What all shards and workers of a runtime share.

use std::sync::atomic::AtomicU64;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::Services;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::limits::Limits;
use kapelle_engine::live::Live;
use kapelle_engine::plan::OnLost;
use kapelle_engine::variables::Variables;
use kapelle_engine::world::{Executions, World};
use kapelle_model::execution::{Birth, Execution};
use kapelle_model::task_run::RunIndex;
use kapelle_model::trigger::{Skip, TriggerKey};
use kapelle_model::{ExecutionId, Map, Millis};
use kapelle_plugin::Registry;
use kapelle_store::Store;
use kapelle_store::logs::LogLine;
use kapelle_store::store::Values;

use crate::activity::{Activity, Busy};
use crate::alarms::Clock;
use crate::chance::{ChanceAt, Ids};
use crate::definitions::{Definition, Definitions};
use crate::endings::Endings;
use crate::flow_index::FlowIndex;
use crate::message::Message;
use crate::reach::{Fixtures, Reach};
use crate::triggers::Triggers;
use crate::workers::Workers;

/// A message on its way.
pub(crate) struct Envelope {
    pub message: Message,
    /// Until it was worked off.
    pub busy: Busy,
}

/// Hears what happens, in the thread where it happens: it must not block.
pub type Listener = Box<dyn Fn(&News<'_>) + Send + Sync>;

/// Something that is on the disk now.
pub enum News<'n> {
    /// An execution changed, with these task runs of it.
    Changed {
        execution: &'n Execution,
        runs: &'n [RunIndex],
    },
    Line(&'n LogLine),
    /// Occurrences of a trigger started nothing.
    Skipped {
        trigger: &'n TriggerKey,
        skip: &'n Skip,
    },
    /// Something went wrong that a person has to look at.
    Alarm(&'n str),
}

pub(crate) struct Shared {
    pub store: Arc<dyn Store>,
    pub registry: Registry,
    pub definitions: Definitions,
    /// Counts flows that were saved or ended.
    pub flow_changes: AtomicU64,
    pub flow_index: FlowIndex,
    pub clock: Clock,
    pub ids: Ids,
    pub settings: Arc<Settings>,
    /// Variables of the installation.
    pub variables: Map,
    pub encryption: Encryption,
    pub on_worker_lost: OnLost,
    pub limits: Mutex<Limits>,
    pub activity: Arc<Activity>,
    pub reach: Arc<dyn Reach>,
    pub listener: Option<Listener>,
    pub fixtures: Option<Arc<dyn Fixtures>>,
    pub shards: OnceLock<Box<[Sender<Envelope>]>>,
    pub workers: Workers,
    pub endings: Endings,
    pub triggers: Triggers,
}

impl Shared {
    /// Tells the owner of an execution something.
    pub(crate) fn tell(&self, message: Message) {
        let Some(id) = message.of() else { return };
        let Some(shards) = self.shards.get() else { return };
        let envelope = Envelope { message, busy: self.activity.begin() };
        // A shard that has ended does nothing any more; what it would have done is on the disk.
        let _ended = shards[shard_of(id, shards.len())].send(envelope);
    }

    /// Does something with the world as a step sees it, in the name of an execution.
    pub(crate) fn with_world<T>(&self, birth: &Birth, use_it: impl FnOnce(&World<'_>) -> T) -> T {
        let now = self.clock.now();
        let services = self.reach.desk(birth);
        self.with_services(now, &*services, use_it)
    }

    pub(crate) fn with_services<T>(
        &self,
        now: Millis,
        services: &dyn Services,
        use_it: impl FnOnce(&World<'_>) -> T,
    ) -> T {
        let chance = ChanceAt { ids: &self.ids, now };
        use_it(&World {
            now,
            chance: &chance,
            services,
            executions: self,
            settings: &self.settings,
            variables: &self.variables,
            encryption: self.encryption,
            on_worker_lost: self.on_worker_lost,
        })
    }

    pub(crate) fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An execution as it is on the disk, with its revision of its flow.
    pub(crate) fn kept(&self, id: ExecutionId) -> Option<(Arc<Definition>, Live)> {
        let execution = self.store.execution(id, Values::Fetched).ok()??;
        let birth = Arc::clone(&execution.birth);
        let definition =
            self.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, Some(birth.revision));
        let definition = definition.ok()??;
        let live = Live::restore(&definition.plan, execution).ok()?;
        Some((definition, live))
    }

    pub(crate) fn news(&self, news: &News<'_>) {
        if let Some(listener) = &self.listener {
            listener(news);
        }
    }

    /// Puts lines into the log.
    pub(crate) fn log(&self, lines: Vec<LogLine>) {
        for line in &lines {
            self.news(&News::Line(line));
        }
        if let Err(error) = self.store.append_logs(lines) {
            self.news(&News::Alarm(&format!("lines of a log were lost: {error}")));
        }
    }
}

impl Executions for Shared {
    fn variables(&self, id: ExecutionId) -> Option<Map> {
        let (definition, live) = self.kept(id)?;
        let seen =
            |world: &World<'_>| Variables::new(&definition.plan, &live, None, world, &[]).snapshot(true);
        Some(self.with_world(&live.execution().birth, seen))
    }
}

/// Whose business an execution is. The lower half of an id is random.
fn shard_of(id: ExecutionId, shards: usize) -> usize {
    (id.0 as u64 % shards as u64) as usize
}
