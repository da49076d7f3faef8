//! A runtime with everything that tests want to look at.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kapelle_core::expression::Outcome;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::Services;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::plan::OnLost;
use kapelle_engine::schedule::Recover;
use kapelle_model::effect::Request;
use kapelle_model::event::Order;
use kapelle_model::execution::{Birth, Execution};
use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, Failure, Map, Millis, State, Value};
use kapelle_plugin::stage::Memory;
use kapelle_plugin::{Broken, Expr, Files, Name, NewFile, Place, Registry, RunContext, Task};
use kapelle_store::faulty::{FaultyStore, Plan};
use kapelle_store::flow::FlowRevision;
use kapelle_store::logs::{LogFilter, LogPage};
use kapelle_store::memory::MemoryStore;
use kapelle_store::{Store, Transaction, Write};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::executions::TenantExecutions;
use crate::masks::Masks;
use crate::runtime::Grips;
use crate::storage::{LocalStorage, Storage};
use crate::{Definition, Parts, Reach, Reached, Runtime, TakesUp};

/// 2026-05-06T07:08:09Z.
pub(super) const NOW: Millis = Millis(1_778_051_289_000);

/// A world in which processes come and go.
pub(super) struct World {
    pub(super) store: Arc<MemoryStore>,
    tokio: tokio::runtime::Runtime,
    work: PathBuf,
    pub(super) runtime: Option<Runtime>,
    triggers: Option<Recover>,
}

/// What tasks of tests did, by their marks; the same for all processes.
static DEEDS: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

/// # Do something that is counted
///
/// Counts its mark, and fails or takes its time if asked to.
#[derive(Deserialize, JsonSchema)]
struct Deed {
    /// What is counted.
    mark: Expr<String>,
    /// How often it fails before it succeeds.
    #[serde(default)]
    fails: u32,
    /// How often it does not end before it is told to.
    #[serde(default)]
    hangs: u32,
    /// How long it takes.
    #[serde(default)]
    takes: Option<Expr<SignedDuration>>,
}

impl Task for Deed {
    const TYPE: &'static str = "io.kestra.plugin.core.debug.Deed";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let count = {
            let mut deeds = DEEDS.lock().unwrap();
            let count = deeds.entry(cx.render(&self.mark)?).or_default();
            *count += 1;
            *count
        };
        if count <= self.hangs {
            cx.stopped().await;
        }
        if let Some(takes) = cx.filled(self.takes.as_ref())? {
            cx.host.sleep(takes).await;
        }
        if cx.is_stopped() {
            return Err(Broken::killed());
        }
        if count <= self.fails { Err(Broken::new(format!("deed {count} failed"))) } else { Ok(()) }
    }
}

/// How often something was done.
pub(super) fn deeds(mark: &str) -> u32 {
    DEEDS.lock().unwrap().get(mark).copied().unwrap_or_default()
}

/// Settings of the installation, the same for all processes.
pub(super) static SETTINGS: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

struct Bare {
    now: Arc<Mutex<Option<Timestamp>>>,
    grips: Grips,
    storage: Arc<LocalStorage>,
}

impl Services for Bare {
    fn now(&self) -> Outcome<Timestamp> {
        Ok(self.now.lock().unwrap().unwrap_or_default())
    }

    fn kv(&self, _namespace: &str, key: &str) -> Outcome<Option<Value>> {
        Ok((key == "GEMINI_API_KEY").then(|| Value::from("g-1")))
    }

    /// Chance is a mistake in the program, for tests of such.
    fn random(&self, _bytes: &mut [u8]) -> Outcome<()> {
        panic!("a mistake, on purpose")
    }
}

struct NoFiles;

impl Files for NoFiles {
    fn open(&self, _uri: &str) -> Result<Box<dyn Read + Send>, Failure> {
        Err(Failure::new("no files"))
    }
    fn size(&self, _uri: &str) -> Result<Option<u64>, Failure> {
        Ok(None)
    }
    fn create(&self, _name: Name<'_>) -> Result<Box<dyn NewFile>, Failure> {
        Err(Failure::new("no files"))
    }
    fn take(&self, _path: &Path, _name: &str) -> Result<String, Failure> {
        Err(Failure::new("no files"))
    }
    fn delete(&self, _uri: &str) -> Result<bool, Failure> {
        Ok(false)
    }
    fn delete_all(&self) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }
    fn cached(
        &self,
        _name: &str,
        _age_max: Option<SignedDuration>,
    ) -> Result<Option<Box<dyn Read + Send>>, Failure> {
        Ok(None)
    }
    fn cache(&self, _name: &str, _content: &mut dyn Read) -> Result<(), Failure> {
        Ok(())
    }
}

