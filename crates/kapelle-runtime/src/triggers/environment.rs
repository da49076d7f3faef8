//! What expressions of a trigger see.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::services::Services;
use kapelle_engine::labels::nested;
use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Request;
use kapelle_model::{ExecutionId, Map, Value};

use crate::births::provisional;
use crate::definitions::Definition;
use crate::shared::Shared;

/// Variables of the installation and of the flow, and what the trigger is called.
pub(crate) fn variables(shared: &Shared, definition: &Definition, trigger: &Trigger) -> Map {
    let plan = &definition.plan;
    let mut all = shared.variables.clone();
    let flow = Map::from_iter([
        ("id".into(), Value::from(&*plan.flow)),
        ("namespace".into(), Value::from(&*plan.namespace)),
        ("revision".into(), Value::Int(i64::from(plan.revision))),
        ("tenantId".into(), Value::from(&*definition.flow.tenant)),
    ]);
    all.insert("flow".into(), Value::Map(Arc::new(flow)));
    let own = Map::from_iter([
        ("id".into(), Value::from(&*trigger.id)),
        ("type".into(), Value::from(&*trigger.written_type)),
    ]);
    all.insert("trigger".into(), Value::Map(Arc::new(own)));
    if !plan.variables.is_empty() {
        all.insert("vars".into(), Value::Map(Arc::clone(&plan.variables)));
    }
    if !plan.labels.is_empty() {
        let labels = nested(plan.labels.iter().map(|(key, value)| (&**key, &**value)));
        all.insert("labels".into(), Value::Map(Arc::new(labels)));
    }
    all
}

/// Lets expressions of a trigger be rendered, in the name of an execution that may come of it.
pub(crate) fn with_environment<T>(
    shared: &Shared,
    definition: &Definition,
    trigger: &Trigger,
    use_it: impl FnOnce(Environment<'_>) -> T,
) -> T {
    let variables = variables(shared, definition, trigger);
    let services = services(shared, definition, ExecutionId(0));
    use_it(Environment { context: &variables, services: &*services, settings: &shared.settings })
}

/// What expressions may ask for.
pub(crate) fn services(
    shared: &Shared,
    definition: &Definition,
    id: ExecutionId,
) -> Arc<dyn Services + Send + Sync> {
    let plan = &definition.plan;
    let request = Request::new(id, Arc::clone(&plan.namespace), Arc::clone(&plan.flow));
    shared.reach.desk(&provisional(&definition.flow.tenant, &request, definition))
}
