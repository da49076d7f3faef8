//! Requests to other servers.
//!
//! Request and answer are decided here, without a network; [`Services::http`](crate::expression::services::Services::http)
//! only carries them. Secrets keep their marks in the request, so that an error can show the rest of it; the answer to a
//! request with a secret in it is secret as a whole.

mod address;
mod authorization;

use std::sync::Arc;

use kapelle_model::{Text, Value};

use super::{Builtin, Call, json::read_json, optional, required, yaml};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;
use crate::expression::output::Output;
use crate::expression::services::{Request, Response};

pub(super) const BUILTINS: &[Builtin] =
    &[Builtin::function("http", "The answer of a server, JSON and YAML as values.", http)
        .takes(&[
            required("uri"),
            optional("method", "'GET'"),
            optional("query", "null"),
            optional("body", "null"),
            optional("contentType", "'application/json'"),
            optional("headers", "null"),
            optional("options", "null"),
            optional("accept", "'application/json'"),
        ])
        .shown("{{ http('https://example.com/items', query={'limit': 2}).items[0] }}")
        .keeps_marks()];

const URI: usize = 0;
const METHOD: usize = 1;
const QUERY: usize = 2;
const BODY: usize = 3;
const CONTENT_TYPE: usize = 4;
const HEADERS: usize = 5;
const OPTIONS: usize = 6;
const ACCEPT: usize = 7;

/// Bytes of the answer that an error shows.
const SHOWN_ANSWER_BYTES: usize = 200;

fn http(call: &mut Call<'_, '_>) -> Outcome {
    let request = request(call)?;
    let is_secret = call.all().any(Value::has_secret);
    let response = call.run.services().http(&request)?;
    call.run.allocate(response.body.len())?;
    if response.status >= 400 {
        return Err(refused(&request, &response, is_secret));
    }
    let value = decoded(call, &response).map_err(|error| {
        let shown = shown(&request);
        if is_secret {
            return Error::invalid(format!("the answer to {shown} cannot be read, and it is secret"));
        }
        Error::new(error.category, format!("the answer to {shown} cannot be read: {}", error.message))
    })?;
    Ok(if is_secret { value.into_secret() } else { value })
}

fn request(call: &mut Call<'_, '_>) -> Outcome<Request> {
    let method = match call.given_text(METHOD)? {
        None => "GET".to_owned(),
        Some(text)
            if !text.expose().is_empty() && text.expose().bytes().all(|byte| byte.is_ascii_alphabetic()) =>
        {
            text.expose().to_ascii_uppercase()
        }
        Some(text) => return Err(call.wrong_argument(METHOD, "an HTTP method", &Value::Str(text.clone()))),
    };
    let uri = address::with_query(call, URI, QUERY)?;
    let content_type = line(call, CONTENT_TYPE)?.unwrap_or_else(|| Text::from("application/json"));
    let body = match call.given(BODY) {
        None => None,
        Some(body) => {
            let body = body.clone();
            Some(body_text(call, body, content_type.expose())?)
        }
    };
    let accept = line(call, ACCEPT)?.unwrap_or_else(|| Text::from("application/json"));
    let mut headers = headers(call)?;
    if body.is_some() {
        headers.push(("Content-Type".into(), content_type));
    }
    if !has(&headers, "Accept") {
        headers.push(("Accept".into(), accept));
    }
    let options = call.given(OPTIONS).cloned();
    if let Some(options) = &options
        && !has(&headers, "Authorization")
        && let Some(authorization) = authorization::of(call, OPTIONS, options)?
    {
        headers.push(("Authorization".into(), authorization));
    }
    Ok(Request { method, uri, headers, body, options })
}

fn has(headers: &[(String, Text)], wanted: &str) -> bool {
    headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}

/// An argument that stands on one line of the request.
fn line(call: &Call<'_, '_>, index: usize) -> Outcome<Option<Text>> {
    let Some(text) = call.given_text(index)? else { return Ok(None) };
    if is_one_line(text.expose()) {
        Ok(Some(text.clone()))
    } else {
        Err(call.wrong_argument(index, "text without line breaks", &Value::Str(text.clone())))
    }
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() && character != '\t')
}

