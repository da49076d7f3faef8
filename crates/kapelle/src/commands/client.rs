//! The client of a server: what commands send to one, and what they make of its answers.
//!
//! [`ServerOptions`] say which server it is and who asks; [`saved`] keeps what `config` commands set. A read is tried
//! again when the connection breaks or the server is busy; everything else is sent once, since nobody knows what it did.

mod ask;
mod failure;
pub(crate) mod form;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod saved;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use kapelle_http::{Client as Http, ClientSettings, Header, HttpError, Kind, Request, Response, Url};
use serde_json::Value as Json;
use tokio::runtime::{Builder, Runtime};

pub(crate) use ask::Ask;
pub(crate) use options::{General, ServerOptions};

use crate::outcome::Stop;
use options::Access;

/// Bytes of an answer that is read as a whole.
const ANSWER_MAX: usize = 256 << 20;

/// How often a read is tried.
const TRIES: u32 = 3;

/// Rows of one page.
const PAGE: usize = 100;

/// A server, and who asks it.
pub(crate) struct Client {
    http: Http,
    tokio: Runtime,
    access: Access,
}

/// What a server answered when it did what was asked.
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Json, Stop> {
        let read = serde_json::from_slice(&self.bytes);
        Ok(read.context("the answer is no JSON: is this a server of Kestra's API?")?)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Client {
    pub(crate) fn of(options: &ServerOptions) -> Result<Self, Stop> {
        let tokio = Builder::new_current_thread().enable_all().build().context("no thread for requests")?;
        let settings = ClientSettings {
            // Whoever names a server may reach it.
            egress: Arc::new(|_, _| Ok(())),
            user_agent: format!("kapelle/{}", env!("CARGO_PKG_VERSION")),
            ..ClientSettings::default()
        };
        Ok(Self { http: Http::new(settings), tokio, access: Access::of(options)? })
    }

    /// Where the server is, without a slash at its end.
    pub(crate) fn server(&self) -> &str {
        &self.access.server
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.access.tenant
    }

    /// Whether the server is told who asks.
    pub(crate) fn has_credentials(&self) -> bool {
        self.access.has_credentials()
    }

    /// What comes back; an answer that refuses is an error that says what to do.
    pub(crate) fn send(&self, ask: &Ask) -> Result<Answer, Stop> {
        let (status, answer) = self.exchange(ask)?;
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        Err(self.refused(status, &answer))
    }

    /// Why it was not done, in a sentence.
    pub(crate) fn refused(&self, status: u16, answer: &Answer) -> Stop {
        failure::refused(status, &answer.bytes, &self.access.server)
    }

    /// The same, or nothing where the server knows no such thing.
    pub(crate) fn find(&self, ask: &Ask) -> Result<Option<Answer>, Stop> {
        let (status, answer) = self.exchange(ask)?;
        match status {
            404 => Ok(None),
            200..300 => Ok(Some(answer)),
            _ => Err(self.refused(status, &answer)),
        }
    }

    /// Status and content of an answer, whatever it says.
    pub(crate) fn exchange(&self, ask: &Ask) -> Result<(u16, Answer), Stop> {
        self.tokio.block_on(async {
            let mut response = self.response(ask).await?;
            let bytes = response.bytes(ANSWER_MAX).await.map_err(|error| self.unreached(&error))?;
            Ok((response.status, Answer { bytes }))
        })
    }

    /// All rows of a search, up to a number of them, page by page.
    pub(crate) fn rows(&self, ask: &Ask, rows_max: usize) -> Result<Vec<Json>, Stop> {
        let mut rows = Vec::new();
        for page in 1.. {
            let size = PAGE.min(rows_max);
            let asked = ask.clone().query("page", page.to_string()).query("size", size.to_string());
            let mut answer = self.send(&asked)?.json()?;
            let total = answer["total"].as_u64().unwrap_or_default() as usize;
            let Json::Array(mut found) = answer["results"].take() else {
                return Err(Stop::Failed(anyhow!("the answer of {} has no rows", self.access.server)));
            };
            let is_last = found.len() < size || found.is_empty();
            rows.append(&mut found);
            if is_last || rows.len() >= total.min(rows_max) {
                break;
            }
        }
        rows.truncate(rows_max);
        Ok(rows)
    }

    async fn response(&self, ask: &Ask) -> Result<Response, Stop> {
        let request = self.request(ask)?;
        let mut tries_left = if ask.is_read() { TRIES } else { 1 };
        loop {
            tries_left -= 1;
            let result = self.http.send(&request).await;
            if tries_left == 0 || !may_pass(&result) {
                return result.map_err(|error| self.unreached(&error));
            }
            tokio::time::sleep(Duration::from_millis(300 * u64::from(TRIES - tries_left))).await;
        }
    }

    fn request(&self, ask: &Ask) -> Result<Request, Stop> {
        let address = format!("{}{}", self.access.server, ask.target(&self.access.tenant));
        let url = Url::parse(&address).map_err(|reason| {
            Stop::Usage(format!("`{}` is no address of a server: {reason}", self.access.server))
        })?;
        let mut headers = self.access.headers.clone();
        headers.extend(ask.headers.iter().map(|(name, value)| Header::new(*name, value)));
        headers.push(Header::new("Accept", "application/json, */*"));
        Ok(Request {
            method: ask.method.to_owned(),
            headers,
            payload: ask.payload.clone(),
            ..Request::get(url)
        })
    }

    fn unreached(&self, error: &HttpError) -> Stop {
        failure::unreached(error, &self.access.server)
    }
}

/// Whether the next try may go better.
fn may_pass(result: &Result<Response, HttpError>) -> bool {
    match result {
        Ok(response) => matches!(response.status, 429 | 502 | 503 | 504),
        Err(error) => {
            matches!(error.kind, Kind::Connection | Kind::Timeout) && !failure::is_nobody_there(error)
        }
    }
}

#[cfg(test)]
mod tests;
