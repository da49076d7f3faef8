//! Who reaches the server, and how: names, pages of other servers, proxies, rates, TLS.

use std::path::PathBuf;

use kapelle_model::{Data, Node};
use kapelle_server::RateLimits;
use kapelle_server::auth::Guesses;

use super::keys::{self, Key};
use super::settings::Reader;
use super::value;

/// What is looked at before anybody is asked who they are.
pub(crate) struct DoorSettings {
    pub(crate) hosts: Vec<String>,
    /// Pages of other servers that may read answers.
    pub(crate) origins: Vec<String>,
    pub(crate) forwarders: Vec<String>,
    pub(crate) limits: RateLimits,
    pub(crate) guesses: Guesses,
    pub(crate) tls: Option<TlsFiles>,
    /// Whether there is a line for each request.
    pub(crate) has_access_log: bool,
}

/// Files of PEM, which may be one, and the port that takes the place of the other one.
pub(crate) struct TlsFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) port: u16,
}

impl Reader<'_> {
    pub(super) fn doors(&mut self) -> DoorSettings {
        let limits = RateLimits {
            requests: self.count(&keys::REQUESTS),
            webhooks_at_once: self.count(&keys::WEBHOOKS_AT_ONCE),
            webhooks: self.count(&keys::WEBHOOKS),
            wrong_webhooks: self.count(&keys::WRONG_WEBHOOKS),
        };
        let guesses =
            Guesses { of_name: self.count(&keys::LOGINS), of_address: self.count(&keys::LOGINS_OF_ADDRESS) };
        DoorSettings {
            hosts: self.texts(&keys::HOSTS),
            origins: self.origins(),
            forwarders: self.texts(&keys::FORWARDERS),
            limits,
            guesses,
            tls: self.tls(),
            has_access_log: self.flag(&keys::ACCESS_LOG).unwrap_or_default(),
        }
    }

    /// The pages that are listed in any of the configurations. Those that are not listed letter by letter get nothing.
    fn origins(&mut self) -> Vec<String> {
        if !self.flag(&keys::CORS).unwrap_or_default() {
            return Vec::new();
        }
        let listed = |node: &Node| {
            let Data::Map(entries) = &node.data else { return Vec::new() };
            let lists = entries.iter().filter_map(|entry| {
                let list = entry.value.get("allowed-origins").or_else(|| entry.value.get("allowedOrigins"));
                list.and_then(value::texts)
            });
            lists.flatten().collect()
        };
        let all: Vec<String> = self.node(&keys::CORS_PAGES).map(listed).unwrap_or_default();
        let (exact, loose): (Vec<_>, Vec<_>) = all.into_iter().partition(|origin| is_origin(origin));
        if let Some(first) = loose.first() {
            let must =
                format!("has the page `{first}`: each has to be written as `https://name`, without a path");
            self.fail(&keys::CORS_PAGES, None, &must);
        } else if exact.is_empty() {
            let why =
                "`micronaut.server.cors` lets no page in: name them as `configurations.NAME.allowed-origins`";
            self.warn(&keys::CORS, why);
        }
        exact
    }

    fn tls(&mut self) -> Option<TlsFiles> {
        let is_on = |key: &Key| self.flag(key).unwrap_or_default();
        let (certificate, key) = (self.text(&keys::TLS_CERTIFICATE), self.text(&keys::TLS_KEY));
        if !(is_on(&keys::SSL) || is_on(&keys::SSL_OLD)) {
            if certificate.is_some() {
                self.warn(
                    &keys::TLS_CERTIFICATE,
                    "it has no effect without `micronaut.server.ssl.enabled: true`",
                );
            }
            return None;
        }
        let port = self.port(&keys::SSL_PORT);
        if let Some(certificate) = certificate {
            let certificate = PathBuf::from(certificate);
            let key = key.map_or_else(|| certificate.clone(), PathBuf::from);
            return Some(TlsFiles { certificate, key, port });
        }
        let stores =
            [(&keys::KEY_STORE, &keys::KEY_STORE_TYPE), (&keys::KEY_STORE_OLD, &keys::KEY_STORE_TYPE_OLD)];
        let Some((store, kind)) = stores.into_iter().find(|(path, _)| self.node(path).is_some()) else {
            let which = if is_on(&keys::SSL) { &keys::SSL } else { &keys::SSL_OLD };
            let must = "needs `kapelle.server.tls.certificate` and `kapelle.server.tls.key`, files as PEM";
            self.fail(which, None, must);
            return None;
        };
        let path = self.text(store).unwrap_or_default();
        let path = PathBuf::from(path.strip_prefix("file:").unwrap_or(&path));
        let is_pem = self.text(kind).is_some_and(|kind| kind.eq_ignore_ascii_case("PEM"));
        if !is_pem {
            let must = "is a key store: take it apart with `openssl pkcs12 -in FILE -nodes -out server.pem`, and name \
                        that with `type: PEM`, or as `kapelle.server.tls.certificate`";
            self.fail(store, None, must);
            return None;
        }
        Some(TlsFiles { certificate: path.clone(), key: path, port })
    }
}

/// Whether a text is what browsers send as the origin of a page.
fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '*', '?', '#', '@', ' ', '^']))
}
