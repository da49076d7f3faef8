//! `io.kestra.plugin.transform.grok.TransformItems`: makes rows with fields of rows that are texts.

use kapelle_core::property::text_of;
use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::ion::{RowFile, Rows};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::properties::GrokProperties;

/// # Take rows apart with Grok
///
/// Makes fields of each row of a file, which is a text, by patterns with names. A row that no pattern matches, or whose
/// fields are all empty, is left out.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransformItems {
    #[serde(flatten)]
    grok: GrokProperties,
    /// The address of the file.
    from: Expr<Text>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The address of the new file.
    uri: String,
    /// How many rows it has.
    processed_items_total: u64,
}

impl Task for TransformItems {
    const TYPE: &'static str = "io.kestra.plugin.transform.grok.TransformItems";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| {
            let from = cx.render(&task.from)?;
            let matcher = task.grok.matcher(cx)?;
            let mut rows = Rows::open(cx, &from)?;
            let mut file = RowFile::create(cx)?;
            while let Some(row) = rows.next()? {
                let told = |reason: String| Failure::new(format!("row {}: {reason}", rows.number()));
                let text = match &row {
                    Value::Map(_) | Value::List(_) => Err("it is no text".to_owned()),
                    value => text_of(value).map_err(|error| error.text()),
                };
                let text = text.map_err(told)?;
                let fields = matcher.fields(text.expose()).map_err(|failure| told(failure.to_string()))?;
                if let Some(fields) = fields.filter(|fields| !fields.is_empty()) {
                    file.add(&Value::Map(fields.into()))?;
                }
            }
            let processed_items_total = file.count();
            cx.metric(Metric::count("processed.items.total", processed_items_total));
            Ok(Output { uri: file.finish()?, processed_items_total })
        })
        .await
    }
}
