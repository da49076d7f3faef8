//! Asking an engine: one connection for each request, over a socket of the machine or over TCP, with TLS or without.

mod answer;
mod content;

use std::time::Duration;

use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use kapelle_http::{Client, Line, Trust};
use kapelle_model::Failure;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::address::Address;
use super::secure;
use super::trouble::Trouble;
pub(super) use answer::Answer;
pub(crate) use content::{Content, Pieces, PiecesTo};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an engine may take for what it can do at once, however busy it is.
const PATIENCE: Duration = Duration::from_mins(2);

/// An engine: Docker, or Podman in its place.
#[derive(Clone)]
pub(crate) struct Engine {
    address: Address,
    /// Knows where tasks may go.
    client: Client,
    /// How connections are secured, if they are.
    trust: Option<Trust>,
}

/// A request, before it is sent.
pub(super) struct Asked {
    method: Method,
    target: String,
    content: Content,
    headers: Vec<(&'static str, String)>,
}

impl Asked {
    pub(super) fn new(method: Method, path: &str) -> Self {
        Self { method, target: path.to_owned(), content: Content::whole(None), headers: Vec::new() }
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    pub(super) fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Adds to the query.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        let sign = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!("{}{sign}{name}={}", self.target, percent(value));
        self
    }

    pub(super) fn json(mut self, json: &Json) -> Self {
        self.content = Content::whole(Some(json.to_string()));
        self.header("content-type", "application/json")
    }

    pub(super) fn tar(mut self, pieces: Pieces) -> Self {
        self.content = Content::Pieces(pieces);
        self.header("content-type", "application/x-tar")
    }

    /// For messages.
    fn what(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap_or_default())
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A part of a path or of a query.
pub(super) fn percent(text: &str) -> String {
    crate::http::percent(text, false)
}

impl Engine {
    /// `setting` is asked for the certificates of an engine that speaks TLS.
    pub(super) fn new(
        client: Client,
        address: Address,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let trust = secure::trust(&client, &address, setting)?;
        Ok(Self { address, client, trust })
    }

    /// Sends a request whose answer may take its time, or never end.
    pub(super) async fn open(&self, asked: Asked) -> Result<Answer, Trouble> {
        let too_slow = || Trouble::unreached(&self.address, &std::io::ErrorKind::TimedOut.into());
        let answer = match &self.address {
            Address::Socket(path) => {
                let stream = timeout(CONNECT, UnixStream::connect(path)).await.map_err(|_| too_slow())?;
                send(stream.map_err(|error| Trouble::unreached(&self.address, &error))?, asked).await?
            }
            Address::Tcp { host, port, .. } => {
                let line = timeout(CONNECT, self.line(host, *port)).await.map_err(|_| too_slow())?;
                send(line?, asked).await?
            }
        };
        answer.accepted().await
    }

    async fn line(&self, host: &str, port: u16) -> Result<Line, Trouble> {
        let line = match &self.trust {
            Some(trust) => self.client.trusting_line(host, port, trust).await,
            None => self.client.line(host, port).await,
        };
        line.map_err(|error| Trouble::no_line(&self.address, &error))
    }

    /// Asks for something that can be answered soon.
    pub(super) async fn ask<T: DeserializeOwned>(&self, asked: Asked) -> Result<T, Trouble> {
        let what = asked.what();
        soon(what, async { self.open(asked).await?.read().await }).await
    }

    /// Has something done that can be done soon.
    pub(super) async fn order(&self, asked: Asked) -> Result<(), Trouble> {
        let what = asked.what();
        soon(what, async { self.open(asked).await.map(drop) }).await
    }
}

async fn soon<T>(what: String, done: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    timeout(PATIENCE, done).await.map_err(|_| {
        Trouble::Away(format!("Docker did not answer `{what}` within {} seconds", PATIENCE.as_secs()))
    })?
}

async fn send<S>(stream: S, asked: Asked) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, work) = shaken.map_err(|error| Trouble::broken_off(&error))?;
    let work = tokio::spawn(async move {
        // What breaks here breaks where the answer is read, too.
        let _told_there = work.await;
    });
    let guard = answer::Connection(work.abort_handle());
    let response = sender.send_request(message(asked)?).await;
    let response = response.map_err(|error| Trouble::broken_off(&error))?;
    Ok(Answer::new(response, guard))
}

fn message(asked: Asked) -> Result<Request<Content>, Trouble> {
    let mut message = Request::new(asked.content);
    *message.method_mut() = asked.method;
    *message.uri_mut() =
        asked.target.parse().map_err(|_| Trouble::Away("the request cannot be written".to_owned()))?;
    message.headers_mut().insert(HOST, HeaderValue::from_static("docker"));
    for (name, value) in asked.headers {
        let value = HeaderValue::from_str(&value)
            .map_err(|_| Trouble::Away(format!("the header `{name}` cannot be written")))?;
        message.headers_mut().insert(name, value);
    }
    Ok(message)
}
