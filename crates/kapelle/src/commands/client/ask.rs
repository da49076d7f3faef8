//! What is asked of a server.

use std::fmt::Write;

use kapelle_http::{Payload, Piece};
use serde_json::Value as Json;

use super::form::Form;

/// A request, before it is known which server gets it.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(super) method: &'static str,
    /// Whether it is about the whole installation and not about a tenant.
    is_instance: bool,
    path: String,
    query: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) payload: Payload,
}

impl Ask {
    /// The parts of the path stand for themselves, whatever is in them.
    pub(crate) fn new(method: &'static str, parts: &[&str]) -> Self {
        let step = |part: &&str| format!("/{}", encoded(part));
        let path = parts.iter().map(step).collect();
        let (query, headers) = (String::new(), Vec::new());
        Self { method, is_instance: false, path, query, headers, payload: Payload::default() }
    }

    pub(crate) fn get(parts: &[&str]) -> Self {
        Self::new("GET", parts)
    }

    pub(crate) fn instance(mut self) -> Self {
        self.is_instance = true;
        self
    }

    pub(crate) fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let separator = if self.query.is_empty() { '?' } else { '&' };
        let _infallible = write!(self.query, "{separator}{}={}", encoded(name), encoded(value.as_ref()));
        self
    }

    /// A parameter that is left out where nothing was given.
    pub(crate) fn query_if(self, name: &str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn yaml(self, text: impl Into<String>) -> Self {
        self.content("application/x-yaml", text.into())
    }

    pub(crate) fn json(self, value: &Json) -> Self {
        self.content("application/json", value.to_string())
    }

    pub(crate) fn content(mut self, media: &str, text: String) -> Self {
        self.payload = Payload::of([Piece::Bytes(text.into())]);
        self.header("Content-Type", media)
    }

    pub(crate) fn form(mut self, form: Form) -> Self {
        let (media, payload) = form.finish();
        self.payload = payload;
        self.header("Content-Type", media)
    }

    pub(super) fn is_read(&self) -> bool {
        self.method == "GET"
    }

    pub(super) fn target(&self, tenant: &str) -> String {
        let tenant = if self.is_instance { String::new() } else { format!("/{}", encoded(tenant)) };
        format!("/api/v1{tenant}{}{}", self.path, self.query)
    }
}

/// A part of an address with everything encoded that could mean something in one.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
