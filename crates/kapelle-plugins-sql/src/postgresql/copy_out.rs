//! `io.kestra.plugin.jdbc.postgresql.CopyOut`: copies a table, or what a query gives, into a file.

use std::io::Write;
use std::pin::pin;

use bytes::Bytes;
use futures_util::StreamExt;
use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, Metric, Name, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::connect::Postgres;
use super::copying::{CopyProperties, Copying, Format};
use super::session::Session;
use super::words::wrong;
use crate::driver::Session as _;
use crate::run::{connect, stoppable};
use crate::wrong::Wrong;

/// Rows that wait to be written.
const ROWS_WAITING: usize = 1_000;

/// Bytes that are written at once.
const HELD_BYTES: usize = 64 << 10;

/// # Copy a table of PostgreSQL into a file
///
/// Keeps what the server sends for `COPY … TO STDOUT` as a file of the internal storage, which is the fastest way to read
/// many rows.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CopyOut {
    /// A query whose rows are copied, instead of a `table`.
    sql: Option<Expr<Text>>,
    #[serde(flatten)]
    copy: CopyProperties,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// The file.
    uri: String,
    /// How many rows are in it.
    row_count: u64,
}

impl Task for CopyOut {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.postgresql.CopyOut";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let access = self.copy.access(cx)?;
        let query = cx.filled(self.sql.as_ref())?;
        let mut veil = access.veil.clone();
        if let Some(query) = &query {
            veil.add(query);
        }
        let copying = self.copy.copying(cx, "TO STDOUT", query)?;
        cx.log(kapelle_model::effect::Level::Debug, copying.sql.clone());
        let session = connect(cx, &Postgres(&self.copy.secure), &access).await?;
        let work = async {
            let (to, rows) = mpsc::channel(ROWS_WAITING);
            let writing = cx.blocking(move |cx| write(cx, rows));
            let getting = async {
                let got = get(&session, &copying, to).await;
                got.map_err(|wrong| Broken::from(wrong.at("nothing was copied", &veil)))
            };
            let (uri, row_count) = tokio::try_join!(writing, getting)?;
            Ok(Output { uri, row_count })
        };
        let output = stoppable(cx, &session.cancel(), work).await?;
        cx.metric(Metric::count("rows", output.row_count));
        Ok(output)
    }
}

/// Gives away each message of the server; nothing after the last one. How many rows there were.
async fn get(session: &Session, copying: &Copying, to: mpsc::Sender<Option<Bytes>>) -> Result<u64, Wrong> {
    let sql = copying.sql.expose();
    let failed = |error: tokio_postgres::Error| wrong(&error, sql);
    let mut stream = pin!(session.client().copy_out(sql).await.map_err(failed)?);
    let mut messages: u64 = 0;
    while let Some(message) = copying.patiently(stream.next()).await? {
        messages += 1;
        if to.send(Some(message.map_err(failed)?)).await.is_err() {
            return Err(Wrong::new("the file cannot be written"));
        }
    }
    // Whoever writes may have failed, and says so.
    let _gone = to.send(None).await;
    // The server sends one message for each row, and one for the header or, in binary form, for the end.
    let others = copying.format == Format::Binary || copying.has_header;
    Ok(messages.saturating_sub(u64::from(others)))
}

fn write(cx: &RunContext, mut rows: mpsc::Receiver<Option<Bytes>>) -> Result<String, Broken> {
    let mut file = cx.host.files().create(Name::Ending(".csv"))?;
    let mut held = Vec::new();
    while let Some(row) = rows.blocking_recv() {
        cx.go_on()?;
        let Some(row) = row else {
            file.write_all(&held)?;
            return Ok(file.finish()?);
        };
        held.extend_from_slice(&row);
        if held.len() > HELD_BYTES {
            file.write_all(&held)?;
            held.clear();
        }
    }
    Err(Broken::new("the server did not send everything"))
}
