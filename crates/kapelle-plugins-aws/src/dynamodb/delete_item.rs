//! `io.kestra.plugin.aws.dynamodb.DeleteItem`: deletes an item.

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Table, key_of};
use crate::access::{AccessProperties, StyleProperties};

/// # Delete an item of a table of DynamoDB
///
/// Deletes the item with a key. One that is not there is no failure.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteItem {
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

impl Task for DeleteItem {
    const TYPE: &'static str = "io.kestra.plugin.aws.dynamodb.DeleteItem";
    type Output = ();

    async fn run(&self, cx: &RunContext) -> Result<(), Broken> {
        let table = Table::open(cx, &self.access, &self.table_name)?;
        table.ask(cx, "DeleteItem", key_of(cx, self.key.as_ref())?).await?;
        Ok(())
    }
}