/// The headers that the expression asks for. The content type has an argument of its own, so it is left out.
fn headers(call: &Call<'_, '_>) -> Outcome<Vec<(String, Text)>> {
    let mut headers = Vec::new();
    let Some(given) = call.given(HEADERS) else { return Ok(headers) };
    for (name, value) in entries(call, HEADERS, given)? {
        if name.eq_ignore_ascii_case("Content-Type") {
            continue;
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(Error::argument(format!("\"{}\" is no name of a header", form::short(&name))));
        }
        for value in several(&value) {
            let text = form::java_text(&value, call.run.bytes_left())?;
            if !is_one_line(text.expose()) {
                return Err(Error::argument(format!(
                    "the value of the header '{name}' has line breaks in it"
                ))
                .help("cut them off: `… | trim`"));
            }
            headers.push((name.to_string(), text));
        }
    }
    Ok(headers)
}

/// The entries of a map argument; those of a secret map are secret, nulls are left out.
fn entries(call: &Call<'_, '_>, index: usize, value: &Value) -> Outcome<Vec<(Arc<str>, Value)>> {
    match value {
        Value::Map(map) => Ok(map
            .iter()
            .filter(|(_, value)| !matches!(value, Value::Null))
            .map(|(key, value)| (Arc::clone(key), value.clone()))
            .collect()),
        Value::Secret(inner) => {
            let inner = entries(call, index, inner)?;
            Ok(inner.into_iter().map(|(key, value)| (key, value.into_secret())).collect())
        }
        other => Err(call.wrong_argument(index, "a map", other)),
    }
}

/// The items of a list, or the one value that there is.
fn several(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.as_ref().clone(),
        Value::Secret(inner) => several(inner).into_iter().map(Value::into_secret).collect(),
        other => vec![other.clone()],
    }
}

/// Text is sent as it is, everything else as YAML or JSON.
fn body_text(call: &mut Call<'_, '_>, body: Value, content_type: &str) -> Outcome<Text> {
    if let Value::Str(text) = body {
        return Ok(text);
    }
    if Format::of(content_type) == Format::Yaml {
        call.input = body;
        return match yaml::to_yaml(call)? {
            Value::Str(text) => Ok(text),
            other => form::java_text(&other, call.run.bytes_left()),
        };
    }
    let mut out = Output::new(call.run.bytes_left());
    form::json(&body, &call.run.settings().zone, &mut out);
    out.check()?;
    call.run.allocate(out.len())?;
    Ok(out.into_text())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
    Text,
}

impl Format {
    fn of(content_type: &str) -> Self {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is = |name: &str| {
            let rest = kind.strip_suffix(name).unwrap_or_default();
            rest.ends_with(['/', '+']) || rest.ends_with("/x-")
        };
        if is("json") {
            Self::Json
        } else if is("yaml") || is("yml") {
            Self::Yaml
        } else {
            Self::Text
        }
    }
}

fn decoded(call: &mut Call<'_, '_>, response: &Response) -> Outcome {
    let text = String::from_utf8_lossy(&response.body);
    match Format::of(response.content_type.as_deref().unwrap_or_default()) {
        Format::Json | Format::Yaml if text.trim().is_empty() => Ok(Value::Null),
        Format::Json => read_json(call, &text),
        Format::Yaml => {
            call.run.allocate(text.len().saturating_mul(2))?;
            yaml::parse_yaml(&text).map_err(Error::invalid)
        }
        Format::Text => Ok(Value::from(text.as_ref())),
    }
}

fn shown(request: &Request) -> String {
    format!("{} {}", request.method, request.uri.masked())
}

fn refused(request: &Request, response: &Response, is_secret: bool) -> Box<Error> {
    let message = format!("Failed to execute HTTP Request, server respond with status {}", response.status);
    let body = String::from_utf8_lossy(&response.body[..response.body.len().min(SHOWN_ANSWER_BYTES)]);
    let help = match body.trim() {
        // A server may well repeat what it was sent.
        _ if is_secret => "what it said about it is hidden, since the request has secrets in it".to_owned(),
        "" => "it said nothing about it".to_owned(),
        body => format!("it said: {}", body.replace(['\n', '\r'], " ")),
    };
    Error::io(format!("{message} to {}", shown(request))).help(help)
}

#[cfg(test)]
mod tests;
