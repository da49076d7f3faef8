//! Flows, ready to be run: each revision is read once, and shared by all its executions.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use kapelle_core::catalogue::Catalogue;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_core::yaml;
use kapelle_engine::defaults::Layers;
use kapelle_engine::plan::{Plan, Task, TaskIndex};
use kapelle_engine::templates::{Expanded, expand};
use kapelle_model::flow::PluginDefault;
use kapelle_model::permit::{Permit, is_under};
use kapelle_model::{Failure, Node, Span};
use kapelle_plugin::{ErasedTask, Properties, Registry};
use kapelle_store::error::Result;
use kapelle_store::flow::{FlowRevision, Which};
use kapelle_store::{Store, StoreError};

use crate::namespaces::given::given;
use crate::{implied, templates};

/// Revisions that are kept ready. Those that executions use are never thrown away.
const READY_MAX: usize = 2_000;

/// A revision of a flow, ready to be run.
pub struct Definition {
    pub flow: Arc<FlowRevision>,
    pub plan: Plan,
    /// The document as it was saved.
    pub root: Node,
    tasks: Box<[Prepared]>,
    /// It holds templates, or misses some.
    has_templates: bool,
}

/// What is known of a task beside its plan.
struct Prepared {
    plugin: OnceLock<std::result::Result<Arc<dyn ErasedTask>, Failure>>,
    /// Its expressions may look at the states of all tasks, which are dear to list.
    reads_states: bool,
    implied_files: Vec<String>,
}

/// All definitions that were needed so far.
pub(crate) struct Definitions {
    store: Arc<dyn Store>,
    language: Language,
    defaults: Vec<PluginDefault>,
    ready: Mutex<HashMap<FlowName, Revisions>>,
    /// Counts revisions that became the latest ones as far as is known here.
    changes: AtomicU64,
    /// Counts changes of what flows take from around them. What was read before one is not kept after it.
    ages: AtomicU64,
    with_webhooks: Mutex<HashMap<Arc<str>, WithWebhooks>>,
}

/// The flows of a tenant that have webhooks, with the number of changes that they are known after.
type WithWebhooks = (u64, Arc<[Arc<Definition>]>);

/// Tenant, namespace and id.
type FlowName = (Arc<str>, Arc<str>, Arc<str>);

#[derive(Default)]
struct Revisions {
    latest: Option<u32>,
    by_number: BTreeMap<u32, Arc<Definition>>,
}

impl Definitions {
    pub(crate) fn new(store: Arc<dyn Store>, language: Language, defaults: Vec<PluginDefault>) -> Self {
        Self {
            store,
            language,
            defaults,
            ready: Mutex::default(),
            changes: AtomicU64::default(),
            ages: AtomicU64::default(),
            with_webhooks: Mutex::default(),
        }
    }

    /// A revision, or the latest one of a flow that has not ended.
    pub(crate) fn find(
        &self,
        tenant: &Arc<str>,
        namespace: &Arc<str>,
        flow: &Arc<str>,
        revision: Option<u32>,
    ) -> Result<Option<Arc<Definition>>> {
        let name = (Arc::clone(tenant), Arc::clone(namespace), Arc::clone(flow));
        if let Some(definition) = self.lock().get(&name).and_then(|known| known.find(revision)) {
            return Ok(Some(Arc::clone(definition)));
        }
        let which = revision.map_or(Which::Latest, Which::Exactly);
        let age = self.ages.load(Ordering::Acquire);
        let Some(found) = self.store.flow(tenant, namespace, flow, which)? else { return Ok(None) };
        let definition = self.read(found)?;
        self.keep(name, &definition, revision.is_none(), age);
        Ok(Some(definition))
    }

    /// A revision that will be saved.
    pub(crate) fn read(&self, flow: Arc<FlowRevision>) -> Result<Arc<Definition>> {
        Definition::read(flow, self).map(Arc::new)
    }

