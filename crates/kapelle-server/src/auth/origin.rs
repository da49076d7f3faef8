//! Which page a request comes from, and by which name it reached the server. Browsers add credentials by themselves, so
//! both have to be looked at wherever a request needs no `Authorization`.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{HOST, ORIGIN};

/// Whether the page that sent a request belongs to this server. Programs that are no browsers say nothing about it.
pub(super) fn is_own(headers: &HeaderMap, url: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = headers.get(ORIGIN).map(|value| value.to_str().unwrap_or("?")) else { return true };
    let Some(origin) = authority(origin) else { return false };
    let names = [text(HOST.as_str()), text("x-forwarded-host"), url.and_then(authority)];
    names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(origin))
}

/// Whether a request reached the server by a name that is its own. An address cannot be taken over by a name server;
/// any other name can, so that a page of a stranger would be one of ours.
pub(super) fn is_own_name(headers: &HeaderMap, url: Option<&str>) -> bool {
    let given = headers.get(HOST).and_then(|value| value.to_str().ok());
    let Some(host) = given.map(without_port) else { return false };
    is_address(host)
        || host.eq_ignore_ascii_case("localhost")
        || url.and_then(authority).is_some_and(|own| without_port(own).eq_ignore_ascii_case(host))
}

/// Whether a request comes from this machine, and from no proxy on it.
pub(super) fn is_of_this_machine(headers: &HeaderMap, peer: IpAddr) -> bool {
    let is_forwarded = headers
        .keys()
        .any(|name| name == "forwarded" || name.as_str().starts_with("x-forwarded-") || name == "x-real-ip");
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).map(without_port);
    let is_local = host.is_some_and(|host| {
        host.eq_ignore_ascii_case("localhost")
            || address(host).is_some_and(|address| address.to_canonical().is_loopback())
    });
    peer.to_canonical().is_loopback() && is_local && !is_forwarded
}

/// The part of an address between `//` and the path.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split('/').next().filter(|authority| !authority.is_empty())
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && is_whole(host) =>
        {
            host
        }
        _ => authority,
    }
}

/// Not the beginning of an address with colons of its own.
fn is_whole(host: &str) -> bool {
    !host.contains(':') || host.ends_with(']')
}

fn is_address(host: &str) -> bool {
    address(host).is_some()
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
