//! Names of namespaces and flows, which rows refer to by number. All of them are in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use kapelle_store::StoreError;
use rusqlite::Connection;

use crate::errors::{corrupt, of_sqlite};

/// The number of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NsId(pub i64);

/// The number of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FlowId(pub i64);

/// Everything that was ever named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    namespaces: BTreeMap<NsId, Namespace>,
    flows: BTreeMap<FlowId, Flow>,
    ns_ids: HashMap<Arc<str>, HashMap<Arc<str>, NsId>>,
    flow_ids: HashMap<NsId, HashMap<Arc<str>, FlowId>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Namespace {
    pub tenant: Arc<str>,
    /// Empty for what stands for the tenant.
    pub name: Arc<str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub ns: NsId,
    pub name: Arc<str>,
}

/// The names that everybody works with. Who reads rows first and asks for the names then knows those of all rows.
pub(crate) struct SharedNames(RwLock<Arc<Names>>);

impl SharedNames {
    pub(crate) fn new(names: Names) -> Self {
        Self(RwLock::new(Arc::new(names)))
    }

    pub(crate) fn now(&self) -> Arc<Names> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes rows visible together with their names: nobody gets the names while that is under way.
    pub(crate) fn extend<E>(&self, fresh: Names, commit: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        if fresh.is_empty() {
            return commit();
        }
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        commit()?;
        Arc::make_mut(&mut names).extend(fresh);
        Ok(())
    }
}

impl Names {
    pub(crate) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut names = Self::default();
        names.read(connection).map_err(|error| of_sqlite(&error))?;
        Ok(names)
    }

    fn read(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut query = connection.prepare("SELECT id, tenant, name FROM ns")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            self.add_namespace(NsId(row.get(0)?), row.get(1)?, row.get(2)?);
        }
        let mut query = connection.prepare("SELECT id, ns, name FROM flow_key")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            self.add_flow(FlowId(row.get(0)?), NsId(row.get(1)?), row.get(2)?);
        }
        Ok(())
    }

    pub(crate) fn add_namespace(&mut self, id: NsId, tenant: Arc<str>, name: Arc<str>) {
        self.ns_ids.entry(Arc::clone(&tenant)).or_default().insert(Arc::clone(&name), id);
        self.namespaces.insert(id, Namespace { tenant, name });
    }

    pub(crate) fn add_flow(&mut self, id: FlowId, ns: NsId, name: Arc<str>) {
        self.flow_ids.entry(ns).or_default().insert(Arc::clone(&name), id);
        self.flows.insert(id, Flow { ns, name });
    }

    /// These and what is new in others.
    pub(crate) fn with(self: &Arc<Self>, fresh: &Self) -> Arc<Self> {
        if fresh.is_empty() {
            return Arc::clone(self);
        }
        let mut all = Self::clone(self);
        all.extend(fresh.clone());
        Arc::new(all)
    }

    fn is_empty(&self) -> bool {
        self.namespaces.is_empty() && self.flows.is_empty()
    }

    /// Takes over what is new in others.
    fn extend(&mut self, others: Self) {
        for (id, Namespace { tenant, name }) in others.namespaces {
            self.add_namespace(id, tenant, name);
        }
        for (id, Flow { ns, name }) in others.flows {
            self.add_flow(id, ns, name);
        }
    }

    pub(crate) fn ns(&self, tenant: &str, name: &str) -> Option<NsId> {
        self.ns_ids.get(tenant)?.get(name).copied()
    }

    pub(crate) fn flow(&self, ns: NsId, name: &str) -> Option<FlowId> {
        self.flow_ids.get(&ns)?.get(name).copied()
    }

    pub(crate) fn namespace_of(&self, id: NsId) -> Result<&Namespace, StoreError> {
        self.namespaces.get(&id).ok_or_else(|| corrupt(format!("namespace {}", id.0), "it has no name"))
    }

    pub(crate) fn flow_of(&self, id: FlowId) -> Result<&Flow, StoreError> {
        self.flows.get(&id).ok_or_else(|| corrupt(format!("flow {}", id.0), "it has no name"))
    }

    pub(crate) fn namespaces(&self) -> impl Iterator<Item = (NsId, &Namespace)> {
        self.namespaces.iter().map(|(id, namespace)| (*id, namespace))
    }

    pub(crate) fn flows(&self) -> impl Iterator<Item = (FlowId, &Flow)> {
        self.flows.iter().map(|(id, flow)| (*id, flow))
    }
}
