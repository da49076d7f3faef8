//! `io.kestra.plugin.jdbc.postgresql.CopyIn`: copies a file into a table.

use std::io::Read;
use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use kapelle_model::Text;
use kapelle_plugin::files::open;
use kapelle_plugin::{Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::connect::Postgres;
use super::copying::{CopyProperties, Copying};
use super::session::Session;
use super::words::wrong;
use crate::driver::Session as _;
use crate::run::{connect, stoppable};
use crate::wrong::Wrong;

/// Bytes of the file that are sent at once.
const PART_BYTES: usize = 64 << 10;

/// Parts that wait to be sent.
const PARTS_WAITING: usize = 4;

/// # Copy a file into a table of PostgreSQL
///
/// Sends a file of the internal storage to the server with `COPY … FROM STDIN`, which is the fastest way to write many
/// rows. All of them are written or none.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CopyIn {
    /// The file, in the format that `format` says.
    from: Expr<Text>,
    #[serde(flatten)]
    copy: CopyProperties,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// How many rows were written.
    row_count: u64,
}

impl Task for CopyIn {
    const TYPE: &'static str = "io.kestra.plugin.jdbc.postgresql.CopyIn";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let access = self.copy.access(cx)?;
        let copying = self.copy.copying(cx, "FROM STDIN", None)?;
        let from = cx.render(&self.from)?;
        kapelle_plugin::files::check_address(cx, &from)?;
        cx.log(kapelle_model::effect::Level::Debug, copying.sql.clone());
        let session = connect(cx, &Postgres(&self.copy.secure), &access).await?;
        let work = async {
            // Told apart, so that a file that cannot be read is not taken for the server's fault.
            let (to, parts) = mpsc::channel(PARTS_WAITING);
            let reading = cx.blocking(move |cx| read(cx, &from, &to));
            let sending = async {
                let sent = send(&session, &copying, parts).await;
                sent.map_err(|wrong| Broken::from(wrong.at("the file was not copied", &access.veil)))
            };
            // Each ends with the other; why a file cannot be read says more than that it was not read.
            let (read, sent) = tokio::join!(reading, sending);
            read?;
            sent
        };
        let row_count = stoppable(cx, &session.cancel(), work).await?;
        cx.metric(Metric::count("rows", row_count));
        Ok(Output { row_count })
    }
}

/// A part of the file; nothing after the last one.
type Part = Option<Bytes>;

fn read(cx: &RunContext, from: &Text, to: &mpsc::Sender<Part>) -> Result<(), Broken> {
    let mut file = open(cx, from)?;
    loop {
        cx.go_on()?;
        let mut part = vec![0; PART_BYTES];
        let count = file.read(&mut part)?;
        part.truncate(count);
        let is_last = count == 0;
        let gone = to.blocking_send((!is_last).then(|| Bytes::from(part))).is_err();
        if is_last || gone {
            return Ok(());
        }
    }
}

/// Without an end of the parts, nothing is written.
async fn send(session: &Session, copying: &Copying, mut parts: mpsc::Receiver<Part>) -> Result<u64, Wrong> {
    let sql = copying.sql.expose();
    let failed = |error: tokio_postgres::Error| wrong(&error, sql);
    let mut sink = pin!(session.client().copy_in::<_, Bytes>(sql).await.map_err(failed)?);
    while let Some(part) = parts.recv().await {
        let Some(part) = part else {
            return copying.patiently(sink.as_mut().finish()).await?.map_err(failed);
        };
        if let Err(error) = copying.patiently(sink.send(part)).await? {
            // Why the server wants no more is told when it is asked for the end.
            return Err(sink.as_mut().finish().await.err().map_or_else(|| failed(error), failed));
        }
    }
    Err(Wrong::new("the file was not read to its end"))
}
