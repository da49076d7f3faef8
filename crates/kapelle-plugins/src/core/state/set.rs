//! `io.kestra.plugin.core.state.Set`: adds to a map that is kept.

use std::sync::Arc;

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Broken, Expr, KeyToSet, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::place::{Place, entries};

/// # Set a state
///
/// Adds entries to a map that the next executions find; those that are there already get their new values. The tasks of
/// `core.kv` do the same and more.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Set {
    #[serde(flatten)]
    place: Place,
    /// The entries. They have to be there.
    data: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How many entries the map has now.
    count: u64,
    /// The key under which it is kept.
    key: String,
}

impl Task for Set {
    const TYPE: &'static str = "io.kestra.plugin.core.state.Set";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let data = cx.filled(self.data.as_ref())?;
        let data = data.ok_or_else(|| Failure::new("the property `data` is missing"))?;
        let key = self.place.key(cx)?;
        let mut map = Arc::unwrap_or_clone(entries(Place::load(cx, &key)?));
        map.extend(data);
        let count = map.len() as u64;
        let set = KeyToSet {
            key: key.clone(),
            value: Value::Map(Arc::new(map)),
            description: None,
            expires: None,
            may_overwrite: true,
        };
        cx.host.keys().set(&cx.place.namespace, &set)?;
        Ok(Output { count, key })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;
    use kapelle_plugin::{ErasedTask, read};

    use super::*;

    #[tokio::test]
    async fn entries_are_added_to_those_that_are_there() {
        let stage = Stage::new();
        let first = stage.run::<Set>("data: {a: '{{ flow.id }}', b: 1}").await.unwrap();
        assert_eq!(first["count"], Value::Int(2));
        assert_eq!(first["key"], Value::from("f_states_tasks-states_default"));
        let second = stage.run::<Set>("data: {b: 2, c: 3}").await.unwrap();
        assert_eq!(second["count"], Value::Int(3));
        let shared = stage.run::<Set>("{name: other, namespace: true, data: {a: 1}}").await.unwrap();
        assert_eq!(shared["key"], Value::from("states_tasks-states_other"));
    }

    #[tokio::test]
    async fn each_value_of_a_loop_has_a_map_of_its_own() {
        let mut cx = Stage::new().context();
        let mut place = (*cx.place).clone();
        place.value = Some("x".into());
        cx.place = Arc::new(place);
        for (written, key) in [
            ("data: {a: 1}", "f_states_tasks-states_default_2d711642b726b044"),
            ("{data: {a: 1}, taskrunValue: false}", "f_states_tasks-states_default"),
        ] {
            let task: Set = read(&kapelle_plugin::stage::properties_of(written)).unwrap();
            assert_eq!(ErasedTask::run(&task, &cx).await.unwrap()["key"], Value::from(key));
        }
    }

    #[tokio::test]
    async fn there_has_to_be_data() {
        let broken = Stage::new().run::<Set>("{}").await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "the property `data` is missing");
    }
}
