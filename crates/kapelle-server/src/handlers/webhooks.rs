//! Requests from outside that start executions. Whoever knows the key may; nothing else of the caller counts.

use std::sync::Arc;

use hyper::StatusCode;
use kapelle_engine::webhook::{WebhookAnswer, WebhookRequest};

use crate::answer::Answer;
use crate::call::{Body, Call};
use crate::error::Outcome;

pub(crate) async fn receive(call: Arc<Call>) -> Outcome<Answer> {
    let request = request(&call);
    let (namespace, flow, key) = (call.variable("namespace"), call.variable("flow"), call.variable("key"));
    let answer = call.app.runtime.webhook(&call.tenant, namespace, flow, key, &request).await;
    Ok(answered(answer))
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
