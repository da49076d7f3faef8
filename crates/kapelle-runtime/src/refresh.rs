//! What flows take from around them changed: templates, and what is set for namespaces. Flows are read anew when they are
//! needed next. Executions that are under way keep what they began with, as long as this process lives.

use std::sync::Arc;

use kapelle_model::permit::is_under;

use crate::definitions::Definition;
use crate::shared::{News, Shared};

pub(crate) fn settings_changed(shared: &Shared, tenant: &Arc<str>, namespace: &str) {
    shared.definitions.forget_namespace(tenant, namespace);
    shared.flow_index.forget_links(tenant, |concerned| is_under(concerned, namespace));
    listen_anew(shared, tenant, |definition| is_under(&definition.flow.namespace, namespace));
}

pub(crate) fn templates_changed(shared: &Shared, tenant: &Arc<str>) {
    shared.definitions.forget_templates(tenant);
    shared.flow_index.forget_links(tenant, |_| true);
}

/// Flows that listen to executions of others are kept apart from the rest.
fn listen_anew(shared: &Shared, tenant: &Arc<str>, is_concerned: impl Fn(&Definition) -> bool) {
    let listeners = &shared.triggers.listeners;
    for old in listeners.of(tenant).iter().filter(|definition| is_concerned(definition)) {
        let flow = &old.flow;
        match shared.definitions.find(tenant, &flow.namespace, &flow.id, None) {
            Ok(Some(new)) => listeners.saved(&new),
            // It has ended meanwhile, which was told already.
            Ok(None) => {}
            Err(error) => {
                let words = format!(
                    "flow `{}.{}` listens with old settings of its namespace, since it cannot be read: {error}",
                    flow.namespace, flow.id
                );
                shared.news(&News::Alarm(&words));
            }
        }
    }
}