    /// Templates of a tenant changed: flows that have some are read anew when they are needed next. Executions that run
    /// keep what they began with.
    pub(crate) fn forget_templates(&self, tenant: &str) {
        self.forget(|name, definition| *name.0 == *tenant && definition.has_templates);
    }

    /// Settings of a namespace changed: its flows and those below are read anew when they are needed next.
    pub(crate) fn forget_namespace(&self, tenant: &str, namespace: &str) {
        self.forget(|name, _| *name.0 == *tenant && is_under(&name.1, namespace));
    }

    /// Revisions of a flow are gone.
    pub(crate) fn forget_revisions(&self, tenant: &str, namespace: &str, id: &str) {
        self.forget(|name, _| *name.0 == *tenant && *name.1 == *namespace && *name.2 == *id);
    }

    fn forget(&self, is_outdated: impl Fn(&FlowName, &Definition) -> bool) {
        let mut ready = self.lock();
        self.ages.fetch_add(1, Ordering::AcqRel);
        ready.retain(|name, known| {
            known.by_number.retain(|_, definition| !is_outdated(name, definition));
            !known.by_number.is_empty()
        });
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes note of a revision that was just saved: it is the latest one now.
    pub(crate) fn saved(&self, definition: &Arc<Definition>) {
        let flow = &definition.flow;
        let name = (Arc::clone(&flow.tenant), Arc::clone(&flow.namespace), Arc::clone(&flow.id));
        self.keep(name, definition, true, self.ages.load(Ordering::Acquire));
    }

    /// Takes note of the end of a flow.
    pub(crate) fn ended(&self, flow: &FlowRevision) {
        let name = (Arc::clone(&flow.tenant), Arc::clone(&flow.namespace), Arc::clone(&flow.id));
        if let Some(known) = self.lock().get_mut(&name) {
            known.latest = None;
        }
    }

    /// The flows of a tenant that have webhooks. What is known of them is kept until a flow changes.
    pub(crate) fn with_webhooks(&self, tenant: &Arc<str>) -> Result<Arc<[Arc<Definition>]>> {
        let known = || self.with_webhooks.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes.load(Ordering::Acquire);
        if let Some((_, all)) = known().get(tenant).filter(|(until, _)| *until == changes) {
            return Ok(Arc::clone(all));
        }
        let mut all = Vec::new();
        for flow in self.store.flows(&Permit::system("webhooks").within(Arc::clone(tenant)))? {
            if !flow.source.to_ascii_lowercase().contains("webhook") {
                continue;
            }
            match self.find(tenant, &flow.namespace, &flow.id, None) {
                Ok(found) => all.extend(found.filter(|found| !found.plan.webhooks.is_empty())),
                // One that cannot be read cannot be called; it does not keep the others from it.
                Err(StoreError::Corrupt { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let all: Arc<[_]> = all.into();
        known().insert(Arc::clone(tenant), (changes, Arc::clone(&all)));
        Ok(all)
    }

    /// Keeps what was read at this age, unless that is over.
    fn keep(&self, name: FlowName, definition: &Arc<Definition>, is_latest: bool, age: u64) {
        let mut ready = self.lock();
        if self.ages.load(Ordering::Acquire) != age {
            return;
        }
        if ready.len() >= READY_MAX {
            ready.retain(|_, known| {
                known.by_number.retain(|_, definition| Arc::strong_count(definition) > 1);
                !known.by_number.is_empty()
            });
        }
        let known = ready.entry(name).or_default();
        let number = definition.flow.revision;
        known.by_number.insert(number, Arc::clone(definition));
        if is_latest {
            known.latest = known.latest.max(Some(number));
            self.changes.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FlowName, Revisions>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Revisions {
    fn find(&self, revision: Option<u32>) -> Option<&Arc<Definition>> {
        self.by_number.get(&revision.or(self.latest)?)
    }
}

impl Definition {
    fn read(flow: Arc<FlowRevision>, definitions: &Definitions) -> Result<Self> {
        let source: &str = &flow.source;
        let root = yaml::read(source, Span::new(0, source.len() as u32)).root.ok_or_else(|| {
            let what = format!("revision {} of flow `{}.{}`", flow.revision, flow.namespace, flow.id);
            StoreError::Corrupt { what, why: "its source is no YAML".to_owned() }
        })?;
        let given = given(&*definitions.store, &flow.tenant, &flow.namespace)?;
        let variables = Arc::new(given.variables);
        let layers = Layers {
            namespaces: &given.defaults,
            global: &definitions.defaults,
            variables: Some(&variables),
        };
        let expanded = with_templates(&root, &flow, &*definitions.store)?;
        let whole = expanded.as_ref().map_or(&root, |expanded| &expanded.root);
        let mut plan =
            Plan::compile(whole, flow.revision, layers, Catalogue::bundled(), definitions.language);
        let has_templates = expanded.as_ref().is_some_and(|expanded| !expanded.names.is_empty());
        plan.failures.extend(expanded.into_iter().flat_map(|expanded| expanded.failures));
        let tasks = plan.tasks.iter().map(|task| Prepared {
            plugin: OnceLock::new(),
            reads_states: reads_states(task),
            implied_files: implied::files_of(source, &task.id),
        });
        Ok(Self { tasks: tasks.collect(), flow, plan, root, has_templates })
    }

    /// The files that expressions of the flow ask a task for.
    pub(crate) fn implied_files(&self, task: TaskIndex) -> Vec<String> {
        self.tasks[task.0 as usize].implied_files.clone()
    }

    /// The outputs that expressions of the flow ask a task for. Few tasks ask.
    pub(crate) fn implied_outputs(&self, task: TaskIndex) -> Vec<String> {
        implied::outputs_of(&self.flow.source, &self.plan.task(task).id)
    }

    /// What the flow says of its other tasks of the same type.
    pub(crate) fn peers(&self, task: TaskIndex) -> Vec<Box<Properties>> {
        let own = self.plan.task(task);
        let is_peer = |other: &&Task| other.type_name == own.type_name && other.id != own.id;
        self.plan.tasks.iter().filter(is_peer).map(|other| other.properties.clone()).collect()
    }

    /// The plugin of a task with its properties, read when it is first needed.
    pub(crate) fn plugin(
        &self,
        task: TaskIndex,
        registry: &Registry,
    ) -> std::result::Result<Arc<dyn ErasedTask>, Failure> {
        let planned = self.plan.task(task);
        let read = || match registry.find(&planned.type_name) {
            Some(known) => known.read(&planned.properties),
            None => Err(unknown_type(&planned.type_name)),
        };
        self.tasks[task.0 as usize].plugin.get_or_init(read).clone()
    }

    pub(crate) fn reads_states(&self, task: TaskIndex) -> bool {
        self.tasks[task.0 as usize].reads_states
    }
}

/// The document with its templates, if it may have some.
fn with_templates(root: &Node, flow: &FlowRevision, store: &dyn Store) -> Result<Option<Expanded>> {
    if !flow.source.contains("Template") {
        return Ok(None);
    }
    let mut find = |namespace: &str, id: &str| {
        let source = templates::source(store, &flow.tenant, namespace, id)?;
        Ok(source.and_then(|source| yaml::read(&source, Span::new(0, source.len() as u32)).root))
    };
    expand(root, Catalogue::bundled(), &mut find).map(Some)
}

pub(crate) fn unknown_type(type_name: &str) -> Failure {
    Failure::new(format!(
        "tasks of type `{type_name}` are not built into this version: use another type, or a fixture in a test"
    ))
}

/// Whether expressions of a task may read the states of tasks: by name, or in what they render on the way.
fn reads_states(task: &Task) -> bool {
    let mut reads = task.type_name.ends_with(".TemplatedTask");
    for (_, property) in &task.properties {
        Property::walk(property, &mut |template| {
            let source = template.source();
            reads |= ["tasks", "render", "Context"].iter().any(|word| source.contains(word));
        });
    }
    reads
}
