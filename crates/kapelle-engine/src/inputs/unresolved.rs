//! Inputs of executions for which no resolution ran: those of Flow triggers, of polling and realtime triggers.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_model::{Map, Value};

use super::Inputs;
use super::context::OnlyFlow;
use super::nested::{get, put};
use super::stored::stored;

/// What an execution keeps of values that are passed on as they are: neither typed nor validated, nor nested.
pub fn as_given(provided: &Map) -> Map {
    provided.iter().map(|(id, value)| (Arc::clone(id), stored(value))).collect()
}

impl Inputs {
    /// What expressions see as `inputs`: the values that an execution keeps, and the defaults of inputs that have none, as
    /// far as they need nothing but the flow. A default that fails or does not fit is left out.
    pub fn visible(&self, kept: &Arc<Map>, environment: Environment<'_>) -> Arc<Map> {
        let context = OnlyFlow(environment.context);
        let environment = Environment { context: &context, ..environment };
        let mut visible = Arc::clone(kept);
        for declared in &self.declared {
            let Some(default) = &declared.default else { continue };
            if declared.is_form() || get(kept, &declared.id).is_some() {
                continue;
            }
            let value = default.render(declared, environment).and_then(|value| match value {
                Value::Null => Ok(Value::Null),
                value => declared.value_type.convert(&value),
            });
            if let Ok(value) = value {
                put(Arc::make_mut(&mut visible), &declared.id, stored(&value));
            }
        }
        visible
    }
}
