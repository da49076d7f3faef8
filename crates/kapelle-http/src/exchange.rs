//! One request and its answer, over one connection.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HeaderName, HeaderValue};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use crate::body::Outgoing;
use crate::client::Client;
use crate::connect::connect;
use crate::decoding::{Decoder, UNDERSTOOD};
use crate::error::{HttpError, Kind};
use crate::line::Line;
use crate::names::{Heard, Overheard};
use crate::request::{ProxyKind, Request};
use crate::response::{Connection, Response};

/// Bytes of the head of an answer.
const HEAD_MAX: usize = 256 << 10;

/// Headers that follow from the request itself.
const OWN_HEADERS: [&str; 5] = ["content-length", "transfer-encoding", "connection", "upgrade", "expect"];

/// Headers about content that is packed.
const OF_PACKED: [&str; 3] = ["content-encoding", "content-length", "content-md5"];

type Sent = (hyper::Response<Incoming>, Heard, Connection);

/// Sends a request as it is, with these headers too.
pub(crate) async fn exchange(
    client: &Client,
    request: &Request,
    more: &[(&str, String)],
) -> Result<Response, HttpError> {
    let is_moving = Arc::new(AtomicBool::new(false));
    let message = message(client, request, more, Arc::clone(&is_moving))?;
    let host = request.url.host();
    let connecting = async {
        let line = Line::from(connect(client.settings(), &request.url, request.proxy.as_ref()).await?);
        if !request.url.is_secure() {
            return Ok(line);
        }
        client.secure(line, host, request.trusts_all).await
    };
    let limit = request.timeouts.connect;
    let connected = timeout(limit, connecting).await.map_err(|_| {
        HttpError::new(Kind::Timeout, format!("there was no connection to `{host}` within {limit:?}"))
    })??;
    let idle = request.timeouts.idle;
    let answer = patiently(send(connected, message, host), idle, &is_moving)
        .await
        .ok_or_else(|| HttpError::new(Kind::Timeout, format!("`{host}` did not answer within {idle:?}")))??;
    Ok(response(request, answer))
}

async fn send(line: Line, message: hyper::Request<Outgoing>, host: &str) -> Result<Sent, HttpError> {
    let failed = |error: &hyper::Error| {
        let kind = if error.is_parse() { Kind::Protocol } else { Kind::Connection };
        HttpError::new(kind, format!("`{host}` did not answer: {}", whole(error)))
    };
    let heard = Heard::default();
    let stream = TokioIo::new(Overheard { stream: line, heard: heard.clone() });
    let shaken =
        http1::Builder::new().title_case_headers(true).max_buf_size(HEAD_MAX).handshake(stream).await;
    let (mut sender, work) = shaken.map_err(|error| failed(&error))?;
    let work = tokio::spawn(async move {
        // What breaks here breaks where the answer is read, too.
        let _told_there = work.await;
    });
    let connection = Connection(work.abort_handle());
    let answer = sender.send_request(message).await.map_err(|error| failed(&error))?;
    Ok((answer, heard, connection))
}

/// An error with what is behind it.
fn whole(error: &hyper::Error) -> String {
    let behind = std::error::Error::source(error).map(|source| format!(" ({source})"));
    format!("{error}{}", behind.unwrap_or_default())
}

/// Waits for something as long as anything moves.
async fn patiently<T>(work: impl Future<Output = T>, idle: Duration, is_moving: &AtomicBool) -> Option<T> {
    let mut work = std::pin::pin!(work);
    loop {
        match timeout(idle, &mut work).await {
            Ok(done) => return Some(done),
            Err(_) if is_moving.swap(false, Ordering::Relaxed) => {}
            Err(_) => return None,
        }
    }
}

fn message(
    client: &Client,
    request: &Request,
    more: &[(&str, String)],
    is_moving: Arc<AtomicBool>,
) -> Result<hyper::Request<Outgoing>, HttpError> {
    let url = &request.url;
    let proxy = request.proxy.as_ref().filter(|proxy| proxy.kind == ProxyKind::Http && !url.is_secure());
    let target = match proxy {
        Some(_) => format!("http://{}{}", url.authority(), url.target()),
        None => url.target().to_owned(),
    };
    let mut message = hyper::Request::new(request.payload.outgoing(is_moving));
    *message.method_mut() = request
        .method
        .parse()
        .map_err(|_| HttpError::invalid("the method of the request is no word".to_owned()))?;
    *message.uri_mut() =
        target.parse().map_err(|_| HttpError::invalid("the address of the request cannot be sent"))?;
    let own = request.headers.iter().map(|header| (header.name.as_str(), header.value.as_str()));
    let proxy = proxy.and_then(|proxy| proxy.authorization.as_deref());
    let added = more.iter().map(|(name, value)| (*name, value.as_str()));
    let all = own.chain(added).chain(proxy.map(|value| ("proxy-authorization", value)));
    for (name, value) in all.filter(|(name, _)| !OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)))
    {
        let bad = |what: &str| {
            HttpError::invalid(format!("the {what} of a header cannot be sent: `{}`", shown(name)))
        };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("name"))?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad("value"))?;
        message.headers_mut().append(key, value);
    }
    for (name, value) in [
        ("host", url.authority()),
        ("user-agent", client.settings().user_agent.clone()),
        ("accept", "*/*".to_owned()),
    ] {
        if !message.headers().contains_key(name)
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            message.headers_mut().insert(name, value);
        }
    }
    if request.unpacks && !message.headers().contains_key("accept-encoding") {
        message.headers_mut().insert("accept-encoding", HeaderValue::from_static(UNDERSTOOD));
    }
    // A server that waits for content wants to know that there is none.
    if request.payload.is_empty() && ["POST", "PUT", "PATCH"].contains(&request.method.as_str()) {
        message.headers_mut().insert("content-length", HeaderValue::from_static("0"));
    }
    Ok(message)
}

fn shown(name: &str) -> String {
    name.chars().take(60).collect::<String>().escape_debug().to_string()
}

fn response(request: &Request, (answer, heard, connection): Sent) -> Response {
    let (head, body) = answer.into_parts();
    let names: BTreeMap<String, String> = heard.names();
    let coding = head.headers.get("content-encoding").and_then(|value| value.to_str().ok());
    let has_content = request.unpacks && !body.is_end_stream();
    let decoder = coding.filter(|_| has_content).and_then(Decoder::of);
    // What is unpacked is not what these tell of.
    let is_true = |name: &HeaderName| decoder.is_none() || !OF_PACKED.contains(&name.as_str());
    let headers = head.headers.iter().filter(|(name, _)| is_true(name)).map(|(name, value)| {
        let name = names.get(name.as_str()).map_or(name.as_str(), String::as_str);
        (name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Response {
        status: head.status.as_u16(),
        headers: headers.collect(),
        url: request.url.clone(),
        body,
        decoder,
        packed: Bytes::new(),
        idle: request.timeouts.idle,
        _connection: connection,
    }
}
