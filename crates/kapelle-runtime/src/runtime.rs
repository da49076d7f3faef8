//! A runtime as those see it who start it and ask it for something.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use kapelle_core::expression::environment::Settings;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::plan::OnLost;
use kapelle_engine::schedule::Recover;
use kapelle_model::event::{Event, Order};
use kapelle_model::execution::{Birth, Execution, Slot};
use kapelle_model::flow::PluginDefault;
use kapelle_model::permit::Permit;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Map, Millis, State};
use kapelle_plugin::Registry;
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::error::Result as Stored;
use kapelle_store::filter::Filter;
use kapelle_store::limits::PAGE_MAX;
use kapelle_store::listing::Page;
use kapelle_store::store::Values;
use kapelle_store::transaction::Over;
use kapelle_store::{Store, Transaction, Write};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::activity::Activity;
use crate::alarms::Clock;
use crate::chance::{Ids, random};
use crate::clock::{self, timestamp};
use crate::definitions::Definitions;
use crate::desk::RunIds;
use crate::endings::Endings;
use crate::flow_index::{FlowIndex, FlowName, Links};
use crate::keys::TenantKeys;
use crate::message::{Declined, Happening, Message, Parcel};
use crate::namespaces::TenantNamespaces;
use crate::reach::{Fixtures, Reach};
use crate::refresh;
use crate::secrets::StoredSecrets;
use crate::shard::Shard;
use crate::shared::{Envelope, Listener, News, Shared};
use crate::templates::TenantTemplates;
use crate::triggers::Triggers;
use crate::triggers::hearing::{self, Change, Heard};
use crate::triggers::scheduler::{Call, Scheduler};
use crate::workers::{WorkerLoad, Workers, leftovers, logs_to_file};

/// What a runtime is made of.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub registry: Registry,
    /// Where tasks run; it has several threads.
    pub handle: Handle,
    pub settings: Settings,
    /// Variables of the installation: `envs`, `globals`, `kestra`.
    pub variables: Map,
    pub encryption: Encryption,
    /// What becomes of tasks whose worker is gone, unless they say something else.
    pub on_worker_lost: OnLost,
    /// Plugin defaults of the installation.
    pub defaults: Vec<PluginDefault>,
    /// Attempts that run at the same time.
    pub slots: usize,
    /// Where directories of attempts are made.
    pub work: PathBuf,
    pub listener: Option<Listener>,
    /// What stands in for tasks, in tests of flows.
    pub fixtures: Option<Arc<dyn Fixtures>>,
    /// Where the hands of the clock stand, if they are moved by hand.
    pub hands: Option<Millis>,
    /// By how many milliseconds the clock is ahead of that of the machine.
    pub ahead: i64,
    pub takes_up: TakesUp,
    /// Whether triggers start executions, and what is done about schedules that were missed.
    pub triggers: Option<Recover>,
}

/// Which executions of earlier processes go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesUp {
    /// All of them: nobody else will.
    All,
    /// This one, with what it started; others of the same store are left alone.
    Only(ExecutionId),
    Nothing,
}

/// Threads that own executions.
const SHARDS: usize = 2;

