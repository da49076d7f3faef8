//! `io.kestra.plugin.core.templating.TemplatedTask`: runs the task that a text describes.

use kapelle_core::catalogue::Catalogue;
use kapelle_core::yaml;
use kapelle_model::{Failure, Node, Span, Text};
use kapelle_plugin::{Any, Broken, ErasedTask, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

/// # Run a task that is written by an expression
///
/// Renders a text, reads it as a task in YAML and runs it in place. What that task gives is what this one gives.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct TemplatedTask {
    /// The task in YAML, with its type. It has to be one that a worker runs.
    spec: Expr<Text>,
}

impl Task for TemplatedTask {
    const TYPE: &'static str = "io.kestra.plugin.core.templating.TemplatedTask";
    type Output = Any;

    async fn run(&self, cx: &RunContext) -> Result<Any, Broken> {
        let spec = cx.render(&self.spec)?;
        check(spec.expose())?;
        let task = cx.host.task(spec.expose())?;
        Ok(ErasedTask::run(&*task, cx).await?.into())
    }
}

/// Whether a text is a task that can be run here.
fn check(spec: &str) -> Result<(), Failure> {
    let reading = yaml::read(spec, Span::new(0, spec.len() as u32));
    if let Some(problem) = reading.diagnostics.first() {
        return Err(Failure::new(format!("the property `spec` is no YAML: {}", problem.message)));
    }
    let root = reading.root.filter(|root| root.get("type").is_some());
    let root = root.ok_or_else(|| Failure::new("the property `spec` is no task: it has no `type`"))?;
    let written = root.get("type").and_then(Node::as_text).unwrap_or_default();
    let found = Catalogue::bundled().find(written);
    let found = found.ok_or_else(|| Failure::new(format!("Invalid type: {written}")))?;
    if found.entry.is_runnable() && found.entry.name != TemplatedTask::TYPE {
        return Ok(());
    }
    Err(Failure::new(format!(
        "a task of type `{written}` cannot be run by a template: only a task that a worker runs can"
    )))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kapelle_model::Value;
    use kapelle_plugin::read;
    use kapelle_plugin::stage::{Stage, properties_of};

    use super::super::super::debug::return_value::Return;
    use super::*;

    fn stage() -> Stage {
        Stage::new().finding(|spec| {
            let task: Return = read(&properties_of(spec))?;
            Ok(Arc::new(task) as Arc<dyn ErasedTask>)
        })
    }

    #[tokio::test]
    async fn a_template_gives_what_its_task_gives() {
        let written =
            "spec: '{type: io.kestra.plugin.core.debug.Return, id: i, format: \"x {{ flow.id }}\"}'";
        assert_eq!(stage().run::<TemplatedTask>(written).await.unwrap()["value"], Value::from("x f"));
    }

    #[tokio::test]
    async fn only_tasks_that_a_worker_runs_can_be_templates() {
        for (spec, reason) in [
            ("{type: debug.Return}", "Invalid type: debug.Return"),
            ("{id: i}", "the property `spec` is no task: it has no `type`"),
            (
                "{type: io.kestra.plugin.core.flow.Sequential}",
                "a task of type `io.kestra.plugin.core.flow.Sequential` cannot be run by a template: only a task that a worker runs can",
            ),
            (
                "{type: core.templating.TemplatedTask}",
                "a task of type `core.templating.TemplatedTask` cannot be run by a template: only a task that a worker runs can",
            ),
        ] {
            let broken = stage().run::<TemplatedTask>(&format!("spec: '{spec}'")).await.unwrap_err();
            assert_eq!(broken.failure.to_string(), reason);
        }
    }
}
