//! `io.kestra.plugin.jdbc.postgresql.Queries`: runs several statements.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connect::Postgres;
use super::secure::SecureProperties;
use crate::asked::Asked;
use crate::login::Login;
use crate::queries::{Outputs, queries};

/// # Run statements in PostgreSQL
///
/// Runs statements with `;` between them, one after the other and in one transaction, unless `transaction` says
/// otherwise. What those give that have rows is kept in the way that `fetchType` says.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Queries {
    /// `jdbc:postgresql://host:port/database`, with parameters behind a `?` such as `currentSchema`, `sslmode` or
    /// `connectTimeout`, in seconds. Several servers stand with commas between them and are tried in that order.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    secure: SecureProperties,
    /// Whether all statements are one transaction, so that all of them are done or none; they are unless this says
    /// `false`.
    transaction: Option<Expr<bool>>,
    /// Statements of PostgreSQL write no files; taken for flows that have it.
    #[allow(dead_code, reason = "flows have it")]
    output_files: Option<Expr<Vec<String>>>,
}

impl Task for Queries {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.postgresql.Queries";
    type Output = Outputs;

    async fn run(&self, cx: &RunContext) -> Result<Outputs, Broken> {
        let asked = (Some(&self.url), &self.login, &self.asked);
        queries(cx, &Postgres(&self.secure), asked, self.transaction.as_ref()).await
    }
}
