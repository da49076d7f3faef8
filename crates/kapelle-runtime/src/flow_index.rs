//! Which flows there are, and which of them start which, without reading them for each question.
//!
//! The flows of a tenant are read when somebody asks for them first. From then on the index follows what is saved. What a
//! flow starts is found out when that is asked first, since plans are dear to make.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kapelle_core::property::Property;
use kapelle_engine::plan::{Kind, Plan};
use kapelle_model::Value;
use kapelle_model::permit::Permit;
use kapelle_store::error::Result as Stored;
use kapelle_store::flow::FlowRevision;
use kapelle_store::{Store, StoreError};

use crate::definitions::{Definition, Definitions};

/// Namespace and id.
pub type FlowName = (Arc<str>, Arc<str>);

/// Without one of these words a flow neither starts others nor listens to them, whatever defaults it gets.
const WORDS: [&str; 4] = ["Subflow", "ForEachItem", "Flow", "Template"];

#[derive(Default)]
pub(crate) struct FlowIndex {
    tenants: Mutex<BTreeMap<Arc<str>, Flows>>,
}

type Flows = BTreeMap<FlowName, Known>;

/// What is known of a flow.
struct Known {
    /// The last revision that was heard of. News may come out of order.
    revision: u32,
    has_ended: bool,
    links: Option<Links>,
}

/// What leads from a flow to others, and from others to it.
#[derive(Clone, Default)]
pub struct Links {
    /// The flows that its tasks start. What an expression names is not known before it runs, and is left out.
    pub starts: Arc<[FlowName]>,
    /// The flow, if it has triggers on executions of others.
    pub listens: Option<Arc<Definition>>,
}

impl FlowIndex {
    /// The namespaces that flows of a tenant are in, by name.
    pub(crate) fn namespaces(&self, store: &dyn Store, tenant: &Arc<str>) -> Stored<Vec<Arc<str>>> {
        let mut tenants = self.lock();
        let flows = loaded(&mut tenants, store, tenant)?;
        let mut names: Vec<Arc<str>> = Vec::new();
        for ((namespace, _), _) in flows.iter().filter(|(_, known)| !known.has_ended) {
            if names.last() != Some(namespace) {
                names.push(Arc::clone(namespace));
            }
        }
        Ok(names)
    }

    /// All flows of a tenant with their links, by namespace and id.
    pub(crate) fn links(
        &self,
        (store, definitions): (&dyn Store, &Definitions),
        tenant: &Arc<str>,
    ) -> Stored<Vec<(FlowName, Links)>> {
        self.complete(store, definitions, tenant)?;
        let mut tenants = self.lock();
        let flows = loaded(&mut tenants, store, tenant)?.iter().filter(|(_, known)| !known.has_ended);
        // What was saved since then and is not read yet has no links for this one answer.
        Ok(flows.map(|(name, known)| (name.clone(), known.links.clone().unwrap_or_default())).collect())
    }

    /// Finds out the links of flows whose links are not known.
    fn complete(&self, store: &dyn Store, definitions: &Definitions, tenant: &Arc<str>) -> Stored<()> {
        let is_unknown = |known: &Known| known.links.is_none() && !known.has_ended;
        if !loaded(&mut self.lock(), store, tenant)?.values().any(is_unknown) {
            return Ok(());
        }
        for flow in flows_of(store, tenant)? {
            let is_wanted = {
                let tenants = self.lock();
                let known = tenants.get(tenant).and_then(|flows| flows.get(&name_of(&flow)));
                known.is_none_or(|known| known.links.is_none() && known.revision <= flow.revision)
            };
            if is_wanted {
                let links = read(&flow, definitions)?;
                self.put(&flow, Some(links));
            }
        }
        Ok(())
    }

    /// A revision was saved, or ends its flow.
    pub(crate) fn saved(&self, definition: &Arc<Definition>) {
        self.put(&definition.flow, Some(Links::of(definition)));
    }

    /// What flows take from around them changed: their links have to be found out anew.
    pub(crate) fn forget_links(&self, tenant: &str, is_concerned: impl Fn(&str) -> bool) {
        if let Some(flows) = self.lock().get_mut(tenant) {
            let concerned = flows.iter_mut().filter(|((namespace, _), _)| is_concerned(namespace));
            concerned.for_each(|(_, known)| known.links = None);
        }
    }

    /// Takes note of a revision, unless a later one is known. A tenant that nobody asked for is read when somebody does.
    fn put(&self, flow: &FlowRevision, links: Option<Links>) {
        let mut tenants = self.lock();
        let Some(flows) = tenants.get_mut(&flow.tenant) else { return };
        let name = name_of(flow);
        if flows.get(&name).is_none_or(|known| known.revision <= flow.revision) {
            flows.insert(name, Known { revision: flow.revision, has_ended: flow.is_deleted, links });
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Flows>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The flows of a tenant, read from the store the first time. News wait meanwhile, so that none is missed.
fn loaded<'t>(
    tenants: &'t mut BTreeMap<Arc<str>, Flows>,
    store: &dyn Store,
    tenant: &Arc<str>,
) -> Stored<&'t Flows> {
    if !tenants.contains_key(tenant) {
        let known = |flow: &Arc<FlowRevision>| {
            let links = (!may_have_links(&flow.source)).then(Links::default);
            (name_of(flow), Known { revision: flow.revision, has_ended: false, links })
        };
        let flows = flows_of(store, tenant)?.iter().map(known).collect();
        tenants.insert(Arc::clone(tenant), flows);
    }
    Ok(tenants.entry(Arc::clone(tenant)).or_default())
}

fn flows_of(store: &dyn Store, tenant: &Arc<str>) -> Stored<Vec<Arc<FlowRevision>>> {
    store.flows(&Permit::system("the index of flows").within(Arc::clone(tenant)))
}

fn name_of(flow: &FlowRevision) -> FlowName {
    (Arc::clone(&flow.namespace), Arc::clone(&flow.id))
}

fn may_have_links(source: &str) -> bool {
    WORDS.iter().any(|word| source.contains(word))
}

/// The links of a flow. One that cannot be read has none; it does not keep the others from theirs.
fn read(flow: &Arc<FlowRevision>, definitions: &Definitions) -> Stored<Links> {
    if !may_have_links(&flow.source) {
        return Ok(Links::default());
    }
    match definitions.read(Arc::clone(flow)) {
        Ok(definition) => Ok(Links::of(&definition)),
        Err(StoreError::Corrupt { .. }) => Ok(Links::default()),
        Err(error) => Err(error),
    }
}

impl Links {
    fn of(definition: &Arc<Definition>) -> Self {
        let plan = &definition.plan;
        let mut starts: Vec<FlowName> = plan
            .tasks
            .iter()
            .filter_map(|task| match &task.kind {
                Kind::Subflow(subflow) | Kind::Items(subflow, _) => {
                    started(plan, subflow.namespace.as_ref(), subflow.flow.as_ref()?)
                }
                _ => None,
            })
            .collect();
        starts.sort();
        starts.dedup();
        let listens = (!plan.flow_triggers.is_empty()).then(|| Arc::clone(definition));
        Self { starts: starts.into(), listens }
    }
}

fn started(plan: &Plan, namespace: Option<&Property>, flow: &Property) -> Option<FlowName> {
    let namespace = namespace.map_or(Some(&*plan.namespace), fixed)?;
    Some((namespace.into(), fixed(flow)?.into()))
}

/// A text that no expression makes.
fn fixed(property: &Property) -> Option<&str> {
    match property.fixed()? {
        Value::Str(text) => Some(text.expose()),
        _ => None,
    }
}
