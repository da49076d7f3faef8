//! Asking a cluster: one connection for each request, over TLS.

mod answer;
mod asked;
mod exec;
mod frames;
mod socket;

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, HOST, HeaderValue, USER_AGENT};
use hyper_util::rt::TokioIo;
use kapelle_core::expression::plain;
use kapelle_http::{Client, Line};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::access::{Access, Login};
use super::trouble::Trouble;
use crate::docker::Content;
use answer::Answer;
pub(super) use asked::{Asked, percent};
pub(super) use exec::Inside;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(15);

/// How long a cluster may take for what it can do at once, however busy it is.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often something is asked again that a busy cluster refused, and how long that waits.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// A cluster that can be asked. Clones are the same.
#[derive(Clone)]
pub(crate) struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    access: Access,
}

impl Api {
    pub(super) fn new(client: Client, access: Access) -> Self {
        Self { inner: Arc::new(Inner { client, access }) }
    }

    /// Sends a request whose answer may take its time, or never end.
    pub(super) async fn open(&self, asked: Asked) -> Result<Answer, Trouble> {
        let message = self.message(asked)?;
        let line = timeout(CONNECT, self.line()).await.map_err(|_| {
            Trouble::Away(format!("`{}` did not answer within {CONNECT:?}", self.inner.access.server.host()))
        })??;
        let shaken = http1::handshake(TokioIo::new(line)).await;
        let (mut sender, work) = shaken.map_err(|error| Trouble::broken_off(&error))?;
        let work = tokio::spawn(async move {
            // What breaks here breaks where the answer is read, too.
            let _told_there = work.with_upgrades().await;
        });
        let guard = answer::Connection(work.abort_handle());
        let response = sender.send_request(message).await.map_err(|error| Trouble::broken_off(&error))?;
        Answer::new(response, guard).accepted().await
    }

    /// Asks for something that can be answered soon.
    pub(super) async fn ask<T: DeserializeOwned>(&self, asked: Asked) -> Result<T, Trouble> {
        let what = asked.what();
        let answer = async { self.open(asked).await?.read().await };
        timeout(PATIENCE, answer).await.map_err(|_| {
            Trouble::Away(format!("Kubernetes did not answer `{what}` within {} seconds", PATIENCE.as_secs()))
        })?
    }

    /// Asks the same again while the cluster is busy. Only for what does no harm when it is done twice.
    pub(super) async fn insist<T: DeserializeOwned>(&self, asked: impl Fn() -> Asked) -> Result<T, Trouble> {
        let mut tries = 1;
        loop {
            match self.ask(asked()).await {
                Err(trouble) if trouble.may_pass() && tries < TRIES => {
                    tokio::time::sleep(PAUSE * tries).await;
                    tries += 1;
                }
                answered => return answered,
            }
        }
    }

    async fn line(&self) -> Result<Line, Trouble> {
        let Inner { client, access } = &*self.inner;
        let (host, port) = (access.server.host(), access.server.port());
        let line = if access.server.is_secure() {
            client.trusting_line(host, port, &access.trust).await
        } else {
            client.line(host, port).await
        };
        line.map_err(|error| {
            Trouble::Away(format!(
                "Kubernetes cannot be reached: {error}: see whether the address of the cluster and its authority are right"
            ))
        })
    }

    fn message(&self, asked: Asked) -> Result<Request<Content>, Trouble> {
        let access = &self.inner.access;
        let unwritten = |what: &str| Trouble::Away(format!("{what} cannot be written"));
        let base = access.server.target().trim_end_matches('/').to_owned();
        let (method, target, content, headers) = asked.parts();
        let mut message = Request::new(content);
        *message.method_mut() = method;
        *message.uri_mut() = format!("{base}{target}").parse().map_err(|_| unwritten("the request"))?;
        let known = message.headers_mut();
        let authority =
            HeaderValue::from_str(&access.server.authority()).map_err(|_| unwritten("the address"))?;
        known.insert(HOST, authority);
        known.insert(USER_AGENT, HeaderValue::from_static("Kapelle"));
        if let Some(login) = authorization(&access.login)? {
            known.insert(AUTHORIZATION, login);
        }
        for (name, value) in headers {
            let value = HeaderValue::from_str(&value).map_err(|_| unwritten("a header"))?;
            known.insert(name, value);
        }
        Ok(message)
    }
}

/// What says who one is. A token in a file is read each time, for it is renewed there.
fn authorization(login: &Login) -> Result<Option<HeaderValue>, Trouble> {
    let text = match login {
        Login::None => return Ok(None),
        Login::Token(token) => format!("Bearer {}", token.expose().trim()),
        Login::TokenFile(path) => {
            let token = fs::read_to_string(path).map_err(|error| {
                Trouble::Away(format!("the token in `{}` cannot be read: {error}", path.display()))
            })?;
            format!("Bearer {}", token.trim())
        }
        Login::Password { user, password } => {
            let both = format!("{}:{}", user.expose(), password.expose());
            format!("Basic {}", plain::to_base64(both.as_bytes()))
        }
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Trouble::Away("the token has characters that no header may have".to_owned()))?;
    value.set_sensitive(true);
    Ok(Some(value))
}
