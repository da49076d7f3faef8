//! `io.kestra.plugin.jdbc.sqlite.Trigger`: looks from time to time whether a statement has rows.

use kapelle_model::{Text, Value};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::database::{FileProperties, Sqlite};
use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::queries::look;

/// # Look for rows in SQLite
///
/// Runs one statement at each look, and starts an execution if it has rows; the execution finds them as `trigger.rows`,
/// `trigger.row` or `trigger.uri`. With `afterSQL`, rows can be marked as seen in the same transaction.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    /// `jdbc:sqlite:` with the path of the database behind it.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    file: FileProperties,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.sqlite.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, _cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        let url = Some(&self.url);
        let database = Sqlite::of(cx, (url, &self.login), &self.file).await?;
        look(cx, &database, (url, &self.login, &self.asked)).await
    }
}
