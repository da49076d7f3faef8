//! `io.kestra.plugin.jdbc.clickhouse.Query`: runs one statement.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::system::Clickhouse;
use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::queries::query;

/// # Query ClickHouse
///
/// Runs one statement in a database of ClickHouse, and keeps its rows in the way that `fetchType` says. If the task is
/// stopped, the server is told to end the statement.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// `jdbc:clickhouse://host:port/database`, with `https://` instead of `//` or `ssl=true` for a secure connection. Other
    /// parameters behind the `?` are settings of ClickHouse.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    /// Statements of ClickHouse write no files; taken for flows that have it.
    #[allow(dead_code, reason = "flows have it")]
    output_files: Option<Expr<Vec<String>>>,
}

impl Task for Query {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.clickhouse.Query";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        query(cx, &Clickhouse, (Some(&self.url), &self.login, &self.asked)).await
    }
}
