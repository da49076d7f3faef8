//! Signed requests to one service, tried again when what went wrong may pass.

use std::sync::Arc;

use kapelle_http::{Header, Kind, Payload, Piece, Request, Response, Url};
use kapelle_model::Failure;
use kapelle_plugin::patience::wait;
use kapelle_plugin::{Broken, RunContext};

use crate::access::endpoint_of_aws;
use crate::credentials::Provider;
use crate::environment::variable;
use crate::profile::Profiles;
use crate::sign::{Scope, Unsigned, authorization, digest_of, stamp};
use crate::trouble::{Said, Trouble};
use kapelle_plugin::encode::query;

/// How often a request is sent before it has failed.
const TRIES_MAX: u32 = 5;

/// Bytes of an answer that is read as a whole: a page of a list has less.
const ANSWER_MAX: usize = 32 << 20;

/// Bytes of an answer that tells of a failure.
const TROUBLE_MAX: usize = 64 << 10;

/// What is sent.
#[derive(Clone)]
pub(crate) struct Content {
    payload: Payload,
    digest: String,
}

impl Content {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        let digest = digest_of(&bytes);
        let pieces = (!bytes.is_empty()).then(|| Piece::Bytes(bytes.into()));
        Self { payload: Payload::of(pieces), digest }
    }
}

/// A request to a service.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    /// Scheme, host and port.
    pub(crate) origin: String,
    /// Encoded.
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) content: Content,
    pub(crate) region: String,
    /// Whether it may be sent again when nobody knows what became of it.
    pub(crate) is_repeatable: bool,
}

impl Ask {
    pub(crate) fn new(method: &'static str) -> Self {
        Self {
            method,
            origin: String::new(),
            path: "/".to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            content: Content::of(Vec::new()),
            region: String::new(),
            is_repeatable: true,
        }
    }
}

/// Where a service is: as the flow says, as the server does, or where AWS has it.
pub(crate) fn endpoint(
    cx: &RunContext,
    service: &str,
    written: Option<&str>,
    region: &str,
) -> Result<String, Failure> {
    let host = &*cx.host;
    let own = || variable(host, &format!("AWS_ENDPOINT_URL_{}", name_of(service)));
    let all = || variable(host, "AWS_ENDPOINT_URL");
    let address = match written.map(str::to_owned).or_else(own).or_else(all) {
        Some(address) => Some(address),
        None => Profiles::of(host)?.chosen(host).and_then(|section| section.get("endpoint_url").cloned()),
    };
    let Some(address) = address else { return Ok(endpoint_of_aws(service, region)) };
    let address = address.trim().trim_end_matches('/').to_owned();
    let address = if address.contains("://") { address } else { format!("https://{address}") };
    Url::parse(&address).map_err(|reason| {
        Failure::new(format!("`{address}` cannot be used as the address of a server: {reason}"))
    })?;
    Ok(address)
}

/// How variables of the environment call a service.
fn name_of(service: &str) -> String {
    match service {
        "events" => "EVENTBRIDGE".to_owned(),
        "api.ecr" => "ECR".to_owned(),
        other => other.to_ascii_uppercase(),
    }
}

/// Asks one service.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) http: kapelle_http::Client,
    /// Without it, requests are not signed.
    provider: Option<Arc<Provider>>,
    /// As signatures call it.
    service: &'static str,
    pub(crate) trusts_all: bool,
}

impl Client {
    pub(crate) fn new(cx: &RunContext, service: &'static str, provider: Option<Arc<Provider>>) -> Self {
        Self { http: cx.host.http(), provider, service, trusts_all: false }
    }

    /// The answer, if it tells of no failure.
    pub(crate) async fn send(&self, cx: &RunContext, ask: &Ask) -> Result<Response, Trouble> {
        let mut tries = 0;
        loop {
            tries += 1;
            let trouble = match self.once(cx, ask).await {
                Ok(response) => return Ok(response),
                Err(trouble) => trouble,
            };
            if tries >= TRIES_MAX || !trouble.may_pass(ask.is_repeatable) {
                return Err(trouble);
            }
            wait(cx, tries).await?;
        }
    }

    /// The whole answer.
    pub(crate) async fn text(&self, cx: &RunContext, ask: &Ask) -> Result<String, Trouble> {
        let mut response = self.send(cx, ask).await?;
        let bytes = unless_stopped(cx, response.bytes(ANSWER_MAX)).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn once(&self, cx: &RunContext, ask: &Ask) -> Result<Response, Trouble> {
        let request = self.request(cx, ask).await?;
        let mut response = unless_stopped(cx, self.http.send(&request)).await?;
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        // What was said is only for the reader: if it does not come, the status says enough.
        let content = match unless_stopped(cx, response.bytes(TROUBLE_MAX)).await {
            Err(Trouble::Broken(broken)) => return Err(Trouble::Broken(broken)),
            content => content.unwrap_or_default(),
        };
        Err(Trouble::Said(Box::new(Said::read(&response, &content))))
    }

    async fn request(&self, cx: &RunContext, ask: &Ask) -> Result<Request, Broken> {
        let text = match query(&ask.query) {
            query if query.is_empty() => format!("{}{}", ask.origin, ask.path),
            query => format!("{}{}?{query}", ask.origin, ask.path),
        };
        let url = Url::parse(&text)
            .map_err(|reason| Failure::new(format!("the address of the request cannot be used: {reason}")))?;
        let mut headers = ask.headers.clone();
        let mut secret = Vec::new();
        if let Some(provider) = &self.provider {
            let credentials = provider.get(cx).await?;
            let moment = cx.services.now()?;
            headers.push(("x-amz-date".to_owned(), stamp(moment)));
            if self.service == "s3" {
                headers.push(("x-amz-content-sha256".to_owned(), ask.content.digest.clone()));
            }
            let token =
                credentials.token.iter().map(|token| ("x-amz-security-token".to_owned(), token.clone()));
            let mut signed = headers.clone();
            signed.push(("host".to_owned(), url.authority()));
            signed.extend(token.clone());
            let scope = Scope { moment, region: &ask.region, service: self.service };
            let unsigned = Unsigned {
                method: ask.method,
                path: &ask.path,
                query: &ask.query,
                headers: &signed,
                content: &ask.content.digest,
            };
            secret.push(Header::secret(
                "authorization",
                authorization(&credentials.key, &credentials.secret, &scope, &unsigned),
            ));
            secret.extend(token.map(|(name, value)| Header::secret(name, value)));
        }
        let plain = headers.into_iter().map(|(name, value)| Header::new(name, value));
        Ok(Request {
            method: ask.method.to_owned(),
            headers: plain.chain(secret).collect(),
            payload: ask.content.payload.clone(),
            // A signature is good for one host only.
            follows_redirects: false,
            trusts_all: self.trusts_all,
            ..Request::get(url)
        })
    }
}

/// Waits for something, unless the attempt has to end.
pub(crate) async fn unless_stopped<T>(
    cx: &RunContext,
    work: impl Future<Output = Result<T, kapelle_http::HttpError>>,
) -> Result<T, Trouble> {
    match cx.stop.run_until_cancelled(work).await {
        Some(result) => result.map_err(Trouble::Http),
        None => Err(Broken::killed().into()),
    }
}

/// Whether another try may go well after this kind of failure.
pub(crate) const fn may_pass(kind: Kind) -> bool {
    matches!(kind, Kind::Connection | Kind::Timeout)
}
