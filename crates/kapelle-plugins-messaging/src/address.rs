//! Addresses of servers, with who comes in them: `redis://user:password@host:port/path`.

use std::net::Ipv6Addr;

use kapelle_model::{Failure, Text};

/// Where a server is, and who comes.
pub(crate) struct Address {
    /// In small letters.
    pub(crate) scheme: String,
    pub(crate) user: Option<Text>,
    pub(crate) password: Option<Text>,
    /// An address of IPv6 is without brackets.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// Without the slash at its beginning.
    pub(crate) path: String,
}

impl Address {
    /// Reads what stands in a property. Without a scheme it has the first of these; with another one it is refused.
    pub(crate) fn parse(text: &Text, property: &str, schemes: &[&str]) -> Result<Self, Failure> {
        let wrong = |reason: &str| {
            let example = schemes.first().copied().unwrap_or_default();
            Failure::new(format!(
                "the address in `{property}` is not understood: {reason}. Write `{example}://host:port`"
            ))
        };
        let text = text.expose().trim();
        let (scheme, rest) =
            text.split_once("://").unwrap_or((schemes.first().copied().unwrap_or_default(), text));
        let scheme = scheme.to_ascii_lowercase();
        if !schemes.contains(&scheme.as_str()) {
            let known: Vec<String> = schemes.iter().map(|scheme| format!("`{scheme}://`")).collect();
            return Err(wrong(&format!("it begins with none of {}", known.join(", "))));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place).map_err(wrong)?;
        let part = |part: &str| {
            let decoded = decoded(part).ok_or_else(|| {
                wrong("user or password have a `%` that begins no escape: a `%` itself is written `%25`")
            })?;
            Ok::<_, Failure>(
                Some(Text::from(decoded.as_str()).into_secret()).filter(|text| !text.expose().is_empty()),
            )
        };
        let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
            Some((user, password)) => (part(user)?, part(password)?),
            None => (None, None),
        };
        Ok(Self { scheme, user, password, host, port, path: path.to_owned() })
    }
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), &'static str> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or("it has a `[` without `]`")?;
            host.parse::<Ipv6Addr>().map_err(|_| "what stands in brackets is no address of IPv6")?;
            (host, rest.strip_prefix(':').unwrap_or(rest))
        }
        None => place.split_once(':').unwrap_or((place, "")),
    };
    if host.is_empty() {
        return Err("it has no host");
    }
    let port = match port {
        "" => None,
        port => Some(port.parse().map_err(|_| "the port is no number from 0 to 65535")?),
    };
    Ok((host.to_owned(), port))
}

/// A text with its escapes resolved.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, Failure> {
        Address::parse(&Text::from(text), "url", &["redis", "rediss"])
    }

    fn shown(text: Option<Text>) -> String {
        text.map_or_else(String::new, |text| text.expose().to_owned())
    }

    #[test]
    fn an_address_says_where_and_who() {
        for (text, expected) in [
            ("redis://localhost:6379/0", ("redis", "", "", "localhost", Some(6379), "0")),
            ("redis://:secret@h/2?timeout=1", ("redis", "", "secret", "h", None, "2")),
            ("REDISS://a%40b:p%3Aq@[::1]:7", ("rediss", "a@b", "p:q", "::1", Some(7), "")),
            ("token@h", ("redis", "token", "", "h", None, "")),
        ] {
            let read = parse(text).unwrap();
            let (user, password) = (shown(read.user), shown(read.password));
            let read = (
                read.scheme.as_str(),
                user.as_str(),
                password.as_str(),
                read.host.as_str(),
                read.port,
                read.path.as_str(),
            );
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn who_comes_is_secret() {
        let read = parse("redis://me:hunter2@h").unwrap();
        assert!(read.user.unwrap().has_secret() && read.password.unwrap().has_secret());
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for (text, reason) in [
            ("http://h:1", "it begins with none of `redis://`, `rediss://`"),
            ("redis://me:hunter2@", "it has no host"),
            ("redis://me:hunter2@h:x", "the port is no number"),
            ("redis://me:hunter2%zz@h", "a `%` itself is written `%25`"),
            ("redis://[::1", "a `[` without `]`"),
        ] {
            let told = parse(text).err().unwrap().to_string();
            assert!(told.contains(reason) && told.contains("`url`") && !told.contains("hunter2"), "{told}");
        }
    }
}
