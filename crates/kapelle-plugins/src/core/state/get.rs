//! `io.kestra.plugin.core.state.Get`: gives a map that was kept.

use std::sync::Arc;

use kapelle_model::Failure;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::place::{Place, entries};

/// # Get a state
///
/// Gives the map that an execution before kept.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Get {
    #[serde(flatten)]
    place: Place,
    /// Whether the task fails if nothing was kept.
    error_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// How many entries the map has.
    count: u64,
    /// The map; empty if nothing was kept.
    data: Any,
}

impl Task for Get {
    const TYPE: &'static str = "io.kestra.plugin.core.state.Get";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = self.place.key(cx)?;
        let kept = Place::load(cx, &key)?;
        if kept.is_none() && cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
            return Err(Failure::new(format!("no state is kept under the key `{key}`")).into());
        }
        let map = entries(kept);
        Ok(Output { count: map.len() as u64, data: Arc::unwrap_or_clone(map).into() })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::super::set::Set;
    use super::*;

    #[tokio::test]
    async fn what_was_set_is_given() {
        let stage = Stage::new();
        stage.run::<Set>("{name: n, data: {a: 1}}").await.unwrap();
        let given = stage.run::<Get>("name: n").await.unwrap();
        assert_eq!(given["count"], Value::Int(1));
        assert_eq!(given["data"], plain::from_json(r#"{"a": 1}"#).unwrap());
    }

    #[tokio::test]
    async fn nothing_is_an_empty_map_or_a_failure() {
        let given = Stage::new().run::<Get>("{}").await.unwrap();
        assert_eq!((&given["count"], &given["data"]), (&Value::Int(0), &Value::Map(Arc::default())));
        let broken = Stage::new().run::<Get>("errorOnMissing: true").await.unwrap_err();
        assert_eq!(
            broken.failure.to_string(),
            "no state is kept under the key `f_states_tasks-states_default`"
        );
    }
}
