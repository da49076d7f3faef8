//! `io.kestra.plugin.jdbc.sqlite.Queries`: runs several statements.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::{FileOutput, FileProperties, Sqlite, output_files};
use crate::asked::Asked;
use crate::login::Login;
use crate::queries::{Outputs, queries};

/// # Run statements in SQLite
///
/// Runs statements with `;` between them, one after the other and in one transaction, unless `transaction` says
/// otherwise. What those give that have rows is kept in the way that `fetchType` says.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Queries {
    /// `jdbc:sqlite:` with the path of the database behind it; without one the database is in memory and gone after the
    /// task.
    url: Option<Expr<Text>>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    file: FileProperties,
    /// Whether all statements are one transaction, so that all of them are done or none; they are unless this says
    /// `false`.
    transaction: Option<Expr<bool>>,
    /// Names of files that statements write, with `VACUUM INTO` or `ATTACH`, and that are kept: `name` stands in a statement
    /// as `{{ outputFiles.name }}`. Patterns such as `*.db` keep all files that they fit.
    output_files: Option<Expr<Vec<String>>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    #[serde(flatten)]
    outputs: Outputs,
    #[serde(flatten)]
    files: FileOutput,
}

impl Task for Queries {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.sqlite.Queries";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let url = self.url.as_ref();
        let (files, cx) = output_files(cx, self.output_files.as_ref()).await?;
        let database = Sqlite::of(&cx, (url, &self.login), &self.file).await?;
        let asked = (url, &self.login, &self.asked);
        let outputs = queries(&cx, &database, asked, self.transaction.as_ref()).await?;
        Ok(Output { outputs, files: database.keep(&cx, files).await? })
    }
}
