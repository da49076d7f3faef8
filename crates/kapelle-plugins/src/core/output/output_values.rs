//! `io.kestra.plugin.core.output.OutputValues`: gives what is written.

use kapelle_model::{Failure, Map};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// # Give several values
///
/// Renders every text of a map and gives the map as output. Numbers, flags and lists stay what they are; what an
/// expression gives is text.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct OutputValues {
    /// The values by name. It has to be there.
    values: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The rendered values.
    values: Any,
}

impl Task for OutputValues {
    const TYPE: &'static str = "io.kestra.plugin.core.output.OutputValues";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let values = cx.optional(self.values.as_ref())?;
        let values = values.ok_or_else(|| Failure::new("the property `values` is missing"))?;
        Ok(Output { values: values.into() })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;
    use kapelle_plugin::stage::Stage;

    use super::*;

    #[tokio::test]
    async fn texts_are_rendered_and_everything_else_stays() {
        let written = "values: {a: '{{ 1 + 2 }}', b: [2, null, '{{ flow.id }}'], c: '{{ {\"x\": 1} }}'}";
        let given = Stage::new().run::<OutputValues>(written).await.unwrap();
        let expected = r#"{"a": "3", "b": [2, null, "f"], "c": "{\"x\":1}"}"#;
        assert_eq!(given["values"], plain::from_json(expected).unwrap());
    }

    #[tokio::test]
    async fn values_have_to_be_there() {
        let broken = Stage::new().run::<OutputValues>("{}").await.unwrap_err();
        assert_eq!(broken.failure.to_string(), "the property `values` is missing");
    }
}
