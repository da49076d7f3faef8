//! What whoever called a webhook hears.

use jiff::tz::TimeZone;
use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::plain;
use kapelle_core::language::Language;
use kapelle_core::property::Property;
use kapelle_model::flow::Trigger;
use kapelle_model::{Map, Node, State, Value};

use crate::conditions::words;

/// Bytes that an answer may have.
const BODY_MAX: usize = 16 << 20;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// An answer of HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// The execution that is answered with.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    pub state: State,
    /// The outputs of its flow.
    pub outputs: &'a Map,
    /// What is told of it where the flow says nothing else, as JSON.
    pub told: &'a str,
}

/// What a trigger says about its answers.
#[derive(Debug, Default)]
pub(super) struct Response {
    returns_outputs: bool,
    is_text: bool,
    code: Option<Property>,
    /// `respond` of the flow, which holds over everything else.
    status: Option<Property>,
    headers: Option<Property>,
    body: Option<Property>,
}

impl WebhookAnswer {
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::of(status, JSON, body)
    }

    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::of(status, TEXT, body)
    }

    /// Nothing but a status.
    pub fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    fn of(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into().into_bytes() }
    }

    /// The value of a header, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

impl Response {
    pub(super) fn read(trigger: &Trigger, language: Language) -> Self {
        let node = |name: &str| trigger.property(name).filter(|node| !node.is_null());
        let respond =
            |name: &str| node("respond").and_then(|node| node.get(name)).filter(|node| !node.is_null());
        let property = |node: Option<&Node>| node.map(|node| Property::read(node, language));
        Self {
            returns_outputs: node("returnOutputs").and_then(Node::as_bool) == Some(true),
            is_text: node("responseContentType").and_then(Node::as_text) == Some("text/plain"),
            code: property(node("responseCode")),
            status: property(respond("status")),
            headers: property(respond("headers")),
            body: property(respond("body")),
        }
    }

    /// The answer. Secrets in it are stars: whoever calls is not whom they were told.
    pub(super) fn answer(
        &self,
        waits: bool,
        of: &Ended<'_>,
        environment: Environment<'_>,
    ) -> Result<WebhookAnswer, String> {
        let mut answer = self.usual(waits, of, environment)?;
        if let Some(status) = &self.status {
            answer.status = code(status, "respond.status", environment)?;
        }
        if let Some(body) = &self.body {
            let body = body.value(environment);
            let body = body.map_err(|error| unrendered("respond.body", &error))?;
            let written = match &body {
                Value::Str(text) => WebhookAnswer::text(answer.status, text.masked()),
                Value::Null => WebhookAnswer::empty(answer.status),
                other => WebhookAnswer::json(answer.status, json(other)?),
            };
            answer = written;
        }
        if let Some(headers) = &self.headers {
            let headers = headers.render(environment);
            let headers = headers.map_err(|error| unrendered("respond.headers", &error))?;
            let Value::Map(headers) = headers else { return Err("`respond.headers` is no map".to_owned()) };
            for (name, value) in headers.iter() {
                set(&mut answer, name, value)?;
            }
        }
        Ok(answer)
    }

    /// The answer of a flow without `respond`.
    fn usual(
        &self,
        waits: bool,
        of: &Ended<'_>,
        environment: Environment<'_>,
    ) -> Result<WebhookAnswer, String> {
        if !waits {
            return Ok(WebhookAnswer::json(200, of.told));
        }
        let status = match &self.code {
            Some(status) => code(status, "responseCode", environment)?,
            None if of.state == State::Failed => 500,
            None => 200,
        };
        if !self.returns_outputs {
            return Ok(WebhookAnswer::json(status, of.told));
        }
        let outputs = json(&Value::Map(of.outputs.clone().into()))?;
        Ok(if self.is_text {
            WebhookAnswer::text(status, outputs)
        } else {
            WebhookAnswer::json(status, outputs)
        })
    }
}

fn json(value: &Value) -> Result<String, String> {
    let text = plain::to_json(value, &TimeZone::UTC, true, BODY_MAX);
    Ok(text.map_err(|error| format!("the answer is too large: {}", words(&error)))?.masked())
}

fn code(property: &Property, name: &str, environment: Environment<'_>) -> Result<u16, String> {
    let text = property.render_text(environment).map_err(|error| unrendered(name, &error))?;
    let code = text.expose().trim().parse().ok().filter(|code| (200..=599).contains(code));
    code.ok_or_else(|| format!("`{name}` is `{}`: write a status from 200 to 599", text.masked()))
}

/// Sets a header in place of those with its name. What would break out of it is refused.
fn set(answer: &mut WebhookAnswer, name: &str, value: &Value) -> Result<(), String> {
    let text =
        kapelle_core::property::text_of(value).map_err(|error| unrendered("respond.headers", &error))?;
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let is_name = !name.is_empty() && name.chars().all(is_token);
    let value = text.masked();
    if !is_name || value.chars().any(char::is_control) {
        return Err(format!("`{name}` in `respond.headers` has characters that a header cannot have"));
    }
    // How long it is and how it is sent is for the server to say.
    let is_reserved = ["content-length", "transfer-encoding", "connection"];
    if is_reserved.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
        return Err(format!("`{name}` in `respond.headers` is set by the server; leave it out"));
    }
    answer.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    answer.headers.push((name.to_owned(), value));
    Ok(())
}

fn unrendered(name: &str, error: &kapelle_core::expression::Error) -> String {
    format!("its `{name}` could not be rendered: {}", words(error))
}
