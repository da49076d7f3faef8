//! `io.kestra.plugin.aws.dynamodb.PutItem`: writes an item.

use kapelle_core::expression::plain::from_json;
use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, Broken, Expr, FromRendered, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{Table, attribute};
use crate::access::{AccessProperties, StyleProperties};

/// # Write an item into a table of DynamoDB
///
/// Writes an item, in place of one with the same key.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutItem {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The table.
    table_name: Expr<String>,
    /// The item: a map, or one in JSON.
    #[serde(default)]
    item: Option<Expr<Any>>,
}

impl Task for PutItem {
    const TYPE: &'static str = "io.kestra.plugin.aws.dynamodb.PutItem";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let table = Table::open(cx, &self.access, &self.table_name)?;
        let item = cx.filled(self.item.as_ref())?;
        let Any(item) = item.ok_or_else(|| Failure::new("`item` is missing: write names with values"))?;
        let item = match item {
            Value::Str(text) => {
                from_json(text.expose()).map_err(|_| Failure::new("`item` is no map in JSON"))?
            }
            other => other,
        };
        let item =
            Map::from_rendered(item).map_err(|reason| Failure::new(format!("`item` is no map: {reason}")))?;
        table.ask(cx, "PutItem", json!({ "Item": attribute::item(&item)? })).await?;
        Ok(())
    }
}
