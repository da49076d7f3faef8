//! `io.kestra.plugin.jdbc.mysql.Batch`: writes the rows of a file.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::system::Mysql;
use crate::batch::{BatchProperties, Output, batch};
use crate::login::Login;

/// # Write rows to MySQL
///
/// Reads rows from a file in Ion, and runs a statement for each of them, each list of `chunk` rows in a transaction of its own.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch {
    /// `jdbc:mysql://host:port/database`, with parameters behind a `?` such as `sslMode`, `connectTimeout`, in milliseconds, or
    /// `allowMultiQueries`. Several servers stand with commas between them and are tried in that order.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    rows: BatchProperties,
}

impl Task for Batch {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.mysql.Batch";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        batch(cx, &Mysql::new(cx, None)?, (&self.url, &self.login), &self.rows).await
    }
}
