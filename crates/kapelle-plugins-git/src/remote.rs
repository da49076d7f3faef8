//! Addresses of repositories.
//!
//! What stands before the host as user and password is taken out at once: nothing else ever sees it in an address.

use std::net::Ipv6Addr;

use kapelle_model::{Failure, Text};

/// Over what a repository is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Https,
    Http,
    Ssh,
    Git,
    File,
}

/// A repository that somebody else keeps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Remote {
    pub(crate) scheme: Scheme,
    /// In small letters, without brackets; empty for a folder of this machine.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// As it was written, beginning with a slash unless `is_short`.
    pub(crate) path: String,
    /// Written as `host:path`, where the path begins in the home of the user.
    is_short: bool,
    pub(crate) user: Option<Text>,
    pub(crate) password: Option<Text>,
    /// Something of host or path is secret.
    is_secret: bool,
}

impl Scheme {
    const ALL: [(&str, Self); 6] = [
        ("https", Self::Https),
        ("http", Self::Http),
        ("ssh", Self::Ssh),
        ("git+ssh", Self::Ssh),
        ("git", Self::Git),
        ("file", Self::File),
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Ssh => "ssh",
            Self::Git => "git",
            Self::File => "file",
        }
    }

    pub(crate) const fn usual_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
            Self::Ssh => 22,
            Self::Git => 9418,
            Self::File => 0,
        }
    }

    pub(crate) const fn is_http(self) -> bool {
        matches!(self, Self::Https | Self::Http)
    }
}

impl Remote {
    /// Reads an address as flows write it: with a scheme, as `user@host:path`, or as a path of this machine.
    pub(crate) fn read(written: &Text) -> Result<Self, Failure> {
        let wrong = |reason: &str| {
            let shown = without_login(written).masked();
            Failure::new(format!("`{shown}` in `url` is no address of a repository: {reason}"))
        };
        let whole = written.expose();
        let start = whole.len() - whole.trim_start().len();
        let text = whole.trim();
        let part = |range: std::ops::Range<usize>| {
            written.slice(range.start + start..range.end + start).unwrap_or_default()
        };
        if text.is_empty() {
            return Err(wrong("it is empty"));
        }
        if text.contains(|sign: char| sign.is_control() || sign.is_whitespace()) {
            return Err(wrong("it has blanks or line breaks in it"));
        }
        let (scheme, at, is_short) = match text.split_once("://") {
            Some((word, _)) => {
                let scheme = Scheme::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
                let scheme =
                    scheme.ok_or_else(|| wrong("it begins with none of https, http, ssh, git and file"))?;
                (scheme.1, word.len() + 3, false)
            }
            None if text.starts_with('/') => (Scheme::File, 0, false),
            None => (Scheme::Ssh, 0, true),
        };
        let rest = &text[at..];
        let end = if is_short {
            short_end(rest).ok_or_else(|| {
                wrong("write one such as `https://host/path`, `git@host:path` or `file:///path`")
            })?
        } else {
            rest.find('/').unwrap_or(rest.len())
        };
        let (authority, path) = rest.split_at(end);
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place).map_err(&wrong)?;
        let path = if is_short { &path[1..] } else { path };
        if path.trim_matches('/').is_empty() || path.starts_with('-') {
            return Err(wrong("it names no repository after the host"));
        }
        if scheme == Scheme::File && !host.is_empty() {
            return Err(wrong("a folder of this machine has three slashes, as in `file:///path`"));
        }
        if scheme != Scheme::File && host.is_empty() {
            return Err(wrong("it has no host"));
        }
        let login_start = at;
        let (user, password) = match login {
            None => (None, None),
            Some(login) => {
                let colon = login.find(':');
                let user_end = login_start + colon.unwrap_or(login.len());
                let user = decoded(&part(login_start..user_end)).map_err(wrong)?;
                let password = match colon {
                    Some(_) => Some(decoded(&part(user_end + 1..login_start + login.len())).map_err(wrong)?),
                    None => None,
                };
                // Whoever writes a password into an address does not want to see it in a log.
                let password = password.filter(|text| !text.expose().is_empty()).map(Text::into_secret);
                (Some(user).filter(|text| !text.expose().is_empty()), password)
            }
        };
        let place_start = text.len() - (rest.len() - end) - place.len();
        let is_secret = part(place_start..text.len()).has_secret();
        let (host, path) = (host.to_ascii_lowercase(), path.to_owned());
        Ok(Self { scheme, host, port, path, is_short, user, password, is_secret })
    }

    /// As `git` gets it: without user and password.
    pub(crate) fn address(&self) -> String {
        if self.scheme == Scheme::File {
            return format!("file://{}", self.path);
        }
        if self.is_short {
            return format!("{}:{}", self.bracketed(), self.path);
        }
        format!("{}{}", self.origin(), self.path)
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        let port = self.port.map_or(String::new(), |port| format!(":{port}"));
        format!("{}://{}{port}", self.scheme.word(), self.bracketed())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.usual_port())
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }

    /// For people.
    pub(crate) fn shown(&self) -> String {
        if self.is_secret { kapelle_model::MASK.to_owned() } else { self.address() }
    }

    /// Whether something of the address itself is secret.
    pub(crate) const fn is_secret(&self) -> bool {
        self.is_secret
    }

    /// The same repository for who logs in to another one.
    pub(crate) fn known_as(self, other: &Self) -> Self {
        let (user, password) = (other.user.clone(), other.password.clone());
        Self { user, password, is_secret: other.is_secret, ..self }
    }

    /// The path without what belongs to Git.
    pub(crate) fn plain_path(&self) -> &str {
        let path = self.path.trim_matches('/');
        path.strip_suffix(".git").unwrap_or(path)
    }
}

