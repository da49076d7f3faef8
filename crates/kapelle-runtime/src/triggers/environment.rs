//! What expressions of a trigger see.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::services::Services;
use kapelle_engine::creation::without_execution;
use kapelle_engine::triggers::Trigger;
use kapelle_model::effect::Request;
use kapelle_model::{ExecutionId, Map, Value};

use crate::births::provisional;
use crate::definitions::Definition;
use crate::shared::Shared;

/// Variables of the installation and of the flow, and what the trigger is called.
pub(crate) fn variables(shared: &Shared, definition: &Definition, trigger: &Trigger) -> Map {
    let own = Map::from_iter([
        ("id".into(), Value::from(&*trigger.id)),
        ("type".into(), Value::from(&*trigger.written_type)),
    ]);
    let mut all = of_flow(shared, definition);
    all.insert("trigger".into(), Value::Map(Arc::new(own)));
    all
}

fn of_flow(shared: &Shared, definition: &Definition) -> Map {
    let plan = &definition.plan;
    without_execution(plan, &definition.flow.tenant, &plan.labels, &shared.variables)
}

/// Lets expressions of a trigger be rendered, in the name of an execution that may come of it.
pub(crate) fn with_environment<T>(
    shared: &Shared,
    definition: &Definition,
    trigger: &Trigger,
    use_it: impl FnOnce(Environment<'_>) -> T,
) -> T {
    with_variables(shared, definition, &variables(shared, definition, trigger), use_it)
}

/// The same for what belongs to the whole flow.
pub(crate) fn with_flow<T>(
    shared: &Shared,
    definition: &Definition,
    use_it: impl FnOnce(Environment<'_>) -> T,
) -> T {
    with_variables(shared, definition, &of_flow(shared, definition), use_it)
}

fn with_variables<T>(
    shared: &Shared,
    definition: &Definition,
    variables: &Map,
    use_it: impl FnOnce(Environment<'_>) -> T,
) -> T {
    let services = services(shared, definition, ExecutionId(0));
    use_it(Environment { context: variables, services: &*services, settings: &shared.settings })
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