/// A runtime at work. Dropped, it ends without waiting for tasks.
pub struct Runtime {
    pub(crate) shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Runtime {
    /// Begins to work, first with what an earlier process left.
    pub fn start(parts: Parts, reach: impl FnOnce(&Grips) -> Arc<dyn Reach>) -> Stored<Self> {
        let newest =
            parts.store.executions(&Permit::system("the last id"), &Filter::default(), &Page::newest(1))?;
        let last = newest.rows.first().map(|header| header.birth.id);
        let ids = Ids::new(last, run_key(&*parts.store)?);
        let clock = match parts.hands {
            Some(now) => Clock::by_hand(now),
            None => Clock::real(parts.ahead),
        };
        let triggers = Triggers::new(clock.now(), parts.triggers.unwrap_or_default());
        let names = ids.runs.clone();
        let grips = Grips {
            store: Arc::clone(&parts.store),
            clock: clock.teller(),
            run_ids: Arc::new(move |execution, run| names.name(execution, run)),
            shared: Arc::default(),
        };
        let shared = Arc::new(Shared {
            flow_index: FlowIndex::default(),
            definitions: Definitions::new(Arc::clone(&parts.store), parts.settings.language, parts.defaults),
            flow_changes: AtomicU64::new(0),
            reach: reach(&grips),
            store: parts.store,
            registry: parts.registry,
            clock,
            ids,
            settings: Arc::new(parts.settings),
            variables: parts.variables,
            encryption: parts.encryption,
            on_worker_lost: parts.on_worker_lost,
            limits: Mutex::default(),
            activity: Arc::new(Activity::default()),
            listener: parts.listener,
            fixtures: parts.fixtures,
            shards: OnceLock::new(),
            endings: Endings::default(),
            workers: Workers::new(parts.handle, parts.slots, parts.work),
            triggers,
        });
        // It is set only here.
        let _unset = grips.shared.set(Arc::downgrade(&shared));
        let runtime = Self { threads: Mutex::default(), shared };
        let left = match parts.triggers {
            Some(_) => Some(runtime.start_hearing()?),
            None => None,
        };
        runtime.start_shards()?;
        match parts.takes_up {
            TakesUp::All => {
                leftovers::remove(runtime.shared.workers.root(), &*runtime.shared.store);
                runtime.recover()?;
            }
            TakesUp::Only(id) => runtime.shared.tell(Message::TakeUp(id)),
            TakesUp::Nothing => {}
        }
        if let Some((heard, left)) = left {
            hearing::remind(&runtime.shared, &heard, left);
            runtime.start_scheduler()?;
        }
        Ok(runtime)
    }

    /// From now on triggers hear of changes of executions. What is left of earlier ones has to be told by who calls.
    fn start_hearing(&self) -> Stored<(Sender<Heard>, Vec<Change>)> {
        let (heard, inbox) = mpsc::channel();
        hearing::load(&self.shared)?;
        let left = hearing::left(&*self.shared.store)?;
        self.shared.triggers.listeners.begin(heard.clone());
        let shared = Arc::clone(&self.shared);
        self.thread("hearing", move || hearing::run(&shared, &inbox))?;
        Ok((heard, left))
    }

    fn start_scheduler(&self) -> Stored<()> {
        let (calls, inbox) = mpsc::channel();
        let scheduler = Scheduler::new(Arc::clone(&self.shared), calls.clone());
        self.shared.triggers.begin(calls);
        self.shared.triggers.call(&self.shared.activity, Call::Begin);
        self.thread("scheduler", move || scheduler.run(&inbox))
    }

    fn thread(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Stored<()> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|error| {
            kapelle_store::StoreError::Unavailable(format!("no thread for executions: {error}"))
        })?;
        self.threads().push(thread);
        Ok(())
    }

    fn start_shards(&self) -> Stored<()> {
        let (senders, inboxes): (Vec<_>, Vec<_>) = (0..SHARDS).map(|_| mpsc::channel()).unzip();
        // They are set only here.
        let _unset = self.shared.shards.set(senders.into());
        for (number, inbox) in inboxes.into_iter().enumerate() {
            let shard = Shard::new(Arc::clone(&self.shared));
            self.thread(&format!("shard-{number}"), move || shard.run(&inbox))?;
        }
        Ok(())
    }

    /// Takes up what an earlier process left: places in limits first, then orders, so that what is to end does not go on,
    /// then executions.
    fn recover(&self) -> Stored<()> {
        self.restore_slots()?;
        for sent in self.shared.store.orders(usize::MAX)? {
            let parcel = Some(Parcel { id: sent.id, from: sent.from });
            let event = Event::Order(sent.order);
            self.shared.tell(Message::Happen(Happening { parcel, ..Happening::of(sent.to, event) }));
        }
        let mut after = None;
        loop {
            let ids = self.shared.store.unfinished(after, PAGE_MAX as usize)?;
            for id in &ids {
                self.shared.tell(Message::TakeUp(*id));
            }
            after = ids.last().copied();
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// First those who hold places, then those who wait, in the order in which they began to.
    fn restore_slots(&self) -> Stored<()> {
        let mut all = Vec::new();
        loop {
            let slots = self.shared.store.slots(all.last().map(|(id, _)| *id), PAGE_MAX as usize)?;
            if slots.is_empty() {
                break;
            }
            all.extend(slots);
        }
        let (holding, waiting): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, slot)| matches!(slot, Slot::Held | Slot::Forced));
        let mut queue = Vec::with_capacity(waiting.len());
        for (id, _) in waiting {
            let since = self.shared.store.header(id)?.map(|header| header.head.history.since());
            queue.push((since, id));
        }
        queue.sort_unstable();
        let holding = holding.into_iter().map(|(id, _)| (id, true));
        let waiting = queue.into_iter().map(|(_, id)| (id, false));
        for (id, holds) in holding.chain(waiting) {
            let (done, over) = mpsc::channel();
            self.shared.tell(Message::RestoreSlot { id, holds, done });
            // One after the other: the order of the queue is theirs.
            let _ended = over.recv();
        }
        Ok(())
    }

