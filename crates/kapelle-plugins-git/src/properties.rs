//! What all tasks of Git share: how a repository is reached.

use kapelle_model::{Failure, Map, Text};
use kapelle_plugin::{Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::configuration::settings;

/// How long a server may take to answer at all, where a flow says nothing.
const CONNECT_MILLIS: u64 = 10_000;

/// How long nothing may come from a server, where a flow says nothing.
const READ_MILLIS: u64 = 60_000;

/// How a repository is reached.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessProperties {
    /// Who one is to the server. It may stand in the address as well.
    username: Option<Expr<Text>>,
    /// The password, or an access token in its place. It may stand in the address as well.
    password: Option<Expr<Text>>,
    /// The private key for SSH, as text in the form of OpenSSH or PEM.
    private_key: Option<Expr<Text>>,
    /// What opens the private key.
    passphrase: Option<Expr<Text>>,
    /// A file of this machine with certificates, in PEM, by which the server is trusted.
    trusted_ca_pem_path: Option<Expr<String>>,
    /// Whether no proxy is used. None ever is, unless one is written into an address.
    #[expect(dead_code, reason = "the schema knows it")]
    no_proxy: Option<Expr<bool>>,
    /// Milliseconds that a server may take to answer at all; 10000 if nothing is said.
    connect_timeout: Option<Expr<u64>>,
    /// Milliseconds in which nothing may come from a server; 60000 if nothing is said.
    read_timeout: Option<Expr<u64>>,
    /// Settings of Git, such as `core.autocrlf`. Those that name programs, files or hosts are not open to flows.
    git_config: Option<Expr<Map>>,
}

/// What is not needed where the task runs in the server that it works on.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerProperties {
    /// Accepted, and not needed: the task works on the server that runs it.
    #[expect(dead_code, reason = "the schema knows it")]
    kestra_url: Option<Expr<Text>>,
    /// Accepted, and not needed: the task works on the server that runs it.
    #[expect(dead_code, reason = "the schema knows it")]
    auth: Option<AuthProperties>,
}

/// Who one is to a server. Not needed where the task runs in that server.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the schema knows them")]
pub(crate) struct AuthProperties {
    /// A token of the API.
    api_token: Option<Expr<Text>>,
    /// The name of a user.
    username: Option<Expr<Text>>,
    /// The password of that user.
    password: Option<Expr<Text>>,
    /// Whether the login of the installation is taken.
    auto: Option<Expr<bool>>,
}

/// The same with its expressions rendered.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) username: Option<Text>,
    pub(crate) password: Option<Text>,
    pub(crate) private_key: Option<Text>,
    pub(crate) passphrase: Option<Text>,
    pub(crate) trusted: Option<String>,
    pub(crate) connect_millis: u64,
    pub(crate) read_millis: u64,
    pub(crate) settings: Vec<(String, Text)>,
}

impl AccessProperties {
    pub(crate) fn read(&self, cx: &RunContext) -> Result<Access, Failure> {
        let written = cx.filled(self.git_config.as_ref())?.unwrap_or_default();
        Ok(Access {
            username: cx.filled(self.username.as_ref())?,
            password: cx.filled(self.password.as_ref())?,
            private_key: cx.filled(self.private_key.as_ref())?,
            passphrase: cx.filled(self.passphrase.as_ref())?,
            trusted: cx.filled(self.trusted_ca_pem_path.as_ref())?,
            connect_millis: cx.filled(self.connect_timeout.as_ref())?.unwrap_or(CONNECT_MILLIS),
            read_millis: cx.filled(self.read_timeout.as_ref())?.unwrap_or(READ_MILLIS),
            settings: settings(&written)?,
        })
    }
}

/// The address of the repository, where a type does not demand that it is written.
pub(crate) fn needed_url(cx: &RunContext, url: Option<&Expr<Text>>) -> Result<Text, Failure> {
    cx.filled(url)?.ok_or_else(|| Failure::new("the property url is missing: name the repository there"))
}
