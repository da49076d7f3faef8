//! `io.kestra.plugin.jdbc.clickhouse.BulkInsert`: writes the rows of a file.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::system::Clickhouse;
use crate::batch::{BatchProperties, Output, batch};
use crate::login::Login;

/// # Write rows to ClickHouse
///
/// Reads rows from a file in Ion, and runs a statement for each of them, `chunk` rows with each statement.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BulkInsert {
    /// `jdbc:clickhouse://host:port/database`, with `https://` instead of `//` or `ssl=true` for a secure connection. Other
    /// parameters behind the `?` are settings of ClickHouse.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    rows: BatchProperties,
}

impl Task for BulkInsert {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.clickhouse.BulkInsert";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        batch(cx, &Clickhouse, (&self.url, &self.login), &self.rows).await
    }
}
