//! What a request brings along to say who sends it. Nothing is believed here.

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, COOKIE};
use kapelle_core::expression::plain;

use super::tokens;

/// Cookies that may hold the id of a session, by the names that clients expect.
pub(super) const SESSION_COOKIES: &[&str] = &["BASIC_AUTH", "JWT"];

/// The header that repeats what the page was told, which no other site knows.
const CSRF: &str = "x-csrf-token";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Presented {
    pub(super) credentials: Credentials,
    /// The id of a session, from a cookie.
    pub(super) session: Option<String>,
    pub(super) csrf: Option<String>,
}

/// The `Authorization` of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Credentials {
    /// None, or an empty one as some clients send it beside a cookie.
    #[default]
    None,
    Password {
        username: String,
        password: String,
    },
    Token(String),
    /// Something that nobody can be.
    Unreadable,
}

pub(super) fn read(headers: &HeaderMap) -> Presented {
    let header = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or("?"));
    let csrf = headers.get(CSRF).and_then(|value| value.to_str().ok());
    Presented {
        credentials: header.map_or(Credentials::None, credentials),
        session: SESSION_COOKIES.iter().find_map(|name| cookie(headers, name)),
        csrf: csrf.map(str::to_owned),
    }
}

fn credentials(header: &str) -> Credentials {
    let (scheme, value) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        let Ok(Ok(pair)) = plain::from_base64(value).map(String::from_utf8) else {
            return Credentials::Unreadable;
        };
        return if pair.is_empty() || pair == ":" { Credentials::None } else { password(&pair) };
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Credentials::Unreadable;
    }
    match value {
        "" => Credentials::None,
        // The SDK for JavaScript sends user and password so.
        pair if pair.contains(':') => password(pair),
        token if tokens::is_well_formed(token) => Credentials::Token(token.to_owned()),
        _ => Credentials::Unreadable,
    }
}

fn password(pair: &str) -> Credentials {
    match pair.split_once(':') {
        Some((username, password)) => {
            Credentials::Password { username: username.to_owned(), password: password.to_owned() }
        }
        None => Credentials::Unreadable,
    }
}

/// The value of a cookie; the first one, if there are several of that name.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(known, value)| (known == name && !value.is_empty()).then(|| value.to_owned()))
}
