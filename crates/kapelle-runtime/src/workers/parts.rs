//! What the executions of a `ForEachItem` gave, laid out as files for the task that joins it.

use std::sync::Arc;

use kapelle_core::expression::Template;
use kapelle_core::expression::environment::Environment;
use kapelle_core::property::Property;
use kapelle_engine::live::Live;
use kapelle_engine::variables::Variables;
use kapelle_model::execution::Birth;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Failure, MASK, Map, Node, Value};
use kapelle_store::StoreError;
use kapelle_store::store::Values;

use crate::shared::Shared;

/// The type of the task that joins.
pub(super) const JOINS: &str = "io.kestra.plugin.core.flow.ForEachItem$ForEachItemMergeOutputs";

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn failed(error: StoreError) -> Failure {
    Failure::new(error.to_string())
}

/// Lays out what the executions gave that the task beside a joining one started.
pub(super) fn lay_out(shared: &Shared, of: &Birth, joining: RunIndex) -> Result<(), Failure> {
    let execution = shared.store.execution(of.id, Values::Fetched).map_err(failed)?;
    let Some(execution) = execution else { return Ok(()) };
    let Some(join) = execution.run(joining) else { return Ok(()) };
    let Some(name) = join.task.strip_suffix("_merge").map(|name| format!("{name}_items")) else {
        return Ok(());
    };
    let mut runs = execution.runs.iter().rev();
    let Some(items) = runs.find(|run| *run.task == *name && run.parent == join.parent) else { return Ok(()) };
    let base = items.outputs.as_ref().and_then(|outputs| outputs.get("subflowOutputsBaseUri"));
    let Some(Value::Str(base)) = base else { return Ok(()) };
    for ((_, batch), child) in execution.children.range((items.index, 0)..=(items.index, u32::MAX)) {
        let gave = child.outputs.as_ref().is_some_and(|outputs| !outputs.is_empty());
        if let Some(line) = gave.then(|| line_of(shared, child.id)).transpose()?.flatten() {
            let uri = format!("kestra://{}/{batch}/outputs.ion", base.expose());
            shared.reach.put(of, &uri, line.as_bytes())?;
        }
    }
    Ok(())
}

/// A value with stars instead of what is secret: a file has no marks.
fn hidden(value: &Value) -> Value {
    match value {
        Value::Secret(_) => MASK.into(),
        Value::Str(text) if text.has_secret() => text.masked().as_str().into(),
        Value::List(items) => Value::List(Arc::new(items.iter().map(hidden).collect())),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (Arc::clone(key), hidden(value)));
            Value::Map(Arc::new(entries.collect()))
        }
        open => open.clone(),
    }
}

/// The outputs of an execution as a line of Ion, without secrets. They are rendered anew, since there they have no types.
fn line_of(shared: &Shared, id: ExecutionId) -> Result<Option<String>, Failure> {
    let Some(execution) = shared.store.execution(id, Values::Fetched).map_err(failed)? else {
        return Ok(None);
    };
    let birth = Arc::clone(&execution.birth);
    let found = shared.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, Some(birth.revision));
    let Some(definition) = found.map_err(failed)? else { return Ok(None) };
    let live = Live::restore(&definition.plan, execution).map_err(Failure::new)?;
    let language = shared.settings.language;
    shared.with_world(&birth, |world| {
        let variables = Variables::new(&definition.plan, &live, None, world, &[]);
        let environment = variables.environment();
        let declared = definition.root.get("outputs").map_or(&[][..], Node::items).iter();
        let rendered = declared.filter_map(|output| {
            let value = Property::read(output.get("value")?, language).render(environment).ok()?;
            Some((Arc::from(&*output.get("id")?.scalar_text()?), hidden(&value)))
        });
        let outputs: Map = rendered.collect();
        let context = Map::from_iter([(Arc::from("outputs"), Value::Map(Arc::new(outputs)))]);
        let Ok(template) = Template::compile("{{ outputs | toIon }}", language) else { return Ok(None) };
        let line = template.render(Environment { context: &context, ..environment });
        let line = line.map_err(|error| Failure::new(error.text()))?;
        Ok(line.map(|line| format!("{}\n", line.expose())))
    })
}
