//! `io.kestra.plugin.transform.jsonata.TransformItems`: makes another row of each row.

use kapelle_model::{Failure, Text, Value};
use kapelle_plugin::ion::{RowFile, Rows};
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runner;

/// # Transform rows with JSONata
///
/// Evaluates an expression of JSONata over each row of a file, and writes what it gives into a new one. Where it gives nothing
/// the new row is null.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransformItems {
    /// The expression.
    expression: Expr<String>,
    /// How many calls and expressions may be inside of each other; 1000 if nothing is said.
    max_depth: Option<Expr<u32>>,
    /// The address of the file.
    from: Expr<Text>,
    /// Whether the items of a list that the expression gives become rows of their own; they do if nothing is said.
    explode_array: Option<Expr<bool>>,
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
    const TYPE: &'static str = "io.kestra.plugin.transform.jsonata.TransformItems";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let task = self.clone();
        cx.blocking(move |cx| task.work(cx)).await
    }
}

impl TransformItems {
    fn work(&self, cx: &RunContext) -> Result<Output, Broken> {
        let expression = cx.render(&self.expression)?;
        let depth = cx.filled(self.max_depth.as_ref())?;
        let from = cx.render(&self.from)?;
        let explodes = cx.filled(self.explode_array.as_ref())?.unwrap_or(true);
        runner::with(cx, &expression, depth, |evaluate| {
            let mut rows = Rows::open(cx, &from)?;
            let mut file = RowFile::create(cx)?;
            while let Some(row) = rows.next()? {
                let made = evaluate(&row);
                let made =
                    made.map_err(|failure| Failure::new(format!("row {}: {failure}", rows.number())))?;
                match made.unwrap_or_default() {
                    Value::List(items) if explodes => items.iter().try_for_each(|item| file.add(item))?,
                    row => file.add(&row)?,
                }
            }
            let processed_items_total = file.count();
            cx.metric(Metric::count("processed.items.total", processed_items_total));
            Ok(Output { uri: file.finish()?, processed_items_total })
        })
    }
}
