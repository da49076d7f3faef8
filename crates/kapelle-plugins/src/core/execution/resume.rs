//! `io.kestra.plugin.core.execution.Resume`: resumes a paused execution.

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::target::Target;

/// # Resume an execution
///
/// Resumes an execution that a `Pause` holds, with what that asks for.
#[derive(Clone, Deserialize, JsonSchema)]
pub(crate) struct Resume {
    #[serde(flatten)]
    target: Target,
    /// What the pause asks for, by name.
    inputs: Option<Expr<Map>>,
}

impl Task for Resume {
    const TYPE: &'static str = "io.kestra.plugin.core.execution.Resume";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl Resume {
    fn work(&self, cx: &RunContext) -> Result<(), Broken> {
        let (id, _) = self.target.find(cx)?;
        let inputs = cx.filled(self.inputs.as_ref())?.unwrap_or_default();
        Ok(cx.host.executions().resume(&id, inputs)?)
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn an_execution_gets_what_it_asked_for() {
        let stage = Stage::new();
        stage.run::<Resume>("{executionId: x, inputs: {'{{ flow.id }}': 1}}").await.unwrap();
        assert_eq!(stage.memory().requests(), [r#"resume x ["f"]"#]);
    }
}
