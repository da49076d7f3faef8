//! FTP, with and without TLS.
//!
//! [`control`] speaks with the server, [`data`] brings the connections of contents about, [`listing`] reads what servers say of
//! files, and [`place`] makes a place of files of it.

mod control;
mod data;
mod listing;
mod place;

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_http::Proxy;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::files::{Address, Protocol};
use crate::login::{Login, Written, port, proxy};
use place::FtpPlace;

/// How long a connection may take, and how long a server may be silent, where a flow does not say.
const CONNECTING: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_mins(2);

/// What all tasks over FTP have.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ftp {
    #[serde(flatten)]
    login: Login,
    /// The name or the address of a proxy.
    proxy_host: Option<Expr<String>>,
    /// The port of the proxy; 1080 of SOCKS and 3128 of HTTP where it is not said.
    proxy_port: Option<Expr<String>>,
    /// What the proxy speaks.
    proxy_type: Option<Expr<ProxyType>>,
    /// Whether paths begin at the folder that the login lands in, with and without a slash in front; they do, unless this says
    /// `false`. Then they begin at the root of the server.
    root_dir: Option<Expr<bool>>,
    /// The port; 21 where it is not said, 990 with TLS.
    port: Option<Expr<String>>,
    /// Whether we begin the connections of contents, which passes most firewalls; with `false` the server does.
    passive_mode: Option<Expr<bool>>,
    /// Whether the connections of contents lead to the machine of the server alone; they do, unless this says `false`.
    remote_ip_verification: Option<Expr<bool>>,
    /// How long things may take.
    #[serde(default)]
    options: Options,
}

/// What a proxy speaks.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum ProxyType {
    Direct,
    Http,
    Socks,
}

impl Word for ProxyType {}

/// How long things may take.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "properties have the names that flows know")]
struct Options {
    /// Until there is a connection.
    connection_timeout: Option<Expr<SignedDuration>>,
    /// Without anything coming on a connection of contents.
    data_timeout: Option<Expr<SignedDuration>>,
    /// Without an answer of the server.
    socket_timeout: Option<Expr<SignedDuration>>,
}

/// What all tasks over FTPS have.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ftps {
    #[serde(flatten)]
    ftp: Ftp,
    /// Whether TLS begins with the connection, or is asked for on it, which is usual.
    mode: Option<Expr<Mode>>,
    /// Whether contents are encrypted: `P`, which is usual, or `C`, which shows them to whoever stands in between.
    data_channel_protection_level: Option<Expr<Level>>,
    /// Whether whoever answers is believed.
    insecure_trust_all_certificates: Option<Expr<bool>>,
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Mode {
    Implicit,
    Explicit,
}

impl Word for Mode {}

/// How contents are protected, in the letters of the protocol.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Level {
    C,
    S,
    E,
    P,
}

impl Word for Level {}

/// How a connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Security {
    pub(super) mode: Mode,
    pub(super) encrypts_data: bool,
    pub(super) trusts_all: bool,
}

/// Everything that a connection needs to know.
pub(super) struct Wanted {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: Text,
    pub(super) password: Text,
    pub(super) proxy: Option<Proxy>,
    pub(super) is_passive: bool,
    /// Connections of contents lead to the machine of the server alone.
    pub(super) is_careful: bool,
    pub(super) security: Option<Security>,
    pub(super) connecting: Duration,
    pub(super) data_silence: Duration,
    pub(super) silence: Duration,
}

impl Ftp {
    fn address(&self, cx: &RunContext, scheme: &'static str, usual: u16) -> Result<Address, Failure> {
        Ok(Address {
            scheme,
            host: self.login.host(cx)?,
            port: port(cx, self.port.as_ref(), usual)?,
            begins_at_home: cx.filled(self.root_dir.as_ref())?.unwrap_or(true),
        })
    }

