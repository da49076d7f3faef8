//! Requests from outside that start executions. Whoever knows the key may; nothing else of the caller counts.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use kapelle_engine::webhook::{WebhookAnswer, WebhookRequest};

use crate::answer::Answer;
use crate::call::{Body, Call};
use crate::error::Outcome;

pub(crate) async fn receive(call: Arc<Call>) -> Outcome<Answer> {
    let (app, from) = (&call.app, call.client());
    app.rates.may_try_webhooks(from, app.now())?;
    let request = request(&call);
    let (namespace, flow, key) = (call.variable("namespace"), call.variable("flow"), call.variable("key"));
    let wait = app.rates.webhook(&[namespace, flow, key], app.now())?;
    tokio::time::sleep(Duration::from_millis(wait)).await;
    let answer = app.runtime.webhook(&call.tenant, namespace, flow, key, &request).await;
    if is_wrong(&answer) {
        app.rates.wrong_webhook(from, app.now());
    }
    Ok(answered(answer))
}

/// The short address, which works if only one webhook has the key.
pub(crate) async fn receive_by_key(call: Arc<Call>) -> Outcome<Answer> {
    let (app, from, key) = (&call.app, call.client(), call.variable("key"));
    app.rates.may_try_webhooks(from, app.now())?;
    let wait = app.rates.webhook(&[key], app.now())?;
    tokio::time::sleep(Duration::from_millis(wait)).await;
    let answer = app.runtime.webhook_by_key(&call.tenant, key, &request(&call)).await;
    if is_wrong(&answer) {
        app.rates.wrong_webhook(from, app.now());
    }
    Ok(answered(answer))
}

/// Whether somebody called who knows no key, or cannot sign what they send.
const fn is_wrong(answer: &WebhookAnswer) -> bool {
    matches!(answer.status, 401 | 404)
}

fn request(call: &Call) -> WebhookRequest {
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    WebhookRequest {
        method: call.method.to_string(),
        headers: call.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        parameters: call.query.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: match &call.body {
            Body::Text(bytes) => bytes.to_vec(),
            Body::Form(_) => Vec::new(),
        },
    }
}

fn answered(answer: WebhookAnswer) -> Answer {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut sent = Answer::bytes(answer.body).status(status);
    for (name, value) in &answer.headers {
        sent = sent.header(name, value);
    }
    sent
}
