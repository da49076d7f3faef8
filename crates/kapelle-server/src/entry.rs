//! What is looked at before anybody asks who sends a request: the name that the server was called by, the page that a
//! browser sends it from, how many came before it.

mod buckets;
pub(crate) mod cors;
pub(crate) mod host;
mod rates;

pub(crate) use self::buckets::Buckets;
pub use self::rates::RateLimits;
pub(crate) use self::rates::Rates;

use std::net::IpAddr;

use hyper::HeaderMap;

use crate::auth::{Network, client};

/// What the configuration says about requests of everybody.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The only names that the server answers to, besides those of this machine; none for all.
    pub hosts: Vec<String>,
    /// Pages of other servers that may read answers, each as `https://name`.
    pub origins: Vec<String>,
    /// Proxies that are believed when they say for whom they ask.
    pub forwarders: Vec<Network>,
    /// What browsers show when they ask for a password.
    pub realm: Option<String>,
    pub limits: RateLimits,
}

impl Entry {
    /// Whose tries and requests are counted.
    pub(crate) fn client(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        client(headers, peer, &self.forwarders)
    }
}

#[cfg(test)]
mod tests;
