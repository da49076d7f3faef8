//! Which page a request comes from, and by which name it reached the server. Browsers add credentials by themselves, so
//! both have to be looked at wherever a request needs no `Authorization`.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{HOST, ORIGIN};

use crate::entry::cors;
use crate::entry::host::{is_listed, without_port};

/// Whether the page that sent a request belongs to this server. Programs that are no browsers say nothing about it.
pub(super) fn is_own(headers: &HeaderMap, url: Option<&str>, origins: &[String]) -> bool {
    if cors::origin(headers, origins).is_some() {
        return true;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = headers.get(ORIGIN).map(|value| value.to_str().unwrap_or("?")) else { return true };
    let Some(origin) = authority(origin) else { return false };
    let names = [text(HOST.as_str()), text("x-forwarded-host"), url.and_then(authority)];
    names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(origin))
}

/// Whether a request reached the server by a name that is its own. An address cannot be taken over by a name server,
/// nor can a name without a dot, as services of one machine call each other. Any other name can, so that a page of a
/// stranger would be one of ours.
pub(super) fn is_own_name(headers: &HeaderMap, url: Option<&str>, hosts: &[String]) -> bool {
    let given = headers.get(HOST).and_then(|value| value.to_str().ok());
    let Some(host) = given.map(without_port) else { return false };
    is_address(host)
        || !host.trim_end_matches('.').contains(['.', ':'])
        || is_listed(host, hosts)
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

fn is_address(host: &str) -> bool {
    address(host).is_some()
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
