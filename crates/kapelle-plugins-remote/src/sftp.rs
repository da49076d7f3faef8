//! SFTP: files over a session of SSH, by version 3 of the protocol, which all servers speak.

mod client;
mod packet;
mod place;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::files::{Address, Protocol};
use crate::login::{Login, Written, port, proxy};
use crate::ssh::{Checking, Identity, Route, Session, Target, private_key};
use place::SftpPlace;

/// What all tasks over SFTP have.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sftp {
    #[serde(flatten)]
    login: Login,
    /// The private key, in the form of OpenSSH or in PEM. It is tried before the password.
    keyfile: Option<Expr<Text>>,
    /// The passphrase of the private key.
    passphrase: Option<Expr<Text>>,
    /// An older name of `proxyAddress`.
    proxy_host: Option<Expr<String>>,
    /// The name or the address of a proxy.
    proxy_address: Option<Expr<String>>,
    /// The port of the proxy; 1080 of SOCKS and 3128 of HTTP where it is not said.
    proxy_port: Option<Expr<String>>,
    /// An older name of `proxyUsername`.
    proxy_user: Option<Expr<Text>>,
    /// Who logs in at the proxy.
    proxy_username: Option<Expr<Text>>,
    /// The password at the proxy.
    proxy_password: Option<Expr<Text>>,
    /// What the proxy speaks: `SOCKS`, which is usual, or `HTTP`.
    proxy_type: Option<Expr<String>>,
    /// Whether paths begin at the folder that the login lands in, with and without a slash in front; they do, unless this says
    /// `false`. Then they begin at the root of the server.
    root_dir: Option<Expr<bool>>,
    /// The port; 22 where it is not said.
    port: Option<Expr<String>>,
    /// The key exchanges that are offered, with commas between them.
    key_exchange_algorithm: Option<Expr<String>>,
}

impl Protocol for Sftp {
    const DELETE: &'static str = "io.kestra.plugin.fs.sftp.Delete";
    const DOWNLOAD: &'static str = "io.kestra.plugin.fs.sftp.Download";
    const DOWNLOADS: &'static str = "io.kestra.plugin.fs.sftp.Downloads";
    const LIST: &'static str = "io.kestra.plugin.fs.sftp.List";
    const MOVE: &'static str = "io.kestra.plugin.fs.sftp.Move";
    const TRIGGER: &'static str = "io.kestra.plugin.fs.sftp.Trigger";
    const UPLOAD: &'static str = "io.kestra.plugin.fs.sftp.Upload";
    const UPLOADS: &'static str = "io.kestra.plugin.fs.sftp.Uploads";

    type Place = SftpPlace;

    fn address(&self, cx: &RunContext) -> Result<Address, Failure> {
        Ok(Address {
            scheme: "sftp",
            host: self.login.host(cx)?,
            port: port(cx, self.port.as_ref(), 22)?,
            begins_at_home: cx.filled(self.root_dir.as_ref())?.unwrap_or(true),
        })
    }

    async fn open(&self, cx: &RunContext, address: &Address) -> Result<SftpPlace, Broken> {
        let session = Session::open(cx, self.target(cx, address)?).await?;
        SftpPlace::open(session, address.begins_at_home).await
    }
}

impl Sftp {
    fn target(&self, cx: &RunContext, address: &Address) -> Result<Target, Failure> {
        let passphrase = cx.filled(self.passphrase.as_ref())?;
        let mut identities = Vec::new();
        if let Some(key) = cx.filled(self.keyfile.as_ref())? {
            identities.push(Identity::Key(Box::new(private_key(&key, passphrase.as_ref(), "keyfile")?)));
        }
        identities.extend(cx.filled(self.login.password.as_ref())?.map(Identity::Password));
        if identities.is_empty() {
            return Err(Failure::new("there is nothing to log in with: say `password` or `keyfile`"));
        }
        let user = cx.filled(self.login.username.as_ref())?;
        let proxy = proxy(Written {
            kind: cx.filled(self.proxy_type.as_ref())?,
            host: cx.filled(self.proxy_address.as_ref())?.or(cx.filled(self.proxy_host.as_ref())?),
            port: cx.filled(self.proxy_port.as_ref())?,
            user: cx.filled(self.proxy_username.as_ref())?.or(cx.filled(self.proxy_user.as_ref())?),
            password: cx.filled(self.proxy_password.as_ref())?,
            place: "proxyAddress",
        })?;
        Ok(Target {
            host: address.host.clone(),
            port: address.port,
            user: user.ok_or_else(|| Failure::new("there is no `username` to log in as"))?,
            identities,
            checking: Checking::read(cx, None)?,
            known_hosts: Vec::new(),
            has_rsa1: cx.filled(self.login.enable_ssh_rsa1.as_ref())?.unwrap_or(false),
            exchange: cx.filled(self.key_exchange_algorithm.as_ref())?,
            route: proxy.map_or(Route::Direct, Route::Proxy),
        })
    }
}

#[cfg(test)]
mod tests;
