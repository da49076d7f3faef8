//! `io.kestra.plugin.jdbc.mariadb.Queries`: runs several statements.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::asked::Asked;
use crate::login::Login;
use crate::mysql::Mariadb;
use crate::queries::{Outputs, queries};

/// # Run statements in MariaDB
///
/// Runs statements with `;` between them, one after the other and in one transaction, unless `transaction` says
/// otherwise. What those give that have rows is kept in the way that `fetchType` says.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Queries {
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
    /// Whether all statements are one transaction, so that all of them are done or none; they are unless this says
    /// `false`.
    transaction: Option<Expr<bool>>,
    /// Statements of MariaDB write no files; taken for flows that have it.
    #[allow(dead_code, reason = "flows have it")]
    output_files: Option<Expr<Vec<String>>>,
}

impl Task for Queries {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.mariadb.Queries";
    type Output = Outputs;

    async fn run(&self, cx: &RunContext) -> Result<Outputs, Broken> {
        let asked = (Some(&self.url), &self.login, &self.asked);
        queries(cx, &Mariadb::new(cx, self.input_file.as_ref())?, asked, self.transaction.as_ref()).await
    }
}
