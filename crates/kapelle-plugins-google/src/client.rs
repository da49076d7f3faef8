//! Requests with a token, tried again when what went wrong may pass.

use std::sync::Arc;

use bytes::Bytes;
use kapelle_http::{Header, HttpError, Payload, Piece, Request, Response, Url};
use kapelle_model::Failure;
use kapelle_plugin::patience::wait;
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value;

use crate::credentials::Provider;
use crate::trouble::{Said, Trouble};

/// How often a request is sent before it has failed.
const TRIES_MAX: u32 = 5;

/// Bytes of an answer that is read as a whole: a page of a list has less.
const ANSWER_MAX: usize = 32 << 20;

/// Bytes of an answer that tells of a failure.
const TROUBLE_MAX: usize = 64 << 10;

/// The status that says how much of an upload has arrived.
pub(crate) const INCOMPLETE: u16 = 308;

/// A request to a service.
#[derive(Clone)]
pub(crate) struct Ask {
    method: &'static str,
    /// With its query.
    url: String,
    headers: Vec<(String, String)>,
    payload: Payload,
    /// Whether it may be sent again when nobody knows what became of it.
    is_repeatable: bool,
}

impl Ask {
    pub(crate) fn new(method: &'static str, url: impl Into<String>) -> Self {
        let url = url.into();
        Self { method, url, headers: Vec::new(), payload: Payload::default(), is_repeatable: true }
    }

    pub(crate) fn once(self) -> Self {
        Self { is_repeatable: false, ..self }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn json(self, content: &Value) -> Self {
        self.content("application/json; charset=UTF-8", [content.to_string().into()])
    }

    /// With content of this kind, in pieces.
    pub(crate) fn content(self, kind: &str, pieces: impl IntoIterator<Item = Bytes>) -> Self {
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
        let payload = Payload::of(pieces.map(Piece::Bytes));
        Self { payload, ..self.header("content-type", kind) }
    }

    fn request(&self, secrets: impl IntoIterator<Item = Header>) -> Result<Request, Broken> {
        let url = Url::parse(&self.url)
            .map_err(|reason| Failure::new(format!("the address of the request cannot be used: {reason}")))?;
        let plain = self.headers.iter().map(|(name, value)| Header::new(name, value));
        Ok(Request {
            method: self.method.to_owned(),
            headers: plain.chain(secrets).collect(),
            payload: self.payload.clone(),
            // What looks like a redirect is the state of an upload.
            follows_redirects: false,
            ..Request::get(url)
        })
    }
}

/// Asks services in the name of somebody.
#[derive(Clone)]
pub(crate) struct Client {
    provider: Arc<Provider>,
}

impl Client {
    pub(crate) const fn new(provider: Arc<Provider>) -> Self {
        Self { provider }
    }

    /// The answer, if it tells of no failure.
    pub(crate) async fn send(&self, cx: &RunContext, ask: &Ask) -> Result<Response, Trouble> {
        let mut is_fresh = false;
        loop {
            let token = self.provider.token(cx).await?;
            let mut secrets = Vec::new();
            if let Some(token) = &token {
                secrets.push(Header::secret("authorization", format!("Bearer {}", token.expose())));
            }
            if let Some(project) = self.provider.quota_project() {
                secrets.push(Header::new("x-goog-user-project", project));
            }
            match answered(cx, ask, &secrets).await {
                // A token may be taken back before its end.
                Err(trouble) if trouble.status() == 401 && token.is_some() && !is_fresh => {
                    self.provider.forget();
                    is_fresh = true;
                }
                answer => return answer,
            }
        }
    }

    /// The answer as JSON; one without content is nothing.
    pub(crate) async fn json(&self, cx: &RunContext, ask: &Ask) -> Result<Value, Trouble> {
        let mut response = self.send(cx, ask).await?;
        json(cx, &mut response).await
    }
}

/// What is in an answer.
pub(crate) async fn json(cx: &RunContext, response: &mut Response) -> Result<Value, Trouble> {
    let bytes = unless_stopped(cx, response.bytes(ANSWER_MAX)).await?;
    if bytes.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes)
        .map_err(|_| Broken::new(format!("the answer of `{}` is no JSON", response.url.host())).into())
}

/// The answer to a request, with more headers. It is asked again as long as that may help.
pub(crate) async fn answered(cx: &RunContext, ask: &Ask, secrets: &[Header]) -> Result<Response, Trouble> {
    let request = ask.request(secrets.iter().cloned())?;
    let mut tries = 0;
    loop {
        tries += 1;
        match once(cx, &request).await {
            Ok(response) => return Ok(response),
            Err(trouble) if tries >= TRIES_MAX || !trouble.may_pass(ask.is_repeatable) => {
                return Err(trouble);
            }
            Err(_) => wait(cx, tries).await?,
        }
    }
}

async fn once(cx: &RunContext, request: &Request) -> Result<Response, Trouble> {
    cx.go_on()?;
    let mut response = unless_stopped(cx, cx.host.http().send(request)).await?;
    if (200..300).contains(&response.status) || response.status == INCOMPLETE {
        return Ok(response);
    }
    // What was said is only for the reader: if it does not come, the status says enough.
    let content = match unless_stopped(cx, response.bytes(TROUBLE_MAX)).await {
        Err(Trouble::Broken(broken)) => return Err(Trouble::Broken(broken)),
        content => content.unwrap_or_default(),
    };
    Err(Trouble::Said(Box::new(Said::read(response.status, &content))))
}

/// Waits for something, unless the attempt has to end.
pub(crate) async fn unless_stopped<T>(
    cx: &RunContext,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, Trouble> {
    match cx.stop.run_until_cancelled(work).await {
        Some(result) => result.map_err(Trouble::Http),
        None => Err(Broken::killed().into()),
    }
}
