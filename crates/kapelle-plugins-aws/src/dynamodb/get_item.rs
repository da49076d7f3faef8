//! `io.kestra.plugin.aws.dynamodb.GetItem`: reads an item.

use kapelle_model::{Map, Value};
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Table, attribute, key_of};
use crate::access::{AccessProperties, StyleProperties};

/// # Read an item of a table of DynamoDB
///
/// Gives the item with a key.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetItem {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The table.
    table_name: Expr<String>,
    /// The names of the key with their values.
    #[serde(default)]
    key: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The item; nothing if there is none.
    row: Any,
}

impl Task for GetItem {
    const TYPE: &'static str = "io.kestra.plugin.aws.dynamodb.GetItem";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let table = Table::open(cx, &self.access, &self.table_name)?;
        let told = table.ask(cx, "GetItem", key_of(cx, self.key.as_ref())?).await?;
        let row = told.get("Item").map_or(Value::Null, attribute::row);
        Ok(Output { row: row.into() })
    }
}
