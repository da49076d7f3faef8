//! `io.kestra.plugin.jdbc.sqlite.Query`: runs one statement.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::{FileOutput, FileProperties, Sqlite, output_files};
use crate::asked::Asked;
use crate::kept;
use crate::login::Login;
use crate::queries::query;

/// # Query SQLite
///
/// Runs one statement in a database of SQLite, and keeps its rows in the way that `fetchType` says. The database is in
/// memory, a file in the directory of the task, a copy of one in the internal storage, or a file of the machine below a
/// folder that is open to flows.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// `jdbc:sqlite:` with the path of the database behind it; without one the database is in memory and gone after the
    /// task.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    file: FileProperties,
    /// Names of files that statements write, with `VACUUM INTO` or `ATTACH`, and that are kept: `name` stands in a statement
    /// as `{{ outputFiles.name }}`. Patterns such as `*.db` keep all files that they fit.
    output_files: Option<Expr<Vec<String>>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    #[serde(flatten)]
    kept: kept::Output,
    #[serde(flatten)]
    files: FileOutput,
}

impl Task for Query {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.sqlite.Query";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = self.url.as_ref();
        let (files, cx) = output_files(cx, self.output_files.as_ref()).await?;
        let database = Sqlite::of(&cx, (url, &self.login), &self.file).await?;
        let kept = query(&cx, &database, (url, &self.login, &self.asked)).await?;
        Ok(Output { kept, files: database.keep(&cx, files).await? })
    }
}
