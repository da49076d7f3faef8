//! Statements of one task at ClickHouse. Each is a request, and a session of the server holds them together.

use std::time::Duration;

use bytes::Bytes;
use jiff::tz::TimeZone;
use kapelle_core::time::zone;
use kapelle_http::{Client, Header, Payload, Piece, Request, Response, Timeouts, Url};
use kapelle_model::Value;
use serde_json::Value as Json;

use super::answer::Lines;
use super::cells::{Type, cell};
use super::words::{unreachable, wrong};
use crate::driver;
use crate::rows::Rows;
use crate::statement::Bound;
use crate::wrong::Wrong;

/// Bytes of what the server says about a mistake.
const ERROR_BYTES: usize = 64 << 10;

/// A server, and who asks it.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) client: Client,
    pub(super) url: Url,
    pub(super) headers: Vec<Header>,
    pub(super) connect: Duration,
    pub(super) idle: Duration,
}

pub(super) struct Session {
    server: Server,
    /// What a query is called at the server while it runs.
    id: String,
    /// The zone of the task, which stands in for that of a server that does not say its own.
    zone: TimeZone,
}

pub(super) struct Cancel {
    server: Server,
    id: String,
}

impl Server {
    /// The answer to a statement that the server is doing.
    async fn send(&self, sql: &str, query: &str) -> Result<Response, Wrong> {
        let request = Request {
            method: "POST".to_owned(),
            url: self.url.clone().with_query(query),
            headers: self.headers.clone(),
            payload: Payload::of([Piece::Bytes(Bytes::copy_from_slice(sql.as_bytes()))]),
            follows_redirects: false,
            timeouts: Timeouts { connect: self.connect, idle: self.idle },
            ..Request::get(self.url.clone())
        };
        let mut response = self.client.send(&request).await.map_err(|error| unreachable(&error))?;
        if response.status == 200 && response.header("X-ClickHouse-Exception-Code").is_none() {
            return Ok(response);
        }
        let said = response.bytes(ERROR_BYTES).await.map_err(|error| unreachable(&error))?;
        let said = String::from_utf8_lossy(&said);
        if said.trim().is_empty() {
            return Err(Wrong::new(format!("the server answers with status {}", response.status)));
        }
        Err(wrong(&said))
    }
}

impl Session {
    pub(super) const fn begin(server: Server, id: String, zone: TimeZone) -> Self {
        Self { server, id, zone }
    }

    async fn send(&self, sql: &str) -> Result<Response, Wrong> {
        self.server.send(sql, &format!("query_id={}", self.id)).await
    }
}

/// The texts of a line of names.
fn names(line: &str) -> Result<Vec<String>, Wrong> {
    serde_json::from_str(line).map_err(|_| not_ours(line))
}

/// A line that is no row: what went wrong after the first rows, or a form that the statement chose by itself.
fn not_ours(line: &str) -> Wrong {
    match line.find("Code: ") {
        Some(start) => wrong(line.get(start..).unwrap_or(line)),
        None => Wrong::new("the rows do not come in the form that was asked for")
            .help("leave `FORMAT` out of the statement"),
    }
}

/// How many rows the server says it wrote.
fn written(response: &Response) -> u64 {
    let summary =
        response.header("X-ClickHouse-Summary").and_then(|text| serde_json::from_str::<Json>(text).ok());
    let rows = summary.as_ref().and_then(|summary| summary.get("written_rows"));
    rows.and_then(|rows| rows.as_u64().or_else(|| rows.as_str()?.parse().ok())).unwrap_or_default()
}

impl driver::Session for Session {
    type Cancel = Cancel;

    fn cancel(&self) -> Cancel {
        Cancel { server: self.server.clone(), id: self.id.clone() }
    }

    async fn run(&mut self, bound: &Bound, mut rows: Rows) -> Result<(), Wrong> {
        let response = self.send(&bound.sql).await?;
        let zone = response.header("X-ClickHouse-Timezone").and_then(zone::find);
        let zone = zone.unwrap_or_else(|| self.zone.clone());
        let mut lines = Lines::of(response);
        if let Some(line) = lines.next().await? {
            let names = names(&line)?;
            let types = lines.next().await?.ok_or_else(|| Wrong::new("the answer ends before its end"))?;
            let types: Vec<Type> = self::names(&types)?.iter().map(|name| Type::read(name)).collect();
            rows.columns(names.iter().map(String::as_str)).await.map_err(Wrong::new)?;
            let mut is_wanted = true;
            while let Some(line) = lines.next().await? {
                if !is_wanted {
                    continue;
                }
                let cells: Vec<Json> = serde_json::from_str(&line).map_err(|_| not_ours(&line))?;
                let cells = cells.into_iter().zip(&types).zip(&names).map(|((value, ty), name)| {
                    cell(value, ty, &zone)
                        .map_err(|reason| Wrong::new(format!("the column `{name}` cannot be read: {reason}")))
                });
                is_wanted = rows.row(cells.collect::<Result<_, _>>()?).await;
            }
        }
        rows.end().await;
        Ok(())
    }

    async fn command(&mut self, sql: &str) -> Result<(), Wrong> {
        let mut lines = Lines::of(self.send(sql).await?);
        while lines.next().await?.is_some() {}
        Ok(())
    }
}

impl driver::Batching for Session {
    /// Values stand in the statement here, so that there are no lists of them.
    async fn batch(&mut self, sql: &str, _lists: Vec<Vec<Value>>) -> Result<u64, Wrong> {
        let response = self.send(sql).await?;
        let written = written(&response);
        let mut lines = Lines::of(response);
        match lines.next().await? {
            Some(line) => Err(not_ours(&line)),
            None => Ok(written),
        }
    }
}

impl driver::Cancel for Cancel {
    async fn now(&self) {
        let sql = format!("KILL QUERY WHERE query_id = '{}' ASYNC", self.id);
        // The session itself is busy, so that this goes without it; whether anything was to be ended does not matter.
        let apart = Server { url: without_session(&self.server.url), ..self.server.clone() };
        let _heard = apart.send(&sql, "").await;
    }
}

fn without_session(url: &Url) -> Url {
    let text = url.to_string();
    let parts: Vec<&str> = text.split('&').filter(|part| !part.starts_with("session_id=")).collect();
    Url::parse(&parts.join("&")).unwrap_or_else(|_| url.clone())
}
