//! Outputs as expressions read them: by task, and in loops by value.

use std::sync::Arc;

use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{Map, Value};

use super::Live;

impl Live {
    /// Puts the outputs of a task run where expressions look for them. Those of an earlier run give way.
    pub(crate) fn add_outputs(&mut self, run: &TaskRun) {
        let Some(outputs) = run.outputs.as_ref().filter(|outputs| !outputs.is_empty()) else { return };
        let mut path = self.values_of(run.parent);
        path.extend(run.value.clone());
        let place = path.into_iter().fold(
            Arc::make_mut(&mut self.outputs).entry(Arc::clone(&run.task)).or_default(),
            |place, value| {
                if !matches!(place, Value::Map(_)) {
                    *place = Value::Map(Arc::default());
                }
                let Value::Map(map) = place else { unreachable!("it has just been made a map") };
                Arc::make_mut(map).entry(value).or_default()
            },
        );
        *place = Value::Map(Arc::clone(outputs));
    }

    /// All outputs that expressions see; in the iteration of a loop also those of the tasks before the loop.
    pub(crate) fn outputs_around(&self) -> Arc<Map> {
        let Some(scope) = &self.execution.birth.scope else { return Arc::clone(&self.outputs) };
        let mut all = (*scope.outputs).clone();
        all.extend(self.outputs.iter().map(|(task, outputs)| (Arc::clone(task), outputs.clone())));
        Arc::new(all)
    }

    /// The values of the loops around, outermost first.
    pub(crate) fn values_of(&self, parent: Option<RunIndex>) -> Vec<Arc<str>> {
        let Some(parent) = parent else { return Vec::new() };
        let around = std::iter::once(self.run(parent)).chain(self.ancestors(parent));
        let mut values: Vec<Arc<str>> = around.filter_map(|run| run.value.clone()).collect();
        values.reverse();
        values
    }
}

/// The outputs of a task run with one more of them.
pub(crate) fn with(outputs: Option<&Arc<Map>>, name: &str, value: Value) -> Arc<Map> {
    let mut map = outputs.map(|outputs| (**outputs).clone()).unwrap_or_default();
    map.insert(Arc::from(name), value);
    Arc::new(map)
}
