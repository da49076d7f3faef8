//! What the server knows around a flow, as far as the person who asks may see it.

use std::sync::Arc;

use kapelle_core::language::material::{Interface, Material};
use kapelle_model::Map;
use kapelle_model::permit::is_under;
use kapelle_plugin::Keys;
use kapelle_runtime::inspect;
use kapelle_store::flow::Which;

use super::question::Question;
use crate::call::Call;
use crate::error::Outcome;
use crate::handlers::executions::header;
use crate::handlers::search::all_namespaces;

pub(super) struct Known<'c> {
    call: &'c Call,
    /// The namespace of a text that names none.
    namespace: String,
    context: Option<Map>,
}

impl<'c> Known<'c> {
    pub(super) fn of(call: &'c Call, question: &Question) -> Outcome<Self> {
        let context = match question.text("executionId") {
            None => None,
            Some(id) => {
                let id = header(call, id)?.birth.id;
                Some(inspect::variables(call.store(), id, None, &Map::new())?)
            }
        };
        let namespace = question.text("namespace").unwrap_or_default().to_owned();
        Ok(Self { call, namespace, context })
    }

    /// A namespace that may be looked at: the one that is named, or that of the question.
    fn seen<'n>(&'n self, namespace: &'n str) -> Option<&'n str> {
        let namespace = if namespace.is_empty() { &self.namespace } else { namespace };
        Some(namespace).filter(|namespace| !namespace.is_empty() && self.call.may_see(namespace))
    }

    /// It and all namespaces above it that may be looked at.
    fn levels<'n>(&'n self, namespace: &'n str) -> impl Iterator<Item = &'n str> {
        let own = self.seen(namespace);
        let up = |namespace: &&'n str| namespace.rsplit_once('.').map(|(above, _)| above);
        std::iter::successors(own, up).filter(|namespace| self.call.may_see(namespace))
    }
}

/// What cannot be read at the moment is not offered; nobody's typing fails because of it.
impl Material for Known<'_> {
    fn namespaces(&self) -> Vec<String> {
        all_namespaces(self.call).unwrap_or_default()
    }

    fn flows(&self, namespace: &str) -> Option<Vec<String>> {
        let namespace = self.seen(namespace)?;
        let flows = self.call.app.names.of(self.call).ok()?;
        let own = flows.iter().filter(|flow| &*flow.namespace == namespace);
        Some(own.map(|flow| flow.id.to_string()).collect())
    }

    fn interface(&self, namespace: &str, flow: &str) -> Option<Interface> {
        let namespace = self.seen(namespace)?;
        let found = self.call.store().flow(&self.call.tenant, namespace, flow, Which::Latest).ok()??;
        Some(Interface::of(&found.source))
    }

    fn keys(&self, namespace: &str) -> Vec<String> {
        let keys = self.call.runtime().keys(&self.call.tenant);
        let mut found: Vec<String> = Vec::new();
        for namespace in self.levels(namespace) {
            let own = keys.list(namespace, "").unwrap_or_default();
            found.extend(own.into_iter().filter(|kept| !kept.is_expired).map(|kept| kept.key));
        }
        found.sort();
        found.dedup();
        found
    }

    fn secrets(&self, namespace: &str) -> Vec<String> {
        let Some(namespace) = self.seen(namespace) else { return Vec::new() };
        let permit = self.call.permit.clone().within(Arc::clone(&self.call.tenant));
        let all = self.call.runtime().stored_secrets().list(&permit, None).unwrap_or_default();
        let own = all
            .into_iter()
            .filter(|entry| entry.namespace.is_empty() || is_under(namespace, &entry.namespace));
        let mut found: Vec<String> = own.map(|entry| entry.key).collect();
        found.sort();
        found.dedup();
        found
    }

    fn has_secret(&self, namespace: &str, name: &str) -> Option<bool> {
        let own = self.seen(namespace)?;
        let found = self.call.runtime().has_secret(&self.call.tenant, own, name)?;
        Some(found || self.secrets(namespace).iter().any(|known| known == name))
    }

    fn context(&self) -> Option<&Map> {
        self.context.as_ref()
    }
}
