//! `io.kestra.plugin.jdbc.postgresql.Batch`: writes the rows of a file.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connect::Postgres;
use super::secure::SecureProperties;
use crate::batch::{BatchProperties, Output, batch};
use crate::login::Login;

/// # Write rows to PostgreSQL
///
/// Reads rows from a file in Ion, and runs a statement for each of them, each list of `chunk` rows in a transaction of its own.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch {
    /// `jdbc:postgresql://host:port/database`, with parameters behind a `?` such as `currentSchema`, `sslmode` or
    /// `connectTimeout`, in seconds. Several servers stand with commas between them and are tried in that order.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    rows: BatchProperties,
    #[serde(flatten)]
    secure: SecureProperties,
}

impl Task for Batch {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.postgresql.Batch";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        batch(cx, &Postgres(&self.secure), (&self.url, &self.login), &self.rows).await
    }
}
