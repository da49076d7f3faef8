//! A request, before it is sent.

use hyper::Method;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use serde_json::Value as Json;

use crate::docker::Content;

#[derive(Debug)]
pub(in crate::kubernetes) struct Asked {
    method: Method,
    target: String,
    body: Option<String>,
    headers: Vec<(HeaderName, String)>,
}

impl Asked {
    pub(in crate::kubernetes) fn new(method: Method, path: &str) -> Self {
        let headers = vec![(ACCEPT, "application/json".to_owned())];
        Self { method, target: path.to_owned(), body: None, headers }
    }

    pub(in crate::kubernetes) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(in crate::kubernetes) fn post(path: &str, body: &Json) -> Self {
        Self::new(Method::POST, path).body("application/json", body.to_string())
    }

    pub(in crate::kubernetes) fn patch(path: &str, kind: &str, body: String) -> Self {
        Self::new(Method::PATCH, path).body(kind, body)
    }

    pub(in crate::kubernetes) fn delete(path: &str, options: &Json) -> Self {
        Self::new(Method::DELETE, path).body("application/json", options.to_string())
    }

    fn body(mut self, kind: &str, body: String) -> Self {
        self.body = Some(body);
        self.header(CONTENT_TYPE, kind)
    }

    /// Adds to the query.
    pub(in crate::kubernetes) fn with(mut self, name: &str, value: &str) -> Self {
        let sign = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!("{}{sign}{name}={}", self.target, percent(value));
        self
    }

    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// For messages.
    pub(super) fn what(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap_or_default())
    }

    pub(super) fn parts(self) -> (Method, String, Content, Vec<(HeaderName, String)>) {
        (self.method, self.target, Content::whole(self.body), self.headers)
    }
}

/// A part of a path or of a query.
pub(in crate::kubernetes) fn percent(text: &str) -> String {
    crate::http::percent(text, false)
}
