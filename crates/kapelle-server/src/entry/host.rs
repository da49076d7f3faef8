//! By which name a request reached the server. A page of a stranger can make a name of its own mean this machine, and
//! then its browser takes the server for a part of that page.

use hyper::header::{HOST, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, StatusCode, Version};

use crate::error::{ApiError, Outcome};

/// Sees to it that there is one name, and that it is the one that counts: a name in the target beats the header.
pub(crate) fn settle(head: &mut Parts) -> Outcome<()> {
    if head.headers.get_all(HOST).iter().count() > 1 {
        return Err(ApiError::bad_request("a request has one Host"));
    }
    if let Some(name) = head.uri.authority() {
        let value = HeaderValue::from_str(name.as_str()).ok().filter(|_| !name.as_str().contains('@'));
        let value = value.ok_or_else(|| ApiError::bad_request("the target is malformed"))?;
        head.headers.insert(HOST, value);
    }
    if head.version > Version::HTTP_10 && !head.headers.contains_key(HOST) {
        return Err(ApiError::bad_request("a request needs a Host"));
    }
    Ok(())
}

/// Refuses names that are not listed, if any are.
pub(crate) fn demand_listed(headers: &HeaderMap, hosts: &[String]) -> Outcome<()> {
    if hosts.is_empty() {
        return Ok(());
    }
    let given = headers.get(HOST).and_then(|value| value.to_str().ok()).map(without_port);
    match given {
        Some(name) if is_of_this_machine(name) || is_listed(name, hosts) => Ok(()),
        _ => {
            let why = "the server is not known by this name; `kapelle.server.hosts` has the names that it answers to";
            Err(ApiError::new(StatusCode::MISDIRECTED_REQUEST, why))
        }
    }
}

/// Whether a name is one of these; `*.example.org` is all names below that.
pub(crate) fn is_listed(name: &str, hosts: &[String]) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    hosts.iter().any(|host| match host.to_ascii_lowercase().strip_prefix("*.") {
        Some(parent) => name.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => host.eq_ignore_ascii_case(&name),
    })
}

/// No name server can give these to somebody else.
fn is_of_this_machine(name: &str) -> bool {
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The name in an authority such as `name:8080` or `[::1]:8080`.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty()
                && port.bytes().all(|byte| byte.is_ascii_digit())
                && (!host.contains(':') || host.ends_with(']')) =>
        {
            host
        }
        _ => authority,
    }
}
