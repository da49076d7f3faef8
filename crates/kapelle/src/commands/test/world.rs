//! A world of its own for one case: a runtime over a store in memory, whose clock stands still until nothing is left to do.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kapelle_core::expression::environment::Settings;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::plan::OnLost;
use kapelle_http::Client;
use kapelle_model::effect::Request;
use kapelle_model::execution::Execution;
use kapelle_model::flow::PluginDefault;
use kapelle_model::{ExecutionId, Map, Millis};
use kapelle_plugin::NamespaceFiles;
use kapelle_runtime::clock::Clock;
use kapelle_runtime::namespace_files::TenantFiles;
use kapelle_runtime::secrets::Secrets;
use kapelle_runtime::storage::LocalFiles;
use kapelle_runtime::{Fixtures, Parts, Reach, Runtime, Surroundings, TakesUp, Unborn};
use kapelle_store::flow::FlowRevision;
use kapelle_store::memory::MemoryStore;
use kapelle_store::{Store, Transaction, Write};

use super::coverage::Heard;
use super::deadline::Deadline;
use super::folder::KnownFlow;
use super::memory_storage::MemoryStorage;
use super::results::RunError;
use super::stand_ins::StandIns;
use crate::local::{self, TENANT};

/// What lies beyond is not waited for: 400 days, so that whatever happens once a year happens.
const HORIZON_MS: i64 = 400 * 24 * 3_600_000;

/// What all worlds share.
pub(super) struct Ground<'f> {
    pub(super) flows: Vec<&'f KnownFlow>,
    /// Namespace, path and content.
    pub(super) namespace_files: Vec<(String, String, Vec<u8>)>,
    pub(super) tokio: &'f tokio::runtime::Runtime,
    pub(super) settings: Settings,
    /// Variables of the installation.
    pub(super) installation: Map,
    /// Plugin defaults of the installation.
    pub(super) defaults: Vec<PluginDefault>,
    /// Folders of this machine that flows may read.
    pub(super) local: LocalFiles,
    pub(super) secrets: Arc<dyn Secrets>,
    /// Settings that tasks look up.
    pub(super) task_settings: BTreeMap<String, String>,
    pub(super) client: Client,
    /// Where directories of attempts are made.
    pub(super) work: PathBuf,
    pub(super) heard: Arc<Heard>,
    pub(super) deadline: Deadline,
}

/// The world of one case.
pub(super) struct World<'g> {
    pub(super) ground: &'g Ground<'g>,
    pub(super) runtime: Runtime,
    pub(super) stand_ins: Arc<StandIns>,
    pub(super) reach: Arc<dyn Reach>,
    pub(super) storage: MemoryStorage,
    start: Millis,
}

/// How an execution came to stand still.
pub(super) enum Stood {
    /// Nothing more happens.
    Still(Box<Execution>),
    /// Something still worked when there was no time left.
    OutOfTime,
}

impl<'g> World<'g> {
    /// A world in which nothing has happened yet.
    pub(super) fn begin(
        ground: &'g Ground<'g>,
        stand_ins: Arc<StandIns>,
        variables: Map,
        start: Millis,
    ) -> Result<Self, RunError> {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let flows = ground.flows.iter().map(|flow| Write::Flow(Box::new(revision(flow, start))));
        store.commit(Transaction::of(flows.collect::<Vec<_>>())).map_err(|error| broken(&error))?;
        let heard = Arc::clone(&ground.heard);
        let parts = Parts {
            store,
            registry: kapelle_plugins::registry(),
            handle: ground.tokio.handle().clone(),
            settings: ground.settings.clone(),
            variables,
            encryption: Encryption::Configured,
            on_worker_lost: OnLost::Retry,
            defaults: ground.defaults.clone(),
            slots: local::slots(),
            work: ground.work.clone(),
            listener: Some(Box::new(move |news| heard.hear(news))),
            fixtures: Some(Arc::clone(&stand_ins) as Arc<dyn Fixtures>),
            hands: Some(start),
            ahead: 0,
            takes_up: TakesUp::Nothing,
            triggers: None,
        };
        let mut made = None;
        let started = Runtime::start(parts, |grips| {
            let storage = MemoryStorage::new(Arc::clone(&grips.clock));
            let surroundings = Surroundings {
                storage: Arc::new(storage.clone()),
                local: ground.local.clone(),
                secrets: Arc::clone(&ground.secrets),
                settings: ground.task_settings.clone(),
                client: ground.client.clone(),
                calls: None,
            };
            let reach = surroundings.around(grips);
            made = Some((Arc::clone(&reach), storage, Arc::clone(&grips.clock)));
            reach
        });
        let runtime = started.map_err(|error| broken(&error))?;
        let (reach, storage, clock) = made.expect("a runtime asks for its reach when it starts");
        let world = Self { ground, runtime, stand_ins, reach, storage, start };
        world.put_namespace_files(clock)?;
        Ok(world)
    }

