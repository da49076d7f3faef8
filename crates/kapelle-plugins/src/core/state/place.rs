//! Under which key a map is kept.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::hash::short_hash;
use super::super::kv::checked;

/// What all tasks of the family say about the place.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    /// The name of the map; `default` if nothing is said.
    name: Option<Expr<String>>,
    /// Whether the map belongs to the namespace; else it belongs to the flow.
    namespace: Option<Expr<bool>>,
    /// Whether each value of a loop has a map of its own; it has unless this says `false`.
    taskrun_value: Option<Expr<bool>>,
}

impl Place {
    pub(super) fn key(&self, cx: &RunContext) -> Result<String, Failure> {
        let name = cx.filled(self.name.as_ref())?.unwrap_or_else(|| "default".to_owned());
        let is_shared = cx.filled(self.namespace.as_ref())?.unwrap_or(false);
        let has_value = cx.filled(self.taskrun_value.as_ref())?.unwrap_or(true);
        let flow = if is_shared { String::new() } else { format!("{}_", plain::slug(&cx.place.flow)) };
        let value = cx.place.value.as_deref().filter(|_| has_value);
        let value = value.map(|value| format!("_{}", short_hash(value))).unwrap_or_default();
        checked(&Text::from(format!("{flow}states_tasks-states_{name}{value}")))
    }

    /// What is kept there; whether it is secret as a whole stays with it.
    pub(super) fn load(cx: &RunContext, key: &str) -> Result<Option<Value>, Failure> {
        let kept = cx.host.keys().get(&cx.place.namespace, key)?;
        Ok(kept.filter(|kept| !kept.is_expired).map(|kept| kept.value))
    }
}

/// The entries of what is kept.
pub(super) fn entries(kept: Option<Value>) -> Arc<Map> {
    match kept {
        Some(Value::Map(map)) => map,
        Some(Value::Secret(inner)) => {
            let inner = entries(Some((*inner).clone()));
            let marked = inner.iter().map(|(name, value)| (name.clone(), value.clone().into_secret()));
            Arc::new(marked.collect())
        }
        _ => Arc::default(),
    }
}
