//! What flows of one installation reach: its storage, keys, secrets, executions.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use kapelle_core::expression::services::Services;
use kapelle_http::Client;
use kapelle_model::execution::Birth;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::Place;

use crate::clock::Clock;
use crate::desk::{Calls, Desk, DeskSettings};
use crate::executions::{FlowTriggers, TenantExecutions};
use crate::flows::TenantFlows;
use crate::keys::TenantKeys;
use crate::masks::Masks;
use crate::namespace_files::TenantFiles;
use crate::reach::{Reach, Reached};
use crate::runtime::Grips;
use crate::secrets::Secrets;
use crate::storage::{self, AttemptFiles, FileReader, FileSettings, LocalFiles, MayUse, Storage};

/// What an installation brings.
pub struct Surroundings {
    pub storage: Arc<dyn Storage>,
    /// Files of the machine that flows may read.
    pub local: LocalFiles,
    pub secrets: Arc<dyn Secrets>,
    /// Settings that tasks look up, by their whole names.
    pub settings: BTreeMap<String, String>,
    /// Sends the requests of tasks.
    pub client: Client,
    /// Sends the requests of expressions.
    pub calls: Option<Arc<dyn Calls>>,
}

/// The surroundings of a runtime that has begun.
pub(crate) struct Inhabited {
    surroundings: Surroundings,
    grips: Grips,
}

impl Surroundings {
    /// Makes them reachable for the executions of a runtime.
    pub fn around(self, grips: &Grips) -> Arc<dyn Reach> {
        Arc::new(Inhabited { surroundings: self, grips: grips.clone() })
    }
}

impl Inhabited {
    fn clock(&self) -> Clock {
        Arc::clone(&self.grips.clock)
    }

    fn keys(&self, tenant: &Arc<str>) -> TenantKeys {
        TenantKeys::new(Arc::clone(tenant), Arc::clone(&self.grips.store), self.clock())
    }

    fn namespace_files(&self, tenant: &Arc<str>) -> TenantFiles {
        let (store, storage) = (Arc::clone(&self.grips.store), Arc::clone(&self.surroundings.storage));
        TenantFiles::new(Arc::clone(tenant), store, storage, self.clock())
    }

    fn files(&self, of: &Birth) -> FileReader {
        let settings = FileSettings {
            storage: Arc::clone(&self.surroundings.storage),
            namespace_files: self.namespace_files(&of.tenant),
            local: self.surroundings.local.clone(),
            clock: self.clock(),
        };
        FileReader::new(settings, reach_of(of))
    }

    fn desk(&self, of: &Birth, masks: Masks) -> Desk {
        let settings = DeskSettings {
            store: Arc::clone(&self.grips.store),
            keys: self.keys(&of.tenant),
            secrets: Arc::clone(&self.surroundings.secrets),
            clock: self.clock(),
            run_ids: Arc::clone(&self.grips.run_ids),
            calls: self.surroundings.calls.clone(),
        };
        Desk::new(settings, Some(of.id), self.files(of), masks)
    }
}

/// Every namespace may use every other one.
fn everybody() -> MayUse {
    Arc::new(|_namespace| true)
}

fn reach_of(of: &Birth) -> storage::Reach {
    let parent = of.origin.as_ref().and_then(|origin| {
        let trigger = Value::Map(Arc::clone(&origin.variables));
        storage::of_parent(&Map::from_iter([("trigger".into(), trigger)]))
    });
    let execution = of.id.to_string();
    storage::Reach::new(
        Arc::clone(&of.tenant),
        (Arc::clone(&of.namespace), &of.flow, &execution),
        parent,
        everybody(),
    )
}

impl Reach for Inhabited {
    fn desk(&self, of: &Birth) -> Arc<dyn Services + Send + Sync> {
        Arc::new(Self::desk(self, of, Masks::default()))
    }

    fn attempt(&self, of: &Birth, place: &Arc<Place>) -> Reached {
        let masks = Masks::default();
        masks.add_value(&Value::Map(Arc::clone(&of.inputs)));
        Reached {
            services: Arc::new(Self::desk(self, of, masks.clone())),
            files: Box::new(AttemptFiles::new(self.files(of), Arc::clone(place))),
            keys: Box::new(self.keys(&of.tenant)),
            namespace_files: Box::new(self.namespace_files(&of.tenant)),
            executions: Box::new(TenantExecutions::new(
                Arc::clone(&of.tenant),
                self.grips.clone(),
                Arc::clone(&self.surroundings.storage),
            )),
            flows: Box::new(TenantFlows::new(Arc::clone(&of.tenant), self.grips.clone())),
            triggers: Box::new(FlowTriggers::new(Arc::clone(&of.tenant), self.grips.clone())),
            masks,
        }
    }

    fn put(&self, of: &Birth, uri: &str, content: &[u8]) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::new(format!("`{uri}` cannot be kept: {error}"));
        let path = reach_of(of).stored(uri)?;
        let mut file = self.surroundings.storage.create().map_err(failed)?;
        file.write_all(content).and_then(|()| file.keep(&path)).map_err(failed)
    }

    fn http(&self) -> Client {
        self.surroundings.client.clone()
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.surroundings.settings.get(name).cloned()
    }
}
