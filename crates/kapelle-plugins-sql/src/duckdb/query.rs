//! `io.kestra.plugin.jdbc.duckdb.Query`: runs one statement.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::{FileOutput, FileProperties, Ready};
use crate::asked::Asked;
use crate::kept;
use crate::login::Login;
use crate::queries::query;

/// # Query DuckDB
///
/// Runs one statement in DuckDB, and keeps its rows in the way that `fetchType` says. The statement reads and writes files
/// in the directory of the task. The server needs DuckDB's command-line program.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
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
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    #[serde(flatten)]
    kept: kept::Output,
    #[serde(flatten)]
    files: FileOutput,
}

impl Task for Query {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.duckdb.Query";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = self.url.as_ref();
        let ready = Ready::of(cx, (url, &self.login, &self.asked), &self.files).await?;
        let kept = query(&ready.cx, &ready.database, (url, &self.login, &self.asked)).await?;
        Ok(Output { kept, files: ready.keep().await? })
    }
}
