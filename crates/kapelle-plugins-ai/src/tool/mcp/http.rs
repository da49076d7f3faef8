//! A server that is reached over HTTP: each question a request of its own, or answers as events of one long answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kapelle_http::{Header, Payload, Piece, Request, Response, Timeouts, Url};
use kapelle_model::MASK;
use kapelle_plugin::{Broken, RunContext};
use serde_json::Value as Json;
use tokio::sync::Mutex as Turn;

use super::stream::{Stream, is_answer_to};
use super::{ANSWER_MAX, Site, Transport};
use crate::wire::unless_stopped;

pub(super) struct Http {
    site: Site,
    timeout: Duration,
    /// The name by which the server knows us.
    session: Mutex<Option<String>>,
    version: Mutex<Option<String>>,
    /// Where answers come as events: the events, and where questions go.
    events: Option<(Turn<Stream>, String)>,
    is_closed: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Http {
    pub(super) async fn open(cx: &RunContext, site: Site, timeout: Duration) -> Result<Self, Broken> {
        let mut http = Self {
            site,
            timeout,
            session: Mutex::default(),
            version: Mutex::default(),
            events: None,
            is_closed: AtomicBool::new(false),
        };
        if http.site.transport == Transport::Sse {
            http.events = Some(http.listen(cx).await?);
        }
        Ok(http)
    }

    pub(super) fn who(&self) -> String {
        let host = Url::parse(&self.site.url).map_or_else(|_| MASK.to_owned(), |url| url.host().to_owned());
        format!("the MCP server `{host}`")
    }

    /// The version of the protocol that was agreed upon, which each request names from now on.
    pub(super) fn agree(&self, version: Option<&str>) {
        *locked(&self.version) = version.map(str::to_owned);
    }

    /// The answer to the question of this number.
    pub(super) async fn answer(&self, cx: &RunContext, body: &Json, id: u64) -> Result<Json, Broken> {
        if let Some((events, _)) = &self.events {
            // Somebody else may read the answer, if two were waited for at once.
            let mut events = events.lock().await;
            let _taken = self.send(cx, body).await?;
            return events.answer_to(cx, id).await;
        }
        let mut response = self.send(cx, body).await?;
        let name = response.header("mcp-session-id").map(str::to_owned);
        if let Some(name) = name {
            *locked(&self.session) = Some(name);
        }
        let is_stream =
            response.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        if is_stream {
            return Stream::new(response, self.who()).answer_to(cx, id).await;
        }
        let bytes = response.bytes(ANSWER_MAX).await.map_err(|error| Broken::new(error.message))?;
        let answer: Json = serde_json::from_slice(&bytes)
            .map_err(|_| Broken::new(format!("{} answers with something that is no JSON", self.who())))?;
        let is_own = is_answer_to(&answer, id);
        is_own
            .then_some(answer)
            .ok_or_else(|| Broken::new(format!("{} answers another question", self.who())))
    }

    /// Sends a message, and gives the answer of HTTP if it is a good one.
    pub(super) async fn send(&self, cx: &RunContext, body: &Json) -> Result<Response, Broken> {
        let url = self.events.as_ref().map_or(&self.site.url, |(_, url)| url);
        let session = locked(&self.session).clone();
        let request = self.request(url, "POST", Some(body), session.as_deref())?;
        let mut response = cx.host.http().send(&request).await.map_err(|error| Broken::new(error.message))?;
        if response.status < 400 {
            return Ok(response);
        }
        let said = response.bytes(1 << 16).await.unwrap_or_default();
        let said: String = String::from_utf8_lossy(&said).trim().chars().take(400).collect();
        let hint = match response.status {
            401 | 403 => "\ncheck the `headers` that show who asks",
            404 | 405 => "\ncheck the address, and whether the server speaks this transport",
            _ => "",
        };
        Err(Broken::new(format!("{} answers {}: {said}{hint}", self.who(), response.status)))
    }

    /// Says goodbye, where there is somebody who remembers us.
    pub(super) async fn close(&self, cx: &RunContext) {
        let session = locked(&self.session).take();
        if session.is_none() || self.is_closed.swap(true, Ordering::Relaxed) {
            return;
        }
        let goodbye = self.request(&self.site.url, "DELETE", None, session.as_deref());
        if let Ok(request) = goodbye {
            // A server that does not care forgets us by itself.
            let _forgotten = cx.stop.run_until_cancelled(cx.host.http().send(&request)).await;
        }
    }

    fn request(
        &self,
        url: &str,
        method: &str,
        body: Option<&Json>,
        session: Option<&str>,
    ) -> Result<Request, Broken> {
        let url = Url::parse(url)
            .map_err(|reason| Broken::new(format!("the address of the MCP server does not fit: {reason}")))?;
        let mut headers = vec![Header::new("Accept", "application/json, text/event-stream")];
        if body.is_some() {
            headers.push(Header::new("Content-Type", "application/json"));
        }
        headers.extend(session.map(|session| Header::secret("Mcp-Session-Id", session)));
        headers.extend(
            locked(&self.version).as_deref().map(|version| Header::new("MCP-Protocol-Version", version)),
        );
        let own = self.site.headers.iter();
        headers.extend(own.map(|(name, value)| Header::secret(name.as_str(), value.expose())));
        let payload = Payload::of(body.map(|body| Piece::Bytes(body.to_string().into_bytes().into())));
        let timeouts = Timeouts { idle: self.timeout, ..Timeouts::default() };
        Ok(Request { method: method.to_owned(), headers, payload, timeouts, ..Request::get(url) })
    }

    /// Begins to hear the events of an older server. The first one says where questions go.
    async fn listen(&self, cx: &RunContext) -> Result<(Turn<Stream>, String), Broken> {
        let mut request = self.request(&self.site.url, "GET", None, None)?;
        request.headers.retain(|header| !header.is("accept"));
        request.headers.push(Header::new("Accept", "text/event-stream"));
        let client = cx.host.http();
        let response = unless_stopped(cx, client.send(&request)).await?;
        let response = response.map_err(|error| Broken::new(error.message))?;
        if response.status >= 400 {
            return Err(Broken::new(format!(
                "{} answers {}: check `sseUrl` and `headers`",
                self.who(),
                response.status
            )));
        }
        let base = request.url.clone();
        let mut stream = Stream::new(response, self.who());
        let place = tokio::time::timeout(self.timeout, stream.endpoint(cx)).await;
        let place =
            place.map_err(|_| Broken::new(format!("{} does not say where questions go", self.who())))??;
        let url = base
            .join(&place)
            .map_err(|reason| Broken::new(format!("{} names a wrong address: {reason}", self.who())))?;
        if !url.is_same_origin(&base) {
            return Err(Broken::new(format!(
                "{} sends questions to another server, which it may not",
                self.who()
            )));
        }
        Ok((Turn::new(stream), url.to_string()))
    }
}
