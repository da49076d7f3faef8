//! Addresses of requests.

use std::fmt::{self, Write};
use std::net::{IpAddr, Ipv6Addr};

/// An address with `http` or `https`, without a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    is_secure: bool,
    /// In small letters; an address of IPv6 without brackets.
    host: String,
    port: u16,
    /// Path and query, ready to be sent.
    target: String,
    /// What stands before an `@`.
    user_info: Option<String>,
}

impl Url {
    /// Reads an address. Blanks and what is not ASCII are encoded; `Err` says what is wrong, without showing the address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (scheme, rest) = text
            .split_once("://")
            .ok_or("the address has no scheme: it begins with `http://` or `https://`")?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err("the address begins with neither `http://` nor `https://`".to_owned()),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user_info, place) = match authority.rsplit_once('@') {
            Some((user_info, place)) => (Some(user_info.to_owned()), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place, is_secure)?;
        Ok(Self { is_secure, host, port, target: encoded_target(target)?, user_info })
    }

    /// The address that a redirect names, seen from this one.
    pub fn join(&self, location: &str) -> Result<Self, String> {
        let location = location.trim();
        let scheme = if self.is_secure { "https" } else { "http" };
        let origin = format!("{scheme}://{}", self.authority());
        let is_absolute = location.split_once("://").is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if is_absolute {
            return Self::parse(location);
        }
        if location.starts_with("//") {
            return Self::parse(&format!("{scheme}:{location}"));
        }
        let path = self.target.split('?').next().unwrap_or("/");
        let target = match location.chars().next() {
            None | Some('#') => self.target.clone(),
            Some('/') => location.to_owned(),
            Some('?') => format!("{path}{location}"),
            Some(_) => {
                let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
                format!("{folder}{location}")
            }
        };
        Self::parse(&format!("{origin}{}", without_dots(&target)))
    }

    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Path and query.
    pub fn target(&self) -> &str {
        &self.target
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// User and password as they are written in it.
    pub fn user_info(&self) -> Option<&str> {
        self.user_info.as_deref()
    }

    /// The same with more of a query, which is encoded already.
    #[must_use]
    pub fn with_query(mut self, query: &str) -> Self {
        if !query.is_empty() {
            let separator = match self.target.split_once('?') {
                None => "?",
                Some((_, before)) if before.is_empty() || before.ends_with('&') => "",
                Some(_) => "&",
            };
            self.target.push_str(separator);
            self.target.push_str(query);
        }
        self
    }

    /// Host and port as they are sent: the port only if it is not the usual one.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let is_usual = self.port == usual_port(self.is_secure);
        if is_usual { host } else { format!("{host}:{}", self.port) }
    }

    /// Whether credentials for one are good for the other.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        (self.is_secure, &self.host, self.port) == (other.is_secure, &other.host, other.port)
    }
}

/// Without user and password.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.target)
    }
}

const fn usual_port(is_secure: bool) -> u16 {
    if is_secure { 443 } else { 80 }
}

fn host_and_port(place: &str, is_secure: bool) -> Result<(String, u16), String> {
    let (host, port) = if let Some(rest) = place.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("the address has a `[` without `]`")?;
        host.parse::<Ipv6Addr>().map_err(|_| "what stands in brackets is no address of IPv6")?;
        (host.to_ascii_lowercase(), rest.strip_prefix(':').unwrap_or(rest))
    } else {
        let (host, port) = place.split_once(':').unwrap_or((place, ""));
        (host.trim_end_matches('.').to_ascii_lowercase(), port)
    };
    if host.is_empty() {
        return Err("the address has no host".to_owned());
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if host.parse::<IpAddr>().is_err() && !host.bytes().all(is_name) {
        return Err("the host has odd characters; names in other alphabets are written as `xn--…`".to_owned());
    }
    let port = match port {
        "" => usual_port(is_secure),
        port => port.parse().map_err(|_| "the port is no number from 0 to 65535")?,
    };
    Ok((host, port))
}

/// Path and query without the fragment, with everything encoded that cannot be sent.
fn encoded_target(target: &str) -> Result<String, String> {
    let target = target.split('#').next().unwrap_or_default();
    let mut encoded = String::with_capacity(target.len() + 1);
    if !target.starts_with('/') {
        encoded.push('/');
    }
    for byte in target.bytes() {
        match byte {
            b'\r' | b'\n' | 0 => return Err("the address has line breaks in it".to_owned()),
            b'!' | b'#'..=b';' | b'=' | b'?'..=b'Z' | b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _infallible = write!(encoded, "%{byte:02X}");
            }
        }
    }
    Ok(encoded)
}

/// A path with its `.` and `..` resolved; the query stays.
fn without_dots(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    let mut names: Vec<&str> = Vec::new();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    for (at, name) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        match *name {
            "." | ".." => {
                if *name == ".." {
                    names.pop();
                }
                names.extend(is_last.then_some(""));
            }
            name => names.push(name),
        }
    }
    format!("/{}{query}", names.join("/"))
}