impl Reach for Bare {
    fn desk(&self, _of: &Birth) -> Arc<dyn Services + Send + Sync> {
        Arc::new(Self {
            now: Arc::clone(&self.now),
            grips: self.grips.clone(),
            storage: Arc::clone(&self.storage),
        })
    }

    fn attempt(&self, of: &Birth, _place: &Arc<Place>) -> Reached {
        Reached {
            services: self.desk(of),
            files: Box::new(NoFiles),
            keys: Box::new(Memory::default()),
            namespace_files: Box::new(Memory::default()),
            executions: Box::new(TenantExecutions::new(
                Arc::clone(&of.tenant),
                self.grips.clone(),
                Arc::clone(&self.storage) as Arc<dyn Storage>,
            )),
            flows: Box::new(Memory::default()),
            triggers: Box::new(Memory::default()),
            masks: Masks::default(),
        }
    }

    fn setting(&self, name: &str) -> Option<String> {
        let known = SETTINGS.lock().unwrap().get(name).cloned();
        known.or_else(|| (name == "kestra.url").then(|| "https://flows.example/".to_owned()))
    }
}

fn registry() -> Registry {
    let mut registry = kapelle_plugins::registry();
    registry.task::<Deed>();
    registry.polling::<super::triggers::Look>();
    registry.realtime::<super::triggers::Listen>();
    registry
}

impl World {
    pub(super) fn new() -> Self {
        Self::of(None)
    }

    /// One in which triggers start executions.
    pub(super) fn with_triggers(recover: Recover) -> Self {
        Self::of(Some(recover))
    }

    fn of(triggers: Option<Recover>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let work = std::env::temp_dir().join(format!("kapelle-runtime-{}-{number}", std::process::id()));
        let tokio =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut world = Self { store: Arc::new(MemoryStore::new()), tokio, work, runtime: None, triggers };
        world.begin(NOW);
        world
    }

    /// A process begins.
    pub(super) fn begin(&mut self, now: Millis) {
        self.begin_with(Arc::clone(&self.store) as Arc<dyn Store>, now);
    }

    /// The process dies, and the next one begins with a store that takes this long over every transaction.
    pub(super) fn begin_with_a_slow_store(&mut self, late_by: Duration) {
        let now = self.runtime().now();
        let store = self.store.succeed();
        drop(self.runtime.take());
        let plan = Plan { late: 100, late_by, ..Plan::default() };
        self.begin_with(Arc::new(FaultyStore::new(store, plan)), now);
    }

    fn begin_with(&mut self, store: Arc<dyn Store>, now: Millis) {
        let parts = Parts {
            store,
            registry: registry(),
            handle: self.tokio.handle().clone(),
            settings: Settings::default(),
            variables: Map::new(),
            encryption: Encryption::Configured,
            on_worker_lost: OnLost::Retry,
            defaults: Vec::new(),
            slots: 64,
            work: self.work.clone(),
            listener: None,
            fixtures: None,
            hands: Some(now),
            ahead: 0,
            takes_up: TakesUp::All,
            triggers: self.triggers,
        };
        let storage = Arc::new(LocalStorage::open(self.work.join("storage")).unwrap());
        let bare = |grips: &Grips| {
            Arc::new(Bare { now: Arc::default(), grips: grips.clone(), storage }) as Arc<dyn Reach>
        };
        self.runtime = Some(Runtime::start(parts, bare).unwrap());
    }

    /// The process dies, and the next one begins later.
    pub(super) fn die_and_begin(&mut self, later_millis: i64) {
        let now = self.runtime().now();
        let store = Arc::new(self.store.succeed());
        drop(self.runtime.take());
        self.store = store;
        self.begin(now.plus(later_millis));
    }

    /// The process is told to stop, with so much time for what runs, and the next one begins.
    pub(super) fn stop_and_begin(&mut self, grace: Duration) {
        let runtime = self.runtime.take().unwrap();
        let now = runtime.now();
        self.tokio.block_on(runtime.stop(grace));
        self.store = Arc::new(self.store.succeed());
        self.begin(now);
    }

