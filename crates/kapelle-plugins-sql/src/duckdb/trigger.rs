//! `io.kestra.plugin.jdbc.duckdb.Trigger`: looks from time to time whether a statement has rows.

use kapelle_model::{Text, Value};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::database::{FileProperties, Ready};
use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::queries::look;

/// # Look for rows in DuckDB
///
/// Runs one statement at each look, and starts an execution if it has rows; the execution finds them as `trigger.rows`,
/// `trigger.row` or `trigger.uri`. With `afterSQL`, rows can be marked as seen in the same transaction. The server needs
/// DuckDB's command-line program.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    /// `jdbc:duckdb:` with the path of the database behind it, or with `md:name` for one in MotherDuck.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    files: FileProperties,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.duckdb.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, _cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        let url = self.url.as_ref();
        let ready = Ready::of(cx, (url, &self.login, &self.asked), &self.files).await?;
        look(&ready.cx, &ready.database, (url, &self.login, &self.asked)).await
    }
}
