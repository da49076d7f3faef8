//! `io.kestra.plugin.jdbc.clickhouse.Queries`: runs several statements.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::system::Clickhouse;
use crate::asked::Asked;
use crate::login::Login;
use crate::queries::{Outputs, queries};

/// # Run statements in ClickHouse
///
/// Runs statements with `;` between them, one after the other. What those give that have rows is kept in the way that `fetchType` says.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Queries {
    /// `jdbc:clickhouse://host:port/database`, with `https://` instead of `//` or `ssl=true` for a secure connection. Other
    /// parameters behind the `?` are settings of ClickHouse.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    /// ClickHouse has no transactions: each statement stands for itself, whatever this says.
    transaction: Option<Expr<bool>>,
    /// Statements of ClickHouse write no files; taken for flows that have it.
    #[allow(dead_code, reason = "flows have it")]
    output_files: Option<Expr<Vec<String>>>,
}

impl Task for Queries {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.clickhouse.Queries";
    type Output = Outputs;

    async fn run(&self, cx: &RunContext) -> Result<Outputs, Broken> {
        let asked = (Some(&self.url), &self.login, &self.asked);
        queries(cx, &Clickhouse, asked, self.transaction.as_ref()).await
    }
}
