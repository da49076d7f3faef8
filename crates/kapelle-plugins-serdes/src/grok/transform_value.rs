//! `io.kestra.plugin.transform.grok.TransformValue`: makes fields of a text.

use kapelle_model::{Map, Text};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::properties::GrokProperties;

/// # Take a text apart with Grok
///
/// Makes fields of a text by patterns with names, such as `%{IP:client} %{NUMBER:bytes:int}`. A text that no pattern
/// matches has no fields.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransformValue {
    #[serde(flatten)]
    grok: GrokProperties,
    /// The text.
    from: Expr<Text>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The fields.
    value: Any,
}

impl Task for TransformValue {
    const TYPE: &'static str = "io.kestra.plugin.transform.grok.TransformValue";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let fields = task.grok.matcher(cx)?.fields(from.expose())?.unwrap_or_else(Map::new);
            let marked =
                |value: kapelle_model::Value| if from.has_secret() { value.into_secret() } else { value };
            let fields: Map = fields.into_iter().map(|(name, value)| (name, marked(value))).collect();
            Ok(Output { value: fields.into() })
        })
        .await
    }
}
