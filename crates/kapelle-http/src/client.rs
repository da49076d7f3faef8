//! The client: requests with everything that comes after the first answer.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, OnceLock};

use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::connect::open;
use crate::digest::{Challenge, hex};
use crate::egress::{self, Egress};
use crate::error::{HttpError, Kind};
use crate::exchange::exchange;
use crate::line::Line;
use crate::pem::Pem;
use crate::request::{REDIRECTS_MAX, Request};
use crate::response::Response;
use crate::trust::{Check, Identity, Trust, roots};

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
    own: Option<Arc<Identity>>,
    /// How connections are secured, made when they are first needed.
    careful: OnceLock<Result<Trust, String>>,
    trusting: OnceLock<Result<Trust, String>>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new(ClientSettings::default())
    }
}

impl Client {
    pub fn new(settings: ClientSettings) -> Self {
        let trusted = settings.trusted.iter().cloned().map(CertificateDer::from).collect();
        Self::of(settings, trusted, None)
    }

    fn of(
        settings: ClientSettings,
        trusted: Vec<CertificateDer<'static>>,
        own: Option<Arc<Identity>>,
    ) -> Self {
        let (careful, trusting) = (OnceLock::new(), OnceLock::new());
        Self { inner: Arc::new(Inner { settings, trusted, own, careful, trusting }) }
    }

    /// The same client, but it trusts these certificates too, and shows this one, which comes with its key.
    pub fn with_certificates(&self, trusted: Option<Pem<'_>>, own: Option<Pem<'_>>) -> Result<Self, String> {
        let settings = self.inner.settings.clone();
        let mut all = self.inner.trusted.clone();
        if let Some(pem) = trusted {
            all.extend(pem.certificates()?);
        }
        let own = own.map(|pem| Identity::new(pem, pem)).transpose()?.map(Arc::new);
        Ok(Self::of(settings, all, own.or_else(|| self.inner.own.clone())))
    }

    /// The client of tasks where nothing else is configured; it is made once.
    pub fn of_tasks() -> Self {
        static CLIENT: LazyLock<Client> = LazyLock::new(Client::default);
        CLIENT.clone()
    }

    /// The same client with a memory of its own for sessions of TLS: what it resumes, only it began.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self::new(self.inner.settings.clone())
    }

    pub(crate) fn settings(&self) -> &ClientSettings {
        &self.inner.settings
    }

    pub(crate) fn trusted(&self) -> &[CertificateDer<'static>] {
        &self.inner.trusted
    }

    /// A connection for what is not HTTP. It goes only where requests may go.
    pub async fn open(&self, host: &str, port: u16) -> Result<TcpStream, HttpError> {
        open(self.settings(), host, port).await
    }

    /// Makes a connection a secure one. With `trusts_all`, whoever answers is believed.
    pub async fn secure(&self, line: Line, host: &str, trusts_all: bool) -> Result<Line, HttpError> {
        let Inner { careful, trusting, trusted, own, .. } = &*self.inner;
        let (trust, check) =
            if trusts_all { (trusting, Check::Nothing) } else { (careful, Check::Everything) };
        let trust = trust.get_or_init(|| Trust::of(check, || roots(trusted), own.as_deref()));
        let trust = trust.as_ref().map_err(|reason| {
            HttpError::new(
                Kind::Connection,
                format!("the connection to `{host}` cannot be secured: {reason}"),
            )
        })?;
        trust.secure(line, host).await
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
