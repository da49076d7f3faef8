//! `io.kestra.plugin.jdbc.clickhouse.Trigger`: looks from time to time whether a statement has rows.

use kapelle_model::{Text, Value};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::system::Clickhouse;
use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::queries::look;

/// # Look for rows in ClickHouse
///
/// Runs one statement at each look, and starts an execution if it has rows; the execution finds them as `trigger.rows`,
/// `trigger.row` or `trigger.uri`. With `afterSQL`, rows can be marked as seen.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    /// `jdbc:clickhouse://host:port/database`, with `https://` instead of `//` or `ssl=true` for a secure connection. Other
    /// parameters behind the `?` are settings of ClickHouse.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.clickhouse.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, _cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        look(cx, &Clickhouse, (Some(&self.url), &self.login, &self.asked)).await
    }
}
