//! `io.kestra.plugin.aws.dynamodb.Query`: reads items by their key.

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::Table;
use super::reading::{Output, ReadingProperties, read};
use crate::access::{AccessProperties, StyleProperties};

/// # Read items of a table of DynamoDB by their key
///
/// Reads all items whose key fits.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The table.
    table_name: Expr<String>,
    /// Which keys fit, as DynamoDB writes it: `id = :id`.
    key_condition_expression: Expr<String>,
    /// What stands for names such as `:id`.
    expression_attribute_values: Expr<Map>,
    #[serde(flatten)]
    reading: ReadingProperties,
}

impl Task for Query {
    const TYPE: &'static str = "io.kestra.plugin.aws.dynamodb.Query";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let table = Table::open(cx, &self.access, &self.table_name)?;
        let body = json!({ "KeyConditionExpression": cx.render(&self.key_condition_expression)? });
        let values = cx.render(&self.expression_attribute_values)?;
        read(cx, &table, "Query", body, &self.reading, Some(values)).await
    }
}
