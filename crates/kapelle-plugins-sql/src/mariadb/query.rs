//! `io.kestra.plugin.jdbc.mariadb.Query`: runs one statement.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::asked::Asked;
use crate::kept::Output;
use crate::login::Login;
use crate::mysql::Mariadb;
use crate::queries::query;

/// # Query MariaDB
///
/// Runs one statement in a database of MariaDB, and keeps its rows in the way that `fetchType` says. If the task is
/// stopped, the server is told to end the statement.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// `jdbc:mariadb://host:port/database`, with parameters behind a `?` such as `sslMode`, `connectTimeout`, in milliseconds, or
    /// `allowMultiQueries`. Several servers stand with commas between them and are tried in that order.
    url: Expr<Text>,
    #[serde(flatten)]
    login: Login,
    #[serde(flatten)]
    asked: Asked,
    /// A file of the internal storage that `LOAD DATA LOCAL INFILE` reads, whatever name the statement gives. The server has to
    /// allow `local_infile`.
    input_file: Option<Expr<Text>>,
    /// Statements of MariaDB write no files; taken for flows that have it.
    #[allow(dead_code, reason = "flows have it")]
    output_files: Option<Expr<Vec<String>>>,
}

impl Task for Query {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.mariadb.Query";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        query(cx, &Mariadb::new(cx, self.input_file.as_ref())?, (Some(&self.url), &self.login, &self.asked))
            .await
    }
}
