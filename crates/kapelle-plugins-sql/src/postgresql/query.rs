//! `io.kestra.plugin.jdbc.postgresql.Query`: runs one statement.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connect::Postgres;
use super::secure::SecureProperties;
use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::queries::query;

/// # Query PostgreSQL
///
/// Runs one statement in a database of PostgreSQL, and keeps its rows in the way that `fetchType` says. If the task is
/// stopped, the server is told to end the statement.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// `jdbc:postgresql://host:port/database`, with parameters behind a `?` such as `currentSchema`, `sslmode` or
    /// `connectTimeout`, in seconds. Several servers stand with commas between them and are tried in that order.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    secure: SecureProperties,
    /// Statements of PostgreSQL write no files; taken for flows that have it.
    #[allow(dead_code, reason = "flows have it")]
    output_files: Option<Expr<Vec<String>>>,
}

impl Task for Query {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.postgresql.Query";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        query(cx, &Postgres(&self.secure), (Some(&self.url), &self.login, &self.asked)).await
    }
}
