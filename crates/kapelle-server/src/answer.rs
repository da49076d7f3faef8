//! What is sent back.

use std::io;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes};
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value as Json;

pub(crate) type Sent = UnsyncBoxBody<Bytes, io::Error>;

/// An answer that is not on its way yet.
pub(crate) struct Answer {
    response: Response<Sent>,
}

impl Answer {
    fn of(body: impl Into<Bytes>, media: &'static str) -> Self {
        let mut answer = Self::bytes(body);
        answer.response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        answer
    }

    pub(crate) fn json(value: &Json) -> Self {
        Self::of(value.to_string(), "application/json")
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::of(text.into(), "text/plain; charset=utf-8")
    }

    /// A body whose media type stands among the headers that are added.
    pub(crate) fn bytes(bytes: impl Into<Bytes>) -> Self {
        let body = Full::new(bytes.into()).map_err(|never| match never {});
        Self { response: Response::new(body.boxed_unsync()) }
    }

    /// A page of our own; nothing that somebody else wrote.
    pub(crate) fn page(html: impl Into<String>) -> Self {
        Self::of(html.into(), "text/html; charset=utf-8")
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::bytes(Bytes::new()).status(status)
    }

    pub(crate) fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// Bytes for a folder of downloads; never shown by a browser.
    pub(crate) fn download(bytes: impl Into<Bytes>, media: &'static str, name: &str) -> Self {
        Self::of(bytes, media).attachment(name)
    }

    /// A body that comes piece by piece.
    pub(crate) fn stream<B>(body: B, media: &'static str) -> Self
    where
        B: Body<Data = Bytes, Error = io::Error> + Send + 'static,
    {
        let mut response = Response::new(body.boxed_unsync());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        Self { response }
    }

    #[must_use]
    pub(crate) fn attachment(self, name: &str) -> Self {
        let plain = |character: char| match character {
            ' '..='~' if !matches!(character, '"' | '\\' | '/' | '%') => character,
            _ => '_',
        };
        let name: String = name.chars().map(plain).collect();
        self.header(CONTENT_DISPOSITION.as_str(), &format!("attachment; filename=\"{name}\""))
    }

    #[must_use]
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        *self.response.status_mut() = status;
        self
    }

    pub(crate) fn code(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// Adds a header. One that cannot be sent is left out.
    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.response.headers_mut().append(name, value);
        }
        self
    }

    pub(crate) fn status_now(&self) -> StatusCode {
        self.response.status()
    }

    /// Puts a header in the place of one that is there. Where there is none, nothing changes.
    #[must_use]
    pub(crate) fn instead(mut self, name: HeaderName, value: &str) -> Self {
        if let (true, Ok(value)) = (self.response.headers().contains_key(&name), HeaderValue::try_from(value))
        {
            self.response.headers_mut().insert(name, value);
        }
        self
    }

    #[must_use]
    pub(crate) fn without(mut self, name: HeaderName) -> Self {
        self.response.headers_mut().remove(name);
        self
    }

    /// The answer with what every answer says that does not say it otherwise.
    pub(crate) fn sent(mut self) -> Response<Sent> {
        let headers = self.response.headers_mut();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
        ] {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        self.response
    }
}