    /// What somebody is given who reaches into it.
    #[cfg(test)]
    pub(crate) fn grips(&self) -> Grips {
        let clock = self.clock();
        let shared = Arc::new(OnceLock::from(Arc::downgrade(&self.shared)));
        let run_ids: RunIds = Arc::new(|_, run| run.0.to_string());
        Grips { store: Arc::clone(&self.shared.store), clock, run_ids, shared }
    }

    pub fn now(&self) -> Millis {
        self.shared.clock.now()
    }

    /// The keys of a tenant.
    pub fn keys(&self, tenant: &Arc<str>) -> TenantKeys {
        TenantKeys::new(Arc::clone(tenant), Arc::clone(&self.shared.store), self.clock())
    }

    /// The namespaces of a tenant that were created.
    pub fn namespaces(&self, tenant: &Arc<str>) -> TenantNamespaces {
        let (shared, of) = (Arc::clone(&self.shared), Arc::clone(tenant));
        TenantNamespaces::new(Arc::clone(tenant), Arc::clone(&self.shared.store), self.clock())
            .telling(Arc::new(move |namespace| refresh::settings_changed(&shared, &of, namespace)))
    }

    /// The namespaces that flows of a tenant are in, by name.
    pub fn flow_namespaces(&self, tenant: &Arc<str>) -> Stored<Vec<Arc<str>>> {
        self.shared.flow_index.namespaces(&*self.shared.store, tenant)
    }

    /// All flows of a tenant, by name, each with what leads from it to others and back.
    pub fn flow_links(&self, tenant: &Arc<str>) -> Stored<Vec<(FlowName, Links)>> {
        let shared = &self.shared;
        shared.flow_index.links((&*shared.store, &shared.definitions), tenant)
    }

    /// The templates of a tenant.
    pub fn templates(&self, tenant: &Arc<str>) -> TenantTemplates {
        TenantTemplates::new(Arc::clone(tenant), Arc::clone(&self.shared))
    }

    /// Secrets that are kept in the store, of all tenants.
    pub fn stored_secrets(&self) -> StoredSecrets {
        StoredSecrets::new(Arc::clone(&self.shared.store), self.clock())
    }

    /// Tells what [`Runtime::now`] tells, for those who cannot ask it.
    pub fn clock(&self) -> clock::Clock {
        let shared = Arc::clone(&self.shared);
        Arc::new(move || timestamp(shared.clock.now()))
    }

    /// An execution as it is on the disk.
    pub fn execution(&self, id: ExecutionId) -> Stored<Option<Execution>> {
        self.shared.store.execution(id, Values::Fetched)
    }

