//! The requests of `http()` in expressions.
//!
//! Expressions are rendered in threads that may block, and requests are sent by a runtime that must not: so there is one of
//! its own for them, and whoever renders waits for it.

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use kapelle_core::expression::services::{Request, Response};
use kapelle_core::expression::{Error, Outcome};
use kapelle_core::property::text_of;
use kapelle_core::time::duration;
use kapelle_http::{Client, Header, HttpError, Kind, Payload, Piece, Timeouts, Url};
use kapelle_model::Value;
use tokio::runtime::{Builder, Runtime};

use crate::desk::Calls;

/// Bytes of an answer.
const ANSWER_MAX: usize = 10 << 20;

/// How long a call takes at most, from its beginning to the end of its answer.
const TIME_MAX: Duration = Duration::from_mins(1);

/// Sends requests with a client.
pub struct HttpCalls {
    client: Client,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
    time_max: Duration,
}

impl HttpCalls {
    /// With a client that knows where requests may go.
    pub fn new(client: Client) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("kapelle-calls")
            .enable_all()
            .build()?;
        Ok(Self { client, runtime: Some(runtime), time_max: TIME_MAX })
    }

    /// The same with another limit for the time of a call.
    #[must_use]
    pub fn within(mut self, time_max: Duration) -> Self {
        self.time_max = time_max;
        self
    }
}

impl Calls for HttpCalls {
    fn call(&self, request: &Request) -> Outcome<Response> {
        let Some(runtime) = &self.runtime else { return Err(Error::io("the server ends")) };
        let (client, request, limit) = (self.client.clone(), message(request)?, self.time_max);
        let (told, hears) = mpsc::channel();
        let _detached = runtime.spawn(async move {
            let answer = tokio::time::timeout(limit, answer(&client, &request)).await;
            let late = || Trouble::Late(limit);
            // Who asked may be gone.
            let _gone = told.send(answer.map_err(|_| late()).and_then(|answer| answer.map_err(Into::into)));
        });
        match hears.recv() {
            Ok(answer) => answer.map_err(Trouble::told),
            Err(_) => Err(Error::io("the server ends")),
        }
    }
}

impl Drop for HttpCalls {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Whoever drops it may be in a runtime, where nobody may wait for another one.
            runtime.shutdown_background();
        }
    }
}

/// Why there is no answer.
enum Trouble {
    Error(HttpError),
    Late(Duration),
}

impl From<HttpError> for Trouble {
    fn from(error: HttpError) -> Self {
        Self::Error(error)
    }
}

impl Trouble {
    fn told(self) -> Box<Error> {
        match self {
            Self::Late(limit) => Error::io(format!("the call took longer than {limit:?}")),
            Self::Error(error) => match error.kind {
                Kind::Refused => Error::forbidden(error.message),
                Kind::Invalid => Error::argument(error.message),
                Kind::TooLarge => Error::limit(error.message).help("load it with the task `http.Download`"),
                _ => Error::io(error.message),
            },
        }
    }
}

async fn answer(client: &Client, request: &kapelle_http::Request) -> Result<Response, HttpError> {
    let mut response = client.send(request).await?;
    let body = response.bytes(ANSWER_MAX).await?;
    let content_type = response.header("content-type").map(str::to_owned);
    Ok(Response { status: response.status, content_type, body })
}

fn message(request: &Request) -> Outcome<kapelle_http::Request> {
    let url = Url::parse(request.uri.expose()).map_err(|reason| {
        Error::argument(format!("`http()` cannot ask `{}`: {reason}", request.uri.masked()))
    })?;
    let headers = request.headers.iter().map(|(name, value)| Header {
        name: name.clone(),
        value: value.expose().to_owned(),
        is_secret: value.has_secret() || name.eq_ignore_ascii_case("authorization"),
    });
    let payload = request.body.as_ref().map_or_else(Payload::default, |body| {
        Payload::of([Piece::Bytes(body.expose().as_bytes().to_vec().into())])
    });
    let options = request.options.as_ref();
    let usual = Timeouts::default();
    Ok(kapelle_http::Request {
        method: request.method.clone(),
        headers: headers.collect(),
        payload,
        timeouts: Timeouts {
            connect: time(options, &["timeout", "connectTimeout"])?.unwrap_or(usual.connect),
            idle: time(options, &["timeout", "readIdleTimeout"])?.unwrap_or(usual.idle),
        },
        follows_redirects: text(options, &["followRedirects"])?.is_none_or(|follows| follows != "false"),
        trusts_all: text(options, &["ssl", "insecureTrustAllCertificates"])?.is_some_and(|all| all == "true"),
        unpacks: true,
        ..kapelle_http::Request::get(url)
    })
}

