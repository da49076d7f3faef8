//! Names of flows, kept until one changes: somebody who types asks with every letter, and reading ten thousand flows
//! takes longer than anybody wants to wait for a letter.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kapelle_model::Millis;
use kapelle_model::permit::Permit;

use crate::call::Call;
use crate::error::Outcome;

/// How long names are good while flows change: who saves many reads them not more often than this.
const AGE_MAX_MS: i64 = 1_000;

/// Characters of a description that are shown.
const SHOWN_MAX: usize = 120;

/// Flows of all tenants by what the palette shows of them.
#[derive(Default)]
pub(crate) struct Names {
    kept: Mutex<BTreeMap<Arc<str>, Kept>>,
}

struct Kept {
    at: Millis,
    changes: u64,
    flows: Arc<[FlowName]>,
}

/// A flow, without what is in it.
pub(crate) struct FlowName {
    pub(crate) namespace: Arc<str>,
    pub(crate) id: Arc<str>,
    pub(super) description: Option<Arc<str>>,
    pub(super) is_disabled: bool,
    /// Namespace and id in lower case.
    pub(super) lower: String,
}

impl Names {
    /// All flows of the tenant, by namespace and id. The caller has to see to whose they are.
    pub(crate) fn of(&self, call: &Call) -> Outcome<Arc<[FlowName]>> {
        // Before they are read: what changes meanwhile makes them old.
        let (now, changes) = (call.runtime().now(), call.runtime().flow_changes());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&call.tenant) {
            let age = now.0 - known.at.0;
            if known.changes == changes || (0..AGE_MAX_MS).contains(&age) {
                return Ok(Arc::clone(&known.flows));
            }
        }
        let permit = Permit::system("names for the palette").within(Arc::clone(&call.tenant));
        let flows: Arc<[FlowName]> = call
            .store()
            .flows(&permit)?
            .iter()
            .map(|flow| FlowName {
                namespace: Arc::clone(&flow.namespace),
                id: Arc::clone(&flow.id),
                description: flow.description.as_deref().map(beginning),
                is_disabled: flow.is_disabled,
                lower: format!("{}.{}", flow.namespace, flow.id).to_lowercase(),
            })
            .collect();
        kept.insert(Arc::clone(&call.tenant), Kept { at: now, changes, flows: Arc::clone(&flows) });
        Ok(flows)
    }
}

/// The first line of a description, not more than a row has room for.
fn beginning(description: &str) -> Arc<str> {
    let line = description.trim().lines().next().unwrap_or_default();
    line.chars().take(SHOWN_MAX).collect::<String>().into()
}
