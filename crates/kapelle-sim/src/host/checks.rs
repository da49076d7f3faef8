//! The checks of a flow that decide whether a client may create an execution.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_engine::checks::Behavior;
use kapelle_engine::step::Creation;
use kapelle_model::{Failure, Map, Value};

use super::{Definition, Host, Refusal};

impl Host {
    /// Whether the checks of a flow let an execution come to be; if they want it to fail, why.
    pub(super) fn check(
        &self,
        definition: &Definition,
        creation: &Creation,
    ) -> Result<Option<Failure>, Refusal> {
        let context = self.context_of_checks(definition, creation);
        let outcome = definition.plan.checks.evaluate(Environment {
            context: &context,
            services: &self.shelf,
            settings: &self.settings,
        });
        if let Some(refusal) = outcome.refusal() {
            return Err(Refusal::new(422, format!("Illegal argument: {refusal}")));
        }
        if outcome.behavior != Some(Behavior::FailExecution) {
            return Ok(None);
        }
        let messages = outcome.failed.iter().map(|check| check.message.masked());
        Ok(Some(Failure::new(messages.collect::<Vec<_>>().join(", "))))
    }

    fn context_of_checks(&self, definition: &Definition, creation: &Creation) -> Map {
        let plan = &definition.plan;
        let map = |entries: Vec<(&str, Value)>| {
            Value::Map(Arc::new(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect()))
        };
        let labels = creation.labels.iter().map(|(key, value)| (&**key, Value::from(&**value)));
        let mut context = self.variables.clone();
        context.extend([
            (
                Arc::from("flow"),
                map(vec![("id", Value::from(&*plan.flow)), ("namespace", Value::from(&*plan.namespace))]),
            ),
            (Arc::from("labels"), map(labels.collect())),
            (Arc::from("vars"), Value::Map(Arc::clone(&plan.variables))),
            (Arc::from("inputs"), Value::Map(Arc::clone(&creation.birth.inputs))),
        ]);
        context
    }
}
