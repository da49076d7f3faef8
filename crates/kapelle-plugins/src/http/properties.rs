//! What everything over HTTP has in common.

use jiff::SignedDuration;
use kapelle_model::{Map, Text};
use kapelle_plugin::{Expr, Word};
use schemars::JsonSchema;
use serde::Deserialize;

/// What all tasks have. A trigger takes any answer, so that it has nothing to allow.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskProperties {
    #[serde(flatten)]
    pub(crate) http: HttpProperties,
    /// As in `options`; older flows have it here.
    #[serde(default)]
    pub(super) allow_failed: Option<Expr<bool>>,
}

/// The request, and how it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpProperties {
    /// Where to, with `http://` or `https://`. Blanks are encoded.
    pub(super) uri: Expr<Text>,
    /// The method.
    #[serde(default = "get")]
    pub(super) method: Expr<String>,
    /// What is added to the query: texts, or lists for names that come several times.
    #[serde(default)]
    pub(super) params: Option<Expr<Map>>,
    /// Headers by name.
    #[serde(default)]
    pub(super) headers: Option<Expr<Map>>,
    /// What the content is.
    #[serde(default = "json")]
    pub(super) content_type: Expr<String>,
    /// The content.
    #[serde(default)]
    pub(super) body: Option<Expr<Text>>,
    /// The content as fields of a form; files where the content type is `multipart/form-data`. It wins over `body`.
    #[serde(default)]
    pub(super) form_data: Option<Expr<Map>>,
    /// How it is sent.
    #[serde(default)]
    pub(super) options: Options,
    /// As `options.ssl`; older flows have it here.
    #[serde(default)]
    pub(super) ssl_options: Option<Ssl>,
}

fn get() -> Expr<String> {
    Expr::fixed("GET")
}

fn json() -> Expr<String> {
    Expr::fixed("application/json")
}

/// How a request is sent.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Options {
    /// How long is waited.
    pub(super) timeout: Option<Timeout>,
    /// Who forwards the request.
    pub(super) proxy: Option<ProxyOptions>,
    /// Who asks.
    pub(super) auth: Option<Auth>,
    /// How far certificates are trusted.
    pub(super) ssl: Option<Ssl>,
    /// Whether redirects are followed, up to five.
    pub(super) follow_redirects: Option<Expr<bool>>,
    /// Whether an answer with a status from 400 on is as good as any.
    pub(super) allow_failed: Option<Expr<bool>>,
    /// Statuses that are no failure.
    pub(super) allowed_response_codes: Option<Expr<Vec<u16>>>,
    /// How texts are encoded where the server does not say so.
    pub(super) default_charset: Option<Expr<String>>,
    /// What of request and answer goes to the log, at level DEBUG.
    pub(super) logs: Option<Expr<Vec<Logged>>>,
    /// Of no effect: connections are not kept.
    pub(super) enabled_tcp_extended_keep_alive: Option<Expr<bool>>,
    /// Of no effect: connections are not kept.
    pub(super) connection_pool_idle_timeout: Option<Expr<SignedDuration>>,
    /// Of no effect: `Request` has a limit of its own, and `Download` needs none.
    pub(super) max_content_length: Option<Expr<i64>>,
    /// Of no effect: `logs` says what is logged.
    pub(super) log_level: Option<Expr<String>>,
    /// As in `timeout`; older flows have it here.
    pub(super) connect_timeout: Option<Expr<SignedDuration>>,
    /// As `timeout.readIdleTimeout`; older flows have it here.
    pub(super) read_timeout: Option<Expr<SignedDuration>>,
    /// As in `timeout`; older flows have it here.
    pub(super) read_idle_timeout: Option<Expr<SignedDuration>>,
    /// As `proxy.type`; older flows have it here.
    pub(super) proxy_type: Option<Expr<ProxyType>>,
    /// As `proxy.address`; older flows have it here.
    pub(super) proxy_address: Option<Expr<String>>,
    /// As `proxy.port`; older flows have it here.
    pub(super) proxy_port: Option<Expr<u16>>,
    /// As `proxy.username`; older flows have it here.
    pub(super) proxy_username: Option<Expr<Text>>,
    /// As `proxy.password`; older flows have it here.
    pub(super) proxy_password: Option<Expr<Text>>,
    /// As `auth.username`; older flows have it here.
    pub(super) basic_auth_user: Option<Expr<Text>>,
    /// As `auth.password`; older flows have it here.
    pub(super) basic_auth_password: Option<Expr<Text>>,
}

/// How long is waited.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Timeout {
    /// Until there is a connection.
    #[serde(default)]
    pub(super) connect_timeout: Option<Expr<SignedDuration>>,
    /// While nothing comes; five minutes where it is not said.
    #[serde(default)]
    pub(super) read_idle_timeout: Option<Expr<SignedDuration>>,
}

/// Who forwards the request.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProxyOptions {
    /// What kind of proxy it is; `DIRECT` is none.
    #[serde(default, rename = "type")]
    pub(super) kind: Option<Expr<ProxyType>>,
    /// Its name or address.
    #[serde(default)]
    pub(super) address: Option<Expr<String>>,
    /// Its port.
    #[serde(default)]
    pub(super) port: Option<Expr<u16>>,
    /// Who asks it.
    #[serde(default)]
    pub(super) username: Option<Expr<Text>>,
    /// With which password.
    #[serde(default)]
    pub(super) password: Option<Expr<Text>>,
}

/// A kind of proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum ProxyType {
    Direct,
    Http,
    Socks,
}

impl Word for ProxyType {}

/// Who asks.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Auth {
    /// `BASIC` and `DIGEST` with user and password, `BEARER` with a token.
    #[serde(rename = "type")]
    pub(super) kind: Expr<AuthType>,
    /// The user.
    #[serde(default)]
    pub(super) username: Option<Expr<Text>>,
    /// The password.
    #[serde(default)]
    pub(super) password: Option<Expr<Text>>,
    /// The token.
    #[serde(default)]
    pub(super) token: Option<Expr<Text>>,
}

/// How somebody shows who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum AuthType {
    Basic,
    Bearer,
    Digest,
}

impl Word for AuthType {}

/// How far certificates are trusted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ssl {
    /// Whether the certificate of the server is not looked at.
    #[serde(default)]
    pub(super) insecure_trust_all_certificates: Option<Expr<bool>>,
}

/// What may go to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Logged {
    RequestHeaders,
    RequestBody,
    ResponseHeaders,
    ResponseBody,
}

impl Word for Logged {}
