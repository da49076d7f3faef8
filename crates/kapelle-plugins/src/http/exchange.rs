//! Sending, and what becomes of the answer.

use std::sync::Arc;

use kapelle_http::{HttpError, Kind, Response};
use kapelle_model::effect::Level;
use kapelle_model::{MASK, Map, Text, Value};
use kapelle_plugin::{Any, Broken, RunContext};

use super::message::{Message, message};
use super::properties::{HttpProperties, Logged, TaskProperties};

/// Bytes of an answer that an error shows.
const SHOWN_MAX: usize = 1_000;

/// An answer, whatever it says.
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// The address that was asked.
    pub(super) uri: Text,
    /// Whether the content goes to the log.
    pub(super) logs_body: bool,
}

/// An answer that is no failure.
pub(crate) struct Good {
    pub(crate) answer: Answer,
    /// Whether an answer of any kind is good.
    pub(super) allows_failed: bool,
}

/// Sends the request that the properties describe. An answer that tells of a failure is one, unless it is allowed.
pub(crate) async fn exchange(
    cx: &RunContext,
    properties: &TaskProperties,
    accept: &str,
) -> Result<Good, Broken> {
    let options = &properties.http.options;
    let mut answer = send(cx, &properties.http, accept).await?;
    let allowed = cx.optional(options.allowed_response_codes.as_ref())?.unwrap_or_default();
    let allows_failed = options.allow_failed.as_ref().or(properties.allow_failed.as_ref());
    let allows_failed = cx.filled(allows_failed)?.unwrap_or(false);
    let status = answer.response.status;
    if status >= 400 && !allows_failed && !allowed.contains(&status) {
        return Err(failed(cx, &mut answer.response).await);
    }
    Ok(Good { answer, allows_failed })
}

/// Sends the request that the properties describe.
pub(super) async fn send(
    cx: &RunContext,
    properties: &HttpProperties,
    accept: &str,
) -> Result<Answer, Broken> {
    let message = message(cx, properties, accept)?;
    let logged = cx.optional(properties.options.logs.as_ref())?.unwrap_or_default();
    log_request(cx, &message, &logged);
    let client = cx.host.http();
    let response = unless_stopped(cx, client.send(&message.request)).await?;
    log_response(cx, &message, &response, &logged);
    let logs_body = logged.contains(&Logged::ResponseBody);
    Ok(Answer { response, uri: message.uri, logs_body })
}

/// Waits for something, unless the attempt has to end.
pub(super) async fn unless_stopped<T>(
    cx: &RunContext,
    work: impl Future<Output = Result<T, HttpError>>,
) -> Result<T, Broken> {
    match cx.stop.run_until_cancelled(work).await {
        Some(result) => result.map_err(|error| {
            let is_passing = matches!(error.kind, Kind::Connection | Kind::Timeout);
            Broken { is_passing, ..Broken::new(error.message) }
        }),
        None => Err(Broken::killed()),
    }
}

async fn failed(cx: &RunContext, response: &mut Response) -> Broken {
    let mut start = Vec::new();
    while start.len() < SHOWN_MAX {
        match unless_stopped(cx, response.chunk()).await {
            Ok(Some(chunk)) => start.extend_from_slice(&chunk),
            // What was said before is enough.
            Ok(None) | Err(_) => break,
        }
    }
    start.truncate(SHOWN_MAX);
    let said = String::from_utf8_lossy(&start).trim_end().to_owned();
    let said = if said.is_empty() { String::new() } else { format!(" and body:\n{said}") };
    let status = response.status;
    let is_passing = matches!(status, 408 | 425 | 429 | 500 | 502..=504);
    Broken { is_passing, ..Broken::new(format!("Failed http request with response code '{status}'{said}")) }
}

fn log_request(cx: &RunContext, message: &Message, logged: &[Logged]) {
    let request = &message.request;
    if logged.contains(&Logged::RequestHeaders) {
        for header in &request.headers {
            let value = if header.is_secret { MASK } else { &header.value };
            cx.log(Level::Debug, format!("request header {}: {value}", header.name));
        }
    }
    if logged.contains(&Logged::RequestBody) {
        cx.log(Level::Debug, Text::concat(&Text::from("request body: "), &message.shown));
    }
}

fn log_response(cx: &RunContext, message: &Message, response: &Response, logged: &[Logged]) {
    let (method, status) = (&message.request.method, response.status);
    cx.log(Level::Debug, Text::concat(&Text::from(format!("{status} for {method} ")), &message.uri));
    if logged.contains(&Logged::ResponseHeaders) {
        for (name, value) in &response.headers {
            cx.log(Level::Debug, format!("response header {name}: {value}"));
        }
    }
}

/// Headers by name, each with all its values.
pub(super) fn headers(response: &Response) -> Any {
    let mut headers: Map = Map::new();
    for (name, value) in &response.headers {
        let known = headers.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned();
        let entry = headers.entry(known.unwrap_or_else(|| name.as_str().into()));
        if let Value::List(values) = entry.or_insert_with(|| Value::List(Arc::default())) {
            Arc::make_mut(values).push(Value::from(value.as_str()));
        }
    }
    headers.into()
}
