//! `io.kestra.plugin.transform.jsonata.TransformValue`: makes another value of one value.

use kapelle_core::expression::plain;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runner;

/// # Transform a value with JSONata
///
/// Evaluates an expression of JSONata over a value, which is text in JSON.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransformValue {
    /// The expression.
    expression: Expr<String>,
    /// How many calls and expressions may be inside of each other; 1000 if nothing is said.
    max_depth: Option<Expr<u32>>,
    /// The value, in JSON.
    from: Expr<Text>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// What the expression gives.
    value: Any,
}

impl Task for TransformValue {
    const TYPE: &'static str = "io.kestra.plugin.transform.jsonata.TransformValue";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let expression = cx.render(&task.expression)?;
            let depth = cx.filled(task.max_depth.as_ref())?;
            let from = cx.render(&task.from)?;
            let value = plain::from_json(from.expose())
                .map_err(|reason| Failure::new(format!("`from` is no JSON: {reason}")))?;
            let value = runner::with(cx, &expression, depth, move |evaluate| Ok(evaluate(&value)?))?;
            let value = value.unwrap_or_default();
            Ok(Output { value: Any(if from.has_secret() { value.into_secret() } else { value }) })
        })
        .await
    }
}