    /// Where directories of attempts are.
    pub(super) fn work(&self) -> &Path {
        &self.work
    }

    pub(super) fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// Saves a flow; its tasks may be those of tests, which checks do not know.
    pub(super) fn save(&self, source: &str) -> Arc<Definition> {
        let text = |key: &str| -> Arc<str> {
            source.lines().find_map(|line| line.strip_prefix(&format!("{key}: "))).unwrap().into()
        };
        let (tenant, namespace, id): (Arc<str>, _, _) = ("main".into(), text("namespace"), text("id"));
        if let Some(known) = self.runtime().definition(&tenant, &namespace, &id, None).unwrap() {
            return known;
        }
        let revision = FlowRevision {
            tenant: Arc::clone(&tenant),
            namespace: Arc::clone(&namespace),
            id: Arc::clone(&id),
            revision: 1,
            source: source.into(),
            description: None,
            labels: Arc::default(),
            is_disabled: false,
            is_deleted: false,
            created: self.runtime().now(),
        };
        let store: &dyn Store = &*self.store;
        store.commit(Transaction::of([Write::Flow(Box::new(revision))])).unwrap();
        self.runtime().definition(&tenant, &namespace, &id, None).unwrap().unwrap()
    }

    /// Saves a flow of the namespace `team` and starts it with these inputs.
    pub(super) fn start(&self, source: &str, inputs: &[(&str, &str)]) -> ExecutionId {
        let tenant = Arc::from("main");
        let definition = self.save(source);
        let inputs = inputs.iter().map(|(name, value)| (Arc::from(*name), Value::from(*value)));
        let request = Request {
            inputs: Arc::new(inputs.collect()),
            ..Request::new(
                self.runtime().fresh_id(),
                Arc::clone(&definition.plan.namespace),
                Arc::clone(&definition.plan.flow),
            )
        };
        self.tokio
            .block_on(self.runtime().create(&tenant, &request))
            .unwrap_or_else(|unborn| panic!("{unborn:?}"))
    }

    /// Waits for something that needs no time to pass.
    pub(super) fn wait_for<T>(&self, what: impl Future<Output = T>) -> T {
        self.tokio.block_on(what)
    }

    /// Lets things happen until nothing moves by itself before this moment.
    pub(super) fn settle(&self, until: Millis) {
        while self.runtime().pass_time(until) {}
    }

    /// Lets time pass until an execution has ended.
    pub(super) fn finish(&self, id: ExecutionId) -> State {
        let end = NOW.plus(30 * 24 * 3_600_000);
        loop {
            let goes_on = self.runtime().pass_time(end);
            let state = self.execution(id).state();
            if state.is_terminal() || !goes_on {
                return state;
            }
        }
    }

    pub(super) fn order(&self, id: ExecutionId, order: Order) {
        self.tokio.block_on(self.runtime().order(id, order)).unwrap();
    }

    /// Gives the order, and does not wait until it is on the disk.
    pub(super) fn order_only(&self, id: ExecutionId, order: Order) {
        let waiting = async { tokio::time::timeout(Duration::ZERO, self.runtime().order(id, order)).await };
        self.tokio.block_on(waiting).unwrap_err();
    }

    pub(super) fn execution(&self, id: ExecutionId) -> Execution {
        self.runtime().execution(id).unwrap().unwrap()
    }

    /// States of all task runs, in their order.
    pub(super) fn runs(&self, id: ExecutionId) -> String {
        let execution = self.execution(id);
        let runs = execution.runs.iter().map(|run| {
            let value = run.value.as_deref().map(|value| format!("[{value}]")).unwrap_or_default();
            format!("{}{value}={}", run.task, run.state().name())
        });
        runs.collect::<Vec<_>>().join(" ")
    }

    /// Lines of the log from INFO on.
    pub(super) fn lines(&self, id: ExecutionId) -> Vec<String> {
        self.store.flush_logs().unwrap();
        let page = LogPage { offset: 0, size: 1000, is_newest_first: false, is_counted: false };
        let listing = self.store.logs(&Permit::system("test"), &LogFilter::of(id), &page).unwrap();
        listing.rows.iter().map(|line| line.message.to_string()).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.runtime.take());
        let _left_behind = std::fs::remove_dir_all(&self.work);
    }
}
