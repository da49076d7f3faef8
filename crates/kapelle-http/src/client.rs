//! The client: requests with everything that comes after the first answer.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::digest::{Challenge, hex};
use crate::egress::{self, Egress};
use crate::error::{HttpError, Kind};
use crate::exchange::exchange;
use crate::request::{REDIRECTS_MAX, Request};
use crate::response::Response;
use crate::tls::Tls;

/// How an installation sends requests.
#[derive(Clone)]
pub struct ClientSettings {
    pub egress: Egress,
    /// Addresses of names, in small letters, that are not looked up.
    pub hosts: BTreeMap<String, IpAddr>,
    /// Certificates, in DER, that are trusted beside those of the machine.
    pub trusted: Vec<Vec<u8>>,
    pub user_agent: String,
}

impl Default for ClientSettings {
    /// As tasks use it.
    fn default() -> Self {
        Self {
            egress: egress::for_tasks(),
            hosts: BTreeMap::new(),
            trusted: Vec::new(),
            user_agent: "Kapelle".to_owned(),
        }
    }
}

/// Sends requests. Clones are the same client.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    settings: ClientSettings,
    trusted: Vec<CertificateDer<'static>>,
    tls: Tls,
}

impl Default for Client {
    fn default() -> Self {
        Self::new(ClientSettings::default())
    }
}

impl Client {
    pub fn new(settings: ClientSettings) -> Self {
        let trusted = settings.trusted.iter().cloned().map(CertificateDer::from).collect();
        Self { inner: Arc::new(Inner { settings, trusted, tls: Tls::default() }) }
    }

    /// The client of tasks where nothing else is configured; it is made once.
    pub fn of_tasks() -> Self {
        static CLIENT: LazyLock<Client> = LazyLock::new(Client::default);
        CLIENT.clone()
    }

    pub(crate) fn settings(&self) -> &ClientSettings {
        &self.inner.settings
    }

    pub(crate) fn tls(&self) -> &Tls {
        &self.inner.tls
    }

    pub(crate) fn trusted(&self) -> &[CertificateDer<'static>] {
        &self.inner.trusted
    }

    /// The answer to a request, whatever its status. Dropped before it is there, nothing of it goes on.
    pub async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let mut request = request.clone();
        for _ in 0..=REDIRECTS_MAX {
            let response = self.answered(&request).await?;
            let is_redirect = matches!(response.status, 301 | 302 | 303 | 307 | 308);
            let location = response.header("location").filter(|_| is_redirect && request.follows_redirects);
            let Some(location) = location else { return Ok(response) };
            request = request.redirected(response.status, location).map_err(|reason| {
                let host = request.url.host();
                HttpError::new(Kind::Protocol, format!("`{host}` redirects to where nobody can go: {reason}"))
            })?;
        }
        Err(HttpError::new(Kind::Protocol, format!("there are more than {REDIRECTS_MAX} redirects")))
    }

    /// The answer to just this. The work is large and on the heap, so that what waits for it stays small.
    async fn once(&self, request: &Request, more: &[(&str, String)]) -> Result<Response, HttpError> {
        Box::pin(exchange(self, request, more)).await
    }

    /// The answer after a challenge, if there is one.
    async fn answered(&self, request: &Request) -> Result<Response, HttpError> {
        let first = self.once(request, &[]).await?;
        let challenge =
            (first.status == 401).then(|| Challenge::find(first.values("www-authenticate"))).flatten();
        let (Some(login), Some(challenge)) = (&request.digest, challenge) else { return Ok(first) };
        let answer = |challenge: &Challenge| {
            let value = challenge.answer(login, &request.method, request.url.target(), &random()?);
            Ok([("authorization", value)])
        };
        let second = self.once(request, &answer(&challenge)?).await?;
        let newer =
            (second.status == 401).then(|| Challenge::find(second.values("www-authenticate"))).flatten();
        match newer {
            Some(newer) if newer.is_stale() => self.once(request, &answer(&newer)?).await,
            _ => Ok(second),
        }
    }
}

fn random() -> Result<String, HttpError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| HttpError::invalid(format!("the system has no random numbers: {error}")))?;
    Ok(hex(&bytes))
}