    fn wanted(
        &self,
        cx: &RunContext,
        address: &Address,
        security: Option<Security>,
    ) -> Result<Wanted, Failure> {
        let proxy_type = cx.filled(self.proxy_type.as_ref())?.map(|kind| match kind {
            ProxyType::Direct => "DIRECT",
            ProxyType::Http => "HTTP",
            ProxyType::Socks => "SOCKS",
        });
        let proxy = proxy(Written {
            kind: proxy_type.map(str::to_owned),
            host: cx.filled(self.proxy_host.as_ref())?,
            port: cx.filled(self.proxy_port.as_ref())?,
            user: None,
            password: None,
            place: "proxyHost",
        })?;
        let is_passive = cx.filled(self.passive_mode.as_ref())?.unwrap_or(true);
        if proxy.is_some() && !is_passive {
            return Err(Failure::new("no server reaches us through a proxy: leave `passiveMode` as it is"));
        }
        let user = cx.filled(self.login.username.as_ref())?;
        let password = cx.filled(self.login.password.as_ref())?.unwrap_or_default();
        let limit = |written: Option<&Expr<SignedDuration>>, usual| {
            let limit = cx.filled(written)?.and_then(|limit| Duration::try_from(limit).ok());
            Ok::<_, Failure>(limit.filter(|limit| !limit.is_zero()).unwrap_or(usual))
        };
        Ok(Wanted {
            host: address.host.clone(),
            port: address.port,
            user: user.unwrap_or_else(|| Text::from("anonymous")),
            password,
            proxy,
            is_passive,
            is_careful: cx.filled(self.remote_ip_verification.as_ref())?.unwrap_or(true),
            security,
            connecting: limit(self.options.connection_timeout.as_ref(), CONNECTING)?,
            data_silence: limit(self.options.data_timeout.as_ref(), SILENCE)?,
            silence: limit(self.options.socket_timeout.as_ref(), SILENCE)?,
        })
    }
}

impl Protocol for Ftp {
    const DELETE: &'static str = "io.kestra.plugin.fs.ftp.Delete";
    const DOWNLOAD: &'static str = "io.kestra.plugin.fs.ftp.Download";
    const DOWNLOADS: &'static str = "io.kestra.plugin.fs.ftp.Downloads";
    const LIST: &'static str = "io.kestra.plugin.fs.ftp.List";
    const MOVE: &'static str = "io.kestra.plugin.fs.ftp.Move";
    const TRIGGER: &'static str = "io.kestra.plugin.fs.ftp.Trigger";
    const UPLOAD: &'static str = "io.kestra.plugin.fs.ftp.Upload";
    const UPLOADS: &'static str = "io.kestra.plugin.fs.ftp.Uploads";

    type Place = FtpPlace;

    fn address(&self, cx: &RunContext) -> Result<Address, Failure> {
        self.address(cx, "ftp", 21)
    }

    async fn open(&self, cx: &RunContext, address: &Address) -> Result<FtpPlace, Broken> {
        FtpPlace::open(cx, self.wanted(cx, address, None)?, address.begins_at_home).await
    }
}

impl Protocol for Ftps {
    const DELETE: &'static str = "io.kestra.plugin.fs.ftps.Delete";
    const DOWNLOAD: &'static str = "io.kestra.plugin.fs.ftps.Download";
    const DOWNLOADS: &'static str = "io.kestra.plugin.fs.ftps.Downloads";
    const LIST: &'static str = "io.kestra.plugin.fs.ftps.List";
    const MOVE: &'static str = "io.kestra.plugin.fs.ftps.Move";
    const TRIGGER: &'static str = "io.kestra.plugin.fs.ftps.Trigger";
    const UPLOAD: &'static str = "io.kestra.plugin.fs.ftps.Upload";
    const UPLOADS: &'static str = "io.kestra.plugin.fs.ftps.Uploads";

    type Place = FtpPlace;

    fn address(&self, cx: &RunContext) -> Result<Address, Failure> {
        self.ftp.address(cx, "ftps", 990)
    }

    async fn open(&self, cx: &RunContext, address: &Address) -> Result<FtpPlace, Broken> {
        let encrypts_data = match cx.filled(self.data_channel_protection_level.as_ref())?.unwrap_or(Level::P)
        {
            Level::P => true,
            Level::C => false,
            Level::S | Level::E => {
                return Err(Broken::new(
                    "TLS knows no `dataChannelProtectionLevel` but `P` and `C`: say `P`",
                ));
            }
        };
        let security = Security {
            mode: cx.filled(self.mode.as_ref())?.unwrap_or(Mode::Explicit),
            encrypts_data,
            trusts_all: cx.filled(self.insecure_trust_all_certificates.as_ref())?.unwrap_or(false),
        };
        let wanted = self.ftp.wanted(cx, address, Some(security))?;
        FtpPlace::open(cx, wanted, address.begins_at_home).await
    }
}

#[cfg(test)]
mod tests;