/// An option by its names from outside to inside.
fn text(options: Option<&Value>, names: &[&str]) -> Outcome<Option<String>> {
    let Some(mut value) = options else { return Ok(None) };
    for name in names {
        let Value::Map(map) = opened(value) else { return Ok(None) };
        let Some(inner) = map.get(*name) else { return Ok(None) };
        value = inner;
    }
    Ok(match value {
        Value::Null => None,
        value => Some(text_of(value)?.expose().trim().to_owned()),
    })
}

fn opened(value: &Value) -> &Value {
    match value {
        Value::Secret(inner) => inner,
        other => other,
    }
}

fn time(options: Option<&Value>, names: &[&str]) -> Outcome<Option<Duration>> {
    let Some(text) = text(options, names)? else { return Ok(None) };
    let read = duration::parse(&text)
        .and_then(|time| Duration::try_from(time).map_err(|_| "it is less than nothing".to_owned()));
    let name = names.last().copied().unwrap_or_default();
    read.map(Some)
        .map_err(|reason| Error::argument(format!("the option `{name}` of `http()` does not fit: {reason}")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use kapelle_core::expression::plain;
    use kapelle_http::server::{Server, answer};
    use kapelle_http::{ClientSettings, egress};
    use kapelle_model::Text;

    use super::*;

    fn calls() -> HttpCalls {
        HttpCalls::new(Client::default()).unwrap()
    }

    fn request(uri: &str) -> Request {
        Request { method: "GET".to_owned(), uri: uri.into(), headers: Vec::new(), body: None, options: None }
    }

    #[test]
    fn an_answer_comes_back_whatever_its_status() {
        let server =
            Server::start(|received| answer("404 Not Found", &["Content-Type: a/b"], &received.body()));
        let asked = Request {
            method: "POST".to_owned(),
            headers: vec![("X-Key".to_owned(), Text::from("canary").into_secret())],
            body: Some("content".into()),
            ..request(&server.url("/a?b=c"))
        };
        let response = calls().call(&asked).unwrap();
        assert_eq!(
            (response.status, response.content_type.as_deref(), &*response.body),
            (404, Some("a/b"), &b"content"[..])
        );
        assert_eq!(server.last().header("x-key"), Some("canary"));
    }

    #[test]
    fn a_call_has_an_end() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}", silent.local_addr().unwrap());
        let calls = calls().within(Duration::from_millis(50));
        assert_eq!(calls.call(&request(&uri)).unwrap_err().message, "the call took longer than 50ms");
        let options = plain::from_json(r#"{"timeout": {"readIdleTimeout": "PT0.02S"}}"#).unwrap();
        let impatient = Request { options: Some(options), ..request(&uri) };
        assert_eq!(calls.call(&impatient).unwrap_err().message, "`127.0.0.1` did not answer within 20ms");
    }

    #[test]
    fn options_count_and_odd_ones_are_told() {
        let server = Server::start(|_| answer("302 Found", &["Location: /x"], ""));
        let with = |json: &str| Request {
            options: Some(plain::from_json(json).unwrap().into_secret()),
            ..request(&server.url("/"))
        };
        assert_eq!(calls().call(&with(r#"{"followRedirects": false}"#)).unwrap().status, 302);
        let odd = calls().call(&with(r#"{"timeout": {"connectTimeout": "soon"}}"#)).unwrap_err();
        assert!(odd.message.starts_with("the option `connectTimeout` of `http()` does not fit"), "{odd:?}");
    }

    #[test]
    fn calls_go_where_the_client_may_go() {
        let server = Server::start(|_| answer("200 OK", &[], ""));
        let strict = ClientSettings { egress: egress::for_server(), ..ClientSettings::default() };
        let calls = HttpCalls::new(Client::new(strict)).unwrap();
        let error = calls.call(&request(&server.url("/"))).unwrap_err();
        assert_eq!(error.category.word(), "forbidden");
        let error =
            calls.call(&Request { uri: Text::from("canary").into_secret(), ..request("") }).unwrap_err();
        assert!(error.message.starts_with("`http()` cannot ask `******`"), "{error:?}");
    }

    #[test]
    fn many_may_wait_at_once() {
        let server = Server::start(|received| answer("200 OK", &[], &received.line));
        let calls = Arc::new(calls());
        let asked: Vec<_> = (0..8)
            .map(|number| {
                let (calls, uri) = (Arc::clone(&calls), server.url(&format!("/{number}")));
                thread::spawn(move || calls.call(&request(&uri)).unwrap().body)
            })
            .collect();
        for (number, thread) in asked.into_iter().enumerate() {
            assert_eq!(thread.join().unwrap(), format!("GET /{number} HTTP/1.1").into_bytes());
        }
    }
}
