//! `io.kestra.plugin.jdbc.postgresql.Trigger`: looks from time to time whether a statement has rows.

use kapelle_model::{Text, Value};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connect::Postgres;
use super::secure::SecureProperties;
use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::queries::look;

/// # Look for rows in PostgreSQL
///
/// Runs one statement at each look, and starts an execution if it has rows; the execution finds them as `trigger.rows`,
/// `trigger.row` or `trigger.uri`. With `afterSQL`, rows can be marked as seen in the same transaction.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    /// `jdbc:postgresql://host:port/database`, with parameters behind a `?` such as `currentSchema`, `sslmode` or
    /// `connectTimeout`, in seconds. Several servers stand with commas between them and are tried in that order.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    secure: SecureProperties,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.postgresql.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, _cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        look(cx, &Postgres(&self.secure), (Some(&self.url), &self.login, &self.asked)).await
    }
}