/// Where the host of `user@host:path` ends.
fn short_end(text: &str) -> Option<usize> {
    let from = text.find(']').filter(|_| text.contains('[')).unwrap_or(0);
    let colon = from + text[from..].find(':')?;
    let is_host = !text[..colon].contains('/') && !text[..colon].starts_with('-');
    // `ext::…` and the like name programs.
    (is_host && !text[colon..].starts_with("::")).then_some(colon)
}

fn host_and_port(place: &str) -> Result<(&str, Option<u16>), &'static str> {
    let (host, rest) = if let Some(inner) = place.strip_prefix('[') {
        let (host, rest) = inner.split_once(']').ok_or("it has a `[` without `]`")?;
        host.parse::<Ipv6Addr>().map_err(|_| "what stands in brackets is no address of IPv6")?;
        (host, rest)
    } else {
        let (host, rest) = place.split_at(place.find(':').unwrap_or(place.len()));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if host.starts_with('-') || !host.bytes().all(is_name) {
            return Err("its host has odd characters");
        }
        (host, rest)
    };
    let port = match rest.strip_prefix(':') {
        None if rest.is_empty() => None,
        Some("") => None,
        Some(port) => Some(port.parse().map_err(|_| "its port is no number from 0 to 65535")?),
        None => return Err("something stands between the host and the path"),
    };
    Ok((host, port))
}

/// An address without what stands before the host, for messages about addresses that cannot be read.
fn without_login(written: &Text) -> Text {
    let text = written.expose();
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find('/').map_or(text.len(), |at| start + at);
    match text[start..end].rfind('@') {
        Some(at) => {
            let rest = written.slice(start + at + 1..text.len()).unwrap_or_default();
            Text::concat(&Text::from(&text[..start]), &rest)
        }
        None => written.clone(),
    }
}

/// Percent signs resolved; what was secret in part is secret as a whole then.
fn decoded(text: &Text) -> Result<Text, &'static str> {
    let written = text.expose();
    if !written.contains('%') {
        return Ok(text.clone());
    }
    let bytes = written.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = written.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            out.push(digits.ok_or("a `%` in its user or password is written as `%25`")?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    let plain = String::from_utf8(out).map_err(|_| "its user or password is no text")?;
    let plain = Text::from(plain);
    Ok(if text.has_secret() { plain.into_secret() } else { plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Remote::read(&Text::from(text)) {
            Ok(remote) => {
                let user = remote.user.as_ref().map(|user| user.expose().to_owned());
                let password = remote.password.as_ref().map(|password| password.expose().to_owned());
                format!("{} {}:{} {user:?} {password:?}", remote.address(), remote.host, remote.port())
            }
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn all_forms_of_addresses_are_read_and_lose_their_logins() {
        for (written, expected) in [
            ("https://github.com/a/b.git", "https://github.com/a/b.git github.com:443 None None"),
            (" http://H:8080/a ", "http://h:8080/a h:8080 None None"),
            ("https://u:p%40ss@h/a", "https://h/a h:443 Some(\"u\") Some(\"p@ss\")"),
            ("https://tok@h/a", "https://h/a h:443 Some(\"tok\") None"),
            ("ssh://git@h:2222/a.git", "ssh://h:2222/a.git h:2222 Some(\"git\") None"),
            ("git@github.com:a/b.git", "github.com:a/b.git github.com:22 Some(\"git\") None"),
            ("git@[::1]:a", "[::1]:a ::1:22 Some(\"git\") None"),
            ("https://[::1]:1/a", "https://[::1]:1/a ::1:1 None None"),
            ("git://h/a", "git://h/a h:9418 None None"),
            ("file:///srv/a.git", "file:///srv/a.git :0 None None"),
            ("/srv/a.git", "file:///srv/a.git :0 None None"),
        ] {
            assert_eq!(read(written), expected, "{written}");
        }
    }

    #[test]
    fn what_could_start_a_program_is_no_address() {
        for written in [
            "",
            "a",
            "ext::sh -c id",
            "ext::sh",
            "fd::7",
            "-oProxyCommand=id",
            "-h:a",
            "ssh://-oProxyCommand=id/a",
            "git@-h:a",
            "ftp://h/a",
            "https://h",
            "https:///a",
            "file://h/a",
            "h:-a",
            "https://h/a\nb",
            "h:",
            "https://h:x/a",
            "https://a;b/c",
        ] {
            let told = read(written);
            assert!(told.contains("is no address of a repository"), "{written}: {told}");
        }
    }

    #[test]
    fn a_password_is_in_no_message() {
        for written in ["ftp://u:canary@h/a", "https://u:canary@h:x/a", "https://u:canary%zz@h/a"] {
            let told = read(written);
            assert!(told.contains("is no address") && !told.contains("canary"), "{told}");
        }
        let remote = Remote::read(&Text::from("https://u:canary@h/a")).unwrap();
        assert!(!format!("{remote:?} {}", remote.shown()).contains("canary"));
        let hidden = Text::concat(&Text::from("https://h/"), &Text::from("canary").into_secret());
        assert_eq!(Remote::read(&hidden).unwrap().shown(), "******");
    }
}