    /// Whether what a task of an execution says goes into files.
    pub fn logs_to_file(&self, of: &Birth, task: &str) -> bool {
        let found = self.shared.definitions.find(&of.tenant, &of.namespace, &of.flow, Some(of.revision));
        let Ok(Some(definition)) = found else { return false };
        definition.plan.find(task).is_some_and(|task| logs_to_file(definition.plan.task(task)))
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// Whether workers of this server have the type: a task, a trigger that looks or listens, a group.
    pub fn works_on(&self, name: &str) -> bool {
        let registry = &self.shared.registry;
        registry.find(name).is_some()
            || registry.find_trigger(name).is_some()
            || registry.find_group(name).is_some()
    }

    /// What workers of this server have to do at this moment.
    pub fn worker_load(&self) -> WorkerLoad {
        self.shared.workers.load()
    }

    /// How this installation renders.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// The public id of a task run.
    pub fn run_id(&self, execution: ExecutionId, run: RunIndex) -> String {
        self.shared.ids.runs.name(execution, run)
    }

    /// Gives an order to an execution, and waits until it is on the disk.
    pub async fn order(&self, to: ExecutionId, order: Order) -> Result<(), Declined> {
        let (told, hears) = oneshot::channel();
        let answer = Box::new(move |result| {
            // Who asked may be gone.
            let _gone = told.send(result);
        });
        let happening = Happening { answer: Some(answer), ..Happening::of(to, Event::Order(order)) };
        self.shared.tell(Message::Happen(happening));
        let ended = || kapelle_store::StoreError::Unknown("the runtime has ended".to_owned());
        hears.await.unwrap_or_else(|_| Err(Declined::Store(ended())))
    }

    /// Waits until nothing is left to be done for an execution. Nothing, if there is none.
    pub async fn end_of(&self, id: ExecutionId) -> Stored<Option<State>> {
        let hears = self.shared.endings.hear(id);
        let Some(header) = self.shared.store.header(id)? else { return Ok(None) };
        let state = header.head.history.current();
        if state.is_terminal() {
            // Whether anything comes after its end, its owner knows.
            self.shared.tell(Message::TakeUp(id));
        }
        Ok(hears.await.ok().map(|execution| execution.state()))
    }

    /// Lets time pass by hand: waits until nothing is going on, and moves the clock to the next moment at which something
    /// happens, at most to this one. False if nothing more happens until then.
    pub fn pass_time(&self, until: Millis) -> bool {
        while !self.shared.activity.wait_until_quiet(Duration::from_secs(1)) {}
        self.shared.clock.advance(until)
    }

    /// Puts the hands of the clock somewhere, also back.
    #[cfg(test)]
    pub(crate) fn set_hands(&self, now: Millis) {
        self.shared.clock.set_hands(now);
    }

    /// Waits until nothing is going on, but not longer than this. Whether it came to that.
    pub fn wait_until_quiet(&self, longest: Duration) -> bool {
        self.shared.activity.wait_until_quiet(longest)
    }

    /// From now on no attempt begins: what is asked for is kept for the next process.
    pub fn begin_to_stop(&self) {
        self.shared.workers.close();
    }

    /// Begins nothing new, and gives what runs so much time to end. What has not ended then is stopped, and begins again
    /// in the next process.
    pub async fn stop(&self, grace: Duration) {
        self.begin_to_stop();
        let deadline = tokio::time::Instant::now() + grace;
        while self.shared.workers.count() > 0 && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.end_shards();
        self.shared.workers.stop_all();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while self.shared.workers.count() > 0 && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What was said is on the disk before the process ends: nobody waits for the store's own threads after that.
    pub fn flush_logs(&self) {
        if let Err(error) = self.shared.store.flush_logs() {
            self.shared.news(&News::Alarm(&format!("the last lines of the log are not written: {error}")));
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end_shards(&self) {
        self.begin_to_stop();
        self.shared.triggers.call(&self.shared.activity, Call::Stop);
        self.shared.triggers.listeners.stop();
        for sender in self.shared.shards.get().into_iter().flatten() {
            let envelope = Envelope { message: Message::Stop, busy: self.shared.activity.begin() };
            // It may have ended already.
            let _ended = sender.send(envelope);
        }
        for thread in std::mem::take(&mut *self.threads()) {
            let _panicked = thread.join();
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.end_shards();
        self.shared.workers.stop_all();
        self.flush_logs();
    }
}

/// What a reach may hold on to.
#[derive(Clone)]
pub struct Grips {
    pub store: Arc<dyn Store>,
    pub clock: crate::clock::Clock,
    pub run_ids: RunIds,
    shared: Arc<OnceLock<Weak<Shared>>>,
}

impl Grips {
    /// The runtime, as long as it is there.
    pub(crate) fn shared(&self) -> Option<Arc<Shared>> {
        self.shared.get()?.upgrade()
    }
}

/// The key of the public ids of task runs, made once for a store.
pub(crate) fn run_key(store: &dyn Store) -> Stored<[u8; 16]> {
    let key = DocumentKey {
        kind: Kind::Setting,
        tenant: "".into(),
        namespace: "".into(),
        name: "kapelle.task-run-key".into(),
    };
    if let Some(document) = store.document(&key)? {
        return document.data.try_into().map_err(|_| kapelle_store::StoreError::Corrupt {
            what: key.to_string(),
            why: "it has not 16 bytes".to_owned(),
        });
    }
    let made: [u8; 16] = random();
    let document = Document::new(key, crate::alarms::machine_now(), None, made.to_vec());
    store.commit(Transaction::of([Write::Put { document: Box::new(document), over: Over::Nothing }]))?;
    Ok(made)
}
