//! `COPY` between a table and a file: the properties that both directions have, and the statement they make.

use std::fmt::Write;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::connect::Postgres;
use super::secure::SecureProperties;
use crate::login::{Access, Credentials};
use crate::wrong::Wrong;

/// What is copied, and how it looks in the file.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CopyProperties {
    /// `jdbc:postgresql://host:port/database`, with parameters behind a `?` such as `currentSchema` or `sslmode`.
    pub(super) url: Expr<Text>,
    /// The name of the user; it may stand in the `url` too.
    username: Option<Expr<Text>>,
    /// The password of the user; it may stand in the `url` too. Keep it as a secret.
    password: Option<Expr<Text>>,
    #[serde(flatten)]
    pub(super) secure: SecureProperties,
    /// The table. It is put into the statement as it is written.
    table: Option<Expr<String>>,
    /// The columns of the table, in the order of the file. They are put into the statement as they are written; without
    /// them all are copied.
    columns: Option<Expr<Vec<String>>>,
    /// How rows look in the file: `TEXT`, `CSV`, or the `BINARY` form of PostgreSQL.
    format: Option<Expr<Format>>,
    /// Copies the object identifiers of rows, which servers before PostgreSQL 12 have.
    oids: Option<Expr<bool>>,
    /// Copies the rows as already frozen, into a table that was made in the same transaction.
    freeze: Option<Expr<bool>>,
    /// The character between the columns of a row: a tab in `TEXT`, a comma in `CSV` where it is not said.
    delimiter: Option<Expr<Text>>,
    /// What stands for null: `\N` in `TEXT`, nothing in `CSV` where it is not said.
    null_string: Option<Expr<Text>>,
    /// Whether the first line has the names of the columns.
    header: Option<Expr<bool>>,
    /// The character around values, in `CSV`; a double quote where it is not said.
    quote: Option<Expr<Text>>,
    /// The character before a quote that belongs to a value, in `CSV`; the same as `quote` where it is not said.
    escape: Option<Expr<Text>>,
    /// Columns whose values always get quotes, in `CSV` that is written.
    force_quote: Option<Expr<Vec<String>>>,
    /// Columns in which nothing is null, in `CSV` that is read.
    force_not_null: Option<Expr<Vec<String>>>,
    /// Columns in which what is null counts as such in quotes too, in `CSV` that is read.
    force_null: Option<Expr<Vec<String>>>,
    /// The encoding of the file, as PostgreSQL calls it; `UTF8` where it is not said.
    encoding: Option<Expr<Text>>,
    /// After how many seconds without an answer of the server the task fails. It waits as long as is needed where it is
    /// not said.
    socket_timeout: Option<Expr<u64>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Format {
    Text,
    Csv,
    Binary,
}

impl Word for Format {}

/// A `COPY` that is ready to run.
pub(super) struct Copying {
    pub(super) sql: Text,
    pub(super) format: Format,
    pub(super) has_header: bool,
    pub(super) patience: Option<std::time::Duration>,
}

impl Copying {
    /// Waits for the server, but not for ever if somebody said so.
    pub(super) async fn patiently<T>(&self, work: impl Future<Output = T>) -> Result<T, Wrong> {
        let Some(limit) = self.patience else { return Ok(work.await) };
        let in_time = tokio::time::timeout(limit, work).await;
        in_time.map_err(|_| {
            Wrong::lost(format!("the server did not answer within {} s (`socketTimeout`)", limit.as_secs()))
        })
    }
}

impl CopyProperties {
    pub(super) fn access(&self, cx: &RunContext) -> Result<Access, Failure> {
        let (username, password) = (self.username.as_ref(), self.password.as_ref());
        Credentials { username, password, time_zone_id: None }.access::<Postgres<'_>>(cx, Some(&self.url))
    }

    /// `direction` is what stands between the table and the options; `query` is copied instead of a table.
    pub(super) fn copying(
        &self,
        cx: &RunContext,
        direction: &str,
        query: Option<Text>,
    ) -> Result<Copying, Failure> {
        let table = cx.filled(self.table.as_ref())?;
        let what = match (query, table) {
            // Where both are written, the query is meant.
            (Some(query), _) => Text::concat(&Text::concat(&"(".into(), &query), &Text::from("\n)")),
            (None, Some(table)) => {
                let columns = cx.filled(self.columns.as_ref())?.filter(|columns| !columns.is_empty());
                let columns = columns.map(|columns| format!(" ({})", columns.join(", "))).unwrap_or_default();
                Text::from(format!("{table}{columns}"))
            }
            (None, None) if direction == "TO STDOUT" => {
                return Err(Failure::new("nothing says what is copied: write `table` or `sql`"));
            }
            (None, None) => return Err(Failure::new("the property `table` is missing")),
        };
        let format = cx.filled(self.format.as_ref())?.unwrap_or(Format::Text);
        let has_header = cx.filled(self.header.as_ref())?.unwrap_or(false);
        let options = self.options(cx, format, has_header)?;
        let sql = Text::concat(
            &Text::concat(&"COPY ".into(), &what),
            &format!(" {direction} WITH ({options})").into(),
        );
        let patience = cx.filled(self.socket_timeout.as_ref())?.filter(|seconds| *seconds > 0);
        Ok(Copying { sql, format, has_header, patience: patience.map(std::time::Duration::from_secs) })
    }

    fn options(&self, cx: &RunContext, format: Format, has_header: bool) -> Result<String, Failure> {
        let word = match format {
            Format::Text => "text",
            Format::Csv => "csv",
            Format::Binary => "binary",
        };
        let mut options = format!("FORMAT {word}");
        let flag =
            |property: &Option<Expr<bool>>| Ok::<_, Failure>(cx.filled(property.as_ref())?.unwrap_or(false));
        for (name, is_set) in
            [("OIDS", flag(&self.oids)?), ("FREEZE", flag(&self.freeze)?), ("HEADER", has_header)]
        {
            if is_set {
                // Writing into a text never fails.
                let _infallible = write!(options, ", {name}");
            }
        }
        for (name, property) in [
            ("DELIMITER", &self.delimiter),
            ("NULL", &self.null_string),
            ("QUOTE", &self.quote),
            ("ESCAPE", &self.escape),
            ("ENCODING", &self.encoding),
        ] {
            if let Some(text) = cx.optional(property.as_ref())? {
                let _infallible = write!(options, ", {name} {}", literal(text.expose()));
            }
        }
        for (name, property) in [
            ("FORCE_QUOTE", &self.force_quote),
            ("FORCE_NOT_NULL", &self.force_not_null),
            ("FORCE_NULL", &self.force_null),
        ] {
            let columns = cx.filled(property.as_ref())?.unwrap_or_default();
            if columns.iter().any(|column| column == "*") {
                let _infallible = write!(options, ", {name} *");
            } else if !columns.is_empty() {
                let _infallible = write!(options, ", {name} ({})", columns.join(", "));
            }
        }
        Ok(options)
    }
}

/// A text as it stands in a statement; what has backslashes in it means the same whatever the server is set to.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_in_statements_as_they_are() {
        for (text, written) in [(",", "','"), ("'", "''''"), ("\\N", "E'\\\\N'"), ("\t", "'\t'")] {
            assert_eq!(literal(text), written);
        }
    }
}
