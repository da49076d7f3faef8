//! `io.kestra.plugin.core.debug.Return`: gives a text as output.

use kapelle_model::Text;
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Give a value
///
/// Renders a text and gives it as output, to look at what an expression gives or to hand a value on.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Return {
    /// The text; without one the task gives nothing.
    format: Option<Expr<Text>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The rendered text.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Any>,
}

impl Task for Return {
    const TYPE: &'static str = "io.kestra.plugin.core.debug.Return";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let start = cx.services.now()?;
        let value = cx.optional(self.format.as_ref())?;
        if let Some(text) = &value {
            let took = cx.services.now()?.duration_since(start);
            cx.metric(Metric::count("length", text.expose().encode_utf16().count() as u64));
            cx.metric(Metric::timer("duration", took.as_secs_f64() * 1000.0));
        }
        Ok(Output { value: value.map(Any::from) })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::{Map, Value};
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn a_text_is_given_with_its_length() {
        let stage = Stage::new();
        let given = stage.run::<Return>("format: 'x {{ flow.id }} 😀'").await.unwrap();
        assert_eq!(given["value"], Value::from("x f 😀"));
        assert_eq!(stage.metrics(), [Metric::counter("length", 6.0), Metric::timer("duration", 0.0)]);
        assert_eq!(stage.run::<Return>("format: ''").await.unwrap()["value"], Value::from(""));
    }

    #[tokio::test]
    async fn without_a_format_nothing_is_given() {
        assert_eq!(Stage::new().run::<Return>("{}").await.unwrap(), Map::new());
    }

    #[tokio::test]
    async fn a_secret_stays_secret() {
        let stage = Stage::new().variable("word", Value::from("s3cret").into_secret());
        let given = stage.run::<Return>("format: 'x {{ word }}'").await.unwrap();
        assert!(given["value"].has_secret());
    }

    #[tokio::test]
    async fn an_expression_that_fails_fails_the_task() {
        let broken = Stage::new().run::<Return>("format: '{{ 1 / 0 }}'").await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "1 / 0: division by zero ({{ 1 / 0 }}:1), column 6");
    }
}
