//! `io.kestra.plugin.aws.dynamodb.Scan`: reads all items.

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Table;
use super::reading::{Output, ReadingProperties, read};
use crate::access::{AccessProperties, StyleProperties};

/// # Read all items of a table of DynamoDB
///
/// Reads all items, or those that a filter lets through.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scan {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The table.
    table_name: Expr<String>,
    /// What stands for names such as `:id` in the filter.
    #[serde(default)]
    expression_attribute_values: Option<Expr<Map>>,
    #[serde(flatten)]
    reading: ReadingProperties,
}

impl Task for Scan {
    const TYPE: &'static str = "io.kestra.plugin.aws.dynamodb.Scan";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let table = Table::open(cx, &self.access, &self.table_name)?;
        let values = cx.filled(self.expression_attribute_values.as_ref())?;
        read(cx, &table, "Scan", json!({}), &self.reading, values).await
    }
}
