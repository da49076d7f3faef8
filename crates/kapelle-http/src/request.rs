//! What is asked.

use std::fmt;
use std::time::Duration;

use crate::body::Payload;
use crate::url::Url;

/// Redirects that are followed.
pub(crate) const REDIRECTS_MAX: usize = 5;

/// A request with everything that says how it is sent.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub url: Url,
    pub headers: Vec<Header>,
    pub payload: Payload,
    /// What a challenge of the server is answered with.
    pub digest: Option<Login>,
    pub proxy: Option<Proxy>,
    pub timeouts: Timeouts,
    pub follows_redirects: bool,
    /// Certificates of the server are not looked at.
    pub trusts_all: bool,
    /// The content of the answer is given as it was before it was packed for the way.
    pub unpacks: bool,
}

/// A line of the head of a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    pub name: String,
    pub value: String,
    /// It does not go to another server than the one that it was meant for.
    pub is_secret: bool,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// Who forwards the request.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    pub kind: ProxyKind,
    pub host: String,
    pub port: u16,
    pub login: Option<Login>,
    /// What a proxy of HTTP gets as `Proxy-Authorization`.
    pub authorization: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyKind {
    Http,
    Socks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Without anything going out or coming in.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(30), idle: Duration::from_mins(5) }
    }
}

impl Request {
    pub fn get(url: Url) -> Self {
        Self {
            method: "GET".to_owned(),
            url,
            headers: Vec::new(),
            payload: Payload::default(),
            digest: None,
            proxy: None,
            timeouts: Timeouts::default(),
            follows_redirects: true,
            trusts_all: false,
            unpacks: false,
        }
    }

    /// The request that a redirect asks for; none if the answer is none.
    pub(crate) fn redirected(&self, status: u16, location: &str) -> Result<Self, String> {
        let url = self.url.join(location)?;
        let mut next = Self { url, ..self.clone() };
        let becomes_get = match status {
            303 => self.method != "HEAD",
            301 | 302 => self.method == "POST",
            _ => false,
        };
        if becomes_get {
            "GET".clone_into(&mut next.method);
            next.payload = Payload::default();
            next.headers.retain(|header| !header.is("content-type"));
        }
        if !next.url.is_same_origin(&self.url) {
            next.digest = None;
            next.headers
                .retain(|header| !header.is_secret && !CREDENTIALS.iter().any(|name| header.is(name)));
        }
        Ok(next)
    }
}

/// Headers that are meant for one server only.
const CREDENTIALS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "host"];

impl Header {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), is_secret: false }
    }

    /// One that only the server sees for which it was meant.
    pub fn secret(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { is_secret: true, ..Self::new(name, value) }
    }

    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Values are not shown.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: …", self.name)
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}