    fn put_namespace_files(&self, clock: Clock) -> Result<(), RunError> {
        let (store, storage) = (Arc::clone(self.runtime.store()), Arc::new(self.storage.clone()));
        let files = TenantFiles::new(TENANT.into(), store, storage, clock);
        for (namespace, path, content) in &self.ground.namespace_files {
            files
                .put(namespace, path, &mut content.as_slice())
                .map_err(|failure| RunError::new(failure.to_string()))?;
        }
        Ok(())
    }

    pub(super) fn create(&self, request: &Request) -> Result<(), RunError> {
        let created = self.ground.tokio.block_on(self.runtime.create(&TENANT.into(), request));
        created.map(drop).map_err(|unborn| unborn_words(&unborn))
    }

    /// Lets time pass until nothing more happens.
    pub(super) fn pass(&self, id: ExecutionId) -> Result<Stood, RunError> {
        let until = self.start.plus(HORIZON_MS);
        while !self.ground.deadline.is_over() {
            let patience = self.ground.deadline.left().min(Duration::from_millis(100));
            if !self.runtime.wait_until_quiet(patience) || self.resume_pauses()? {
                continue;
            }
            if !self.runtime.pass_time(until) {
                return self.last(id).map(|execution| Stood::Still(Box::new(execution)));
            }
        }
        Ok(Stood::OutOfTime)
    }

    /// The execution, or the last of those that tried again what it failed to do.
    fn last(&self, id: ExecutionId) -> Result<Execution, RunError> {
        let found = self.runtime.execution(id).map_err(|error| broken(&error))?;
        let execution = found.ok_or_else(|| RunError::new("the execution is gone: a task deleted it"))?;
        match execution.head.successor {
            Some(successor) => self.last(successor),
            None => Ok(execution),
        }
    }
}

fn revision(flow: &KnownFlow, created: Millis) -> FlowRevision {
    let plan = &flow.plan;
    FlowRevision {
        tenant: TENANT.into(),
        namespace: Arc::clone(&plan.namespace),
        id: Arc::clone(&plan.flow),
        revision: 1,
        source: Arc::clone(&flow.text),
        description: None,
        labels: Arc::clone(&plan.labels),
        is_disabled: plan.disabled,
        is_deleted: false,
        created,
    }
}

pub(super) fn broken(error: &kapelle_store::StoreError) -> RunError {
    RunError::new(format!("the test could not be carried out: {error}"))
}

fn unborn_words(unborn: &Unborn) -> RunError {
    match unborn {
        Unborn::Rejected(rejected) => {
            RunError::new("the execution is not created").details(rejected.failure().to_string())
        }
        Unborn::Check(message) => RunError::new("a check of the flow does not let it run").details(message),
        Unborn::Store(error) => broken(error),
        Unborn::NoFlow | Unborn::Missing | Unborn::Refused(_) => RunError::new("the flow cannot be run"),
    }
}
