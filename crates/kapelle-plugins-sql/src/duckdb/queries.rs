//! `io.kestra.plugin.jdbc.duckdb.Queries`: runs several statements.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::{FileOutput, FileProperties, Ready};
use crate::asked::Asked;
use crate::login::Login;
use crate::queries::{Outputs, queries};

/// # Run statements in DuckDB
///
/// Runs statements with `;` between them, one after the other and in one transaction, unless `transaction` says
/// otherwise. What those give that have rows is kept in the way that `fetchType` says. The server needs DuckDB's
/// command-line program.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Queries {
    /// `jdbc:duckdb:` for a database that is gone after the task, with the path of a file behind it for one that stays, or
    /// with `md:name` for one in MotherDuck, whose token is the `password` or the parameter `motherduck_token`. Other
    /// parameters behind the `?` are settings of DuckDB.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    files: FileProperties,
    /// Whether all statements are one transaction, so that all of them are done or none; they are unless this says
    /// `false`.
    transaction: Option<Expr<bool>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    #[serde(flatten)]
    outputs: Outputs,
    #[serde(flatten)]
    files: FileOutput,
}

impl Task for Queries {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.duckdb.Queries";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = self.url.as_ref();
        let ready = Ready::of(cx, (url, &self.login, &self.asked), &self.files).await?;
        let asked = (url, &self.login, &self.asked);
        let outputs = queries(&ready.cx, &ready.database, asked, self.transaction.as_ref()).await?;
        Ok(Output { outputs, files: ready.keep().await? })
    }
}
