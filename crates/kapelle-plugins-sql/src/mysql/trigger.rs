//! `io.kestra.plugin.jdbc.mysql.Trigger`: looks from time to time whether a statement has rows.

use kapelle_model::{Text, Value};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::system::Mysql;
use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::queries::look;

/// # Look for rows in MySQL
///
/// Runs one statement at each look, and starts an execution if it has rows; the execution finds them as `trigger.rows`,
/// `trigger.row` or `trigger.uri`. With `afterSQL`, rows can be marked as seen in the same transaction.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    /// `jdbc:mysql://host:port/database`, with parameters behind a `?` such as `sslMode`, `connectTimeout`, in milliseconds, or
    /// `allowMultiQueries`. Several servers stand with commas between them and are tried in that order.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.mysql.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, _cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        look(cx, &Mysql::new(cx, None)?, (Some(&self.url), &self.login, &self.asked)).await
    }
}
