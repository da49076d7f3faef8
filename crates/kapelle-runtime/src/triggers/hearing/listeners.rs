//! The flows whose triggers listen to executions of others.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kapelle_engine::flow_trigger::Upstream;
use kapelle_model::State;
use kapelle_model::execution::Execution;
use kapelle_model::permit::Permit;
use kapelle_store::Write;
use kapelle_store::document::{Document, Kind};
use kapelle_store::error::Result;
use kapelle_store::transaction::Over;

use super::{Change, Heard};
use crate::activity::Activity;
use crate::definitions::Definition;
use crate::shared::Shared;

/// Flows that are read at once.
const PAGE: usize = 1_000;

#[derive(Default)]
pub(crate) struct Listeners {
    /// By tenant, and then by namespace and id.
    flows: RwLock<BTreeMap<Arc<str>, Flows>>,
    heard: OnceLock<Sender<Heard>>,
}

type Flows = BTreeMap<(Arc<str>, Arc<str>), Arc<Definition>>;

impl Listeners {
    /// From now on changes are told to this thread.
    pub(crate) fn begin(&self, heard: Sender<Heard>) {
        // It is begun once.
        let _again = self.heard.set(heard);
    }

    pub(crate) fn stop(&self) {
        if let Some(heard) = self.heard.get() {
            // It may have ended.
            let _ended = heard.send(Heard::Stop);
        }
    }

    /// A flow has a new revision.
    pub(crate) fn saved(&self, definition: &Arc<Definition>) {
        let flow = &definition.flow;
        let name = (Arc::clone(&flow.namespace), Arc::clone(&flow.id));
        let listens = !definition.plan.flow_triggers.is_empty() && !definition.plan.disabled;
        let mut flows = self.write();
        if listens && !flow.is_deleted {
            flows.entry(Arc::clone(&flow.tenant)).or_default().insert(name, Arc::clone(definition));
        } else if let Some(known) = flows.get_mut(&flow.tenant) {
            known.remove(&name);
        }
    }

    /// The change of an execution to a state, if a trigger may listen to it.
    pub(crate) fn change(&self, execution: &Execution, to: State) -> Option<Change> {
        self.heard.get()?;
        let flows = self.read();
        let flows = flows.get(&execution.birth.tenant).filter(|flows| !flows.is_empty())?;
        let states: Vec<State> = execution.head.history.entries().map(|(state, _)| state).collect();
        let number = u32::try_from(states.iter().rposition(|state| *state == to)?).ok()?;
        let upstream = Upstream::of(execution, number)?;
        let mut triggers = flows.values().flat_map(|definition| &definition.plan.flow_triggers);
        let tenant = Arc::clone(&execution.birth.tenant);
        triggers.any(|trigger| trigger.listens_to(&upstream)).then_some(Change {
            tenant,
            execution: execution.birth.id,
            number,
        })
    }

    /// The flows whose triggers may listen to an execution of a tenant.
    pub(crate) fn of(&self, tenant: &str) -> Vec<Arc<Definition>> {
        self.read().get(tenant).map(|flows| flows.values().cloned().collect()).unwrap_or_default()
    }

    /// Tells of a change that is on the disk.
    pub(crate) fn tell(&self, change: Change, activity: &Arc<Activity>) {
        if let Some(heard) = self.heard.get() {
            // It may have ended; the change is written down.
            let _ended = heard.send(Heard::Change(change, activity.begin()));
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Arc<str>, Flows>> {
        self.flows.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Arc<str>, Flows>> {
        self.flows.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Change {
    /// What writes it down.
    pub(crate) fn write(&self, at: kapelle_model::Millis) -> Write {
        let document = Document::new(self.document(), at, None, Vec::new());
        Write::Put { document: Box::new(document), over: Over::Any }
    }
}

/// Reads the flows that are known to listen.
pub(crate) fn load(shared: &Shared) -> Result<()> {
    let permit = Permit::system("flows that listen to others");
    let mut after = None;
    loop {
        let page = shared.store.documents(&permit, Kind::Listener, None, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.key.clone());
        for key in page.iter().map(|document| &document.key) {
            if let Some(definition) = shared.definitions.find(&key.tenant, &key.namespace, &key.name, None)? {
                shared.triggers.listeners.saved(&definition);
            }
        }
    }
}
