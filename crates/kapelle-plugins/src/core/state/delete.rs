//! `io.kestra.plugin.core.state.Delete`: forgets a map that was kept.

use kapelle_model::Failure;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::place::Place;

/// # Delete a state
///
/// Forgets the map that an execution before kept.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delete {
    #[serde(flatten)]
    place: Place,
    /// Whether the task fails if nothing was kept.
    error_on_missing: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Whether there was one.
    deleted: bool,
}

impl Task for Delete {
    const TYPE: &'static str = "io.kestra.plugin.core.state.Delete";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let key = self.place.key(cx)?;
        let deleted = cx.host.keys().delete(&cx.place.namespace, &key)?;
        if !deleted && cx.filled(self.error_on_missing.as_ref())?.unwrap_or(false) {
            return Err(Failure::new(format!("no state is kept under the key `{key}`")).into());
        }
        Ok(Output { deleted })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Value;
    use kapelle_plugin::stage::Stage;

    use super::super::set::Set;
    use super::*;

    #[tokio::test]
    async fn a_state_is_deleted_once() {
        let stage = Stage::new();
        stage.run::<Set>("data: {a: 1}").await.unwrap();
        for deleted in [true, false] {
            assert_eq!(stage.run::<Delete>("{}").await.unwrap()["deleted"], Value::Bool(deleted));
        }
        assert!(stage.run::<Delete>("errorOnMissing: true").await.is_err());
    }
}
