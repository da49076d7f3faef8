//! A connection to PostgreSQL at work.

use std::fmt::Write;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::try_join_all;
use kapelle_http::Line;
use kapelle_model::Value;
use kapelle_plugin::RunContext;
use tokio::sync::oneshot;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{CancelToken, Client, Connection, NoTls, SimpleQueryMessage};

use super::cells::{Manner, Raw, cell, has_money};
use super::parameter::Parameter;
use super::secure::Secure;
use super::words::wrong;
use crate::driver;
use crate::login::Access;
use crate::rows::Rows;
use crate::statement::Bound;
use crate::wrong::Wrong;

/// How long a connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(10);

/// How a server is reached.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) limit: Duration,
    pub(super) secure: Secure,
}

pub(super) struct Session {
    client: Client,
    cancel: Cancel,
    manner: Manner,
    /// Tells the work on the connection that nobody needs it any more.
    _needed: oneshot::Sender<()>,
}

#[derive(Clone)]
pub(super) struct Cancel {
    cx: RunContext,
    way: Way,
    token: CancelToken,
}

impl Session {
    pub(super) async fn begin(
        cx: &RunContext,
        client: Client,
        connection: Connection<Line, NoTlsStream>,
        way: Way,
        access: &Access,
    ) -> Result<Self, Wrong> {
        let (needed, unneeded) = oneshot::channel::<()>();
        let _detached = tokio::spawn(async move {
            let mut connection = pin!(connection);
            tokio::select! {
                // What breaks here breaks where answers are waited for, too.
                _told_there = &mut connection => {}
                _dropped = unneeded => {
                    let _in_time = tokio::time::timeout(GOODBYE, connection).await;
                }
            }
        });
        let cancel = Cancel { cx: cx.clone(), way, token: client.cancel_token() };
        client.batch_execute(&settings(cx, access)).await.map_err(|error| wrong(&error, ""))?;
        let manner = Manner { zone: access.zone.clone(), money_digits: 0 };
        Ok(Self { client, cancel, manner, _needed: needed })
    }

    /// How many digits of `money` stand behind the point, by the `lc_monetary` that holds now.
    async fn money_digits(&self) -> Result<i32, tokio_postgres::Error> {
        let said = self.client.simple_query("SELECT 1::money::numeric").await?;
        let number = said.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        let behind = number.and_then(|number| number.split_once('.')).map_or("", |(_, behind)| behind);
        Ok(behind.len() as i32)
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }
}

/// What holds for the whole connection: the zone in which the server reads and writes moments, and the schemas.
fn settings(cx: &RunContext, access: &Access) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let zone = cx.settings.zone.iana_name().unwrap_or("UTC");
    let mut settings = format!("SELECT set_config('TimeZone', {}, false)", quoted(zone));
    if let Some(schema) = access.url.parameter("currentSchema") {
        // Writing into a text never fails.
        let _infallible = write!(settings, ", set_config('search_path', {}, false)", quoted(schema));
    }
    settings
}

impl driver::Session for Session {
    type Cancel = Cancel;

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    async fn run(&mut self, bound: &Bound, mut rows: Rows) -> Result<(), Wrong> {
        let failed = |error: tokio_postgres::Error| wrong(&error, &bound.sql);
        let values: Vec<_> = bound.values.iter().cloned().map(Parameter).collect();
        let types: Vec<_> = values.iter().map(Parameter::type_of).collect();
        let statement = self.client.prepare_typed(&bound.sql, &types).await.map_err(failed)?;
        let columns = statement.columns();
        if !columns.is_empty() {
            rows.columns(columns.iter().map(tokio_postgres::Column::name)).await.map_err(Wrong::new)?;
        }
        if columns.iter().any(|column| has_money(column.type_())) {
            self.manner.money_digits = self.money_digits().await.map_err(failed)?;
        }
        let mut found = pin!(self.client.query_raw(&statement, values).await.map_err(failed)?);
        let mut is_wanted = true;
        while let Some(row) = found.next().await {
            let row = row.map_err(failed)?;
            if !is_wanted {
                continue;
            }
            let cells = row.columns().iter().enumerate().map(|(at, column)| {
                let raw: Option<Raw<'_>> = row.try_get(at).map_err(failed)?;
                let Some(Raw(raw)) = raw else { return Ok(Value::Null) };
                let told =
                    |reason| Wrong::new(format!("the column `{}` cannot be read: {reason}", column.name()));
                cell(column.type_(), raw, &self.manner).map_err(told)
            });
            is_wanted = rows.row(cells.collect::<Result<_, Wrong>>()?).await;
        }
        rows.end().await;
        Ok(())
    }

    async fn command(&mut self, sql: &str) -> Result<(), Wrong> {
        self.client.batch_execute(sql).await.map_err(|error| wrong(&error, sql))
    }
}

impl driver::Batching for Session {
    async fn batch(&mut self, sql: &str, lists: Vec<Vec<Value>>) -> Result<u64, Wrong> {
        let failed = |error: tokio_postgres::Error| wrong(&error, sql);
        let statement = self.client.prepare(sql).await.map_err(failed)?;
        // They go out together, and are done in their order.
        let running = lists.into_iter().map(|list| {
            self.client.execute_raw(&statement, list.into_iter().map(Parameter).collect::<Vec<_>>())
        });
        Ok(try_join_all(running).await.map_err(failed)?.into_iter().sum())
    }
}

impl driver::Cancel for Cancel {
    async fn now(&self) {
        if let Ok(stream) = self.way.open(&self.cx).await {
            // Whether the server heard it is not told.
            let _heard = self.token.cancel_query_raw(stream, NoTls).await;
        }
    }
}
