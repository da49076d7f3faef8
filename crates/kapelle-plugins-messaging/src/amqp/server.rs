//! Which broker, and who comes: properties that all types have.

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::session::Session;
use crate::address::{Address, decoded};
use kapelle_plugin::wire::{Patience, Wire};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerProperties {
    /// Everything in one address, such as `amqp://user:password@host:5672/virtual-host`, or `amqps://` for a secure
    /// connection. What stands in it goes before the other properties.
    url: Option<Expr<Text>>,
    /// The host of the broker; only a `url` makes it needless.
    #[schemars(required)]
    host: Option<Expr<String>>,
    /// The port of the broker; 5672 where it is not said.
    port: Option<Expr<u16>>,
    /// The user; `guest` where it is not said.
    username: Option<Expr<Text>>,
    /// The password; `guest` where it is not said.
    password: Option<Expr<Text>>,
    /// The virtual host; `/` where it is not said.
    virtual_host: Option<Expr<String>>,
}

/// Who comes, and to which virtual host.
pub(super) struct Login {
    user: Text,
    password: Text,
    pub(super) virtual_host: String,
}

impl Login {
    /// As the mechanism PLAIN says it.
    pub(super) fn plain(&self) -> Vec<u8> {
        ["\0", self.user.expose(), "\0", self.password.expose()].concat().into_bytes()
    }
}

impl ServerProperties {
    /// Connects to the broker.
    pub(super) async fn open(&self, cx: &RunContext) -> Result<Session, Broken> {
        let url = cx.filled(self.url.as_ref())?;
        let url = url.map(|url| Address::parse(&url, "url", &["amqp", "amqps"])).transpose()?;
        let host = match &url {
            Some(url) => url.host.clone(),
            None => cx.filled(self.host.as_ref())?.ok_or_else(|| {
                Failure::new(
                    "`host` is missing: write the host of the broker, such as `rabbitmq.example.com`",
                )
            })?,
        };
        let is_secure = url.as_ref().is_some_and(|url| url.scheme == "amqps");
        let port = match url.as_ref().and_then(|url| url.port) {
            Some(port) => port,
            None => cx.filled(self.port.as_ref())?.unwrap_or(if is_secure { 5671 } else { 5672 }),
        };
        let login = self.login(cx, url)?;
        let client = cx.host.http();
        let mut wire = Wire::open(&cx.stop, &host, port, Patience::USUAL, client.line(&host, port)).await?;
        if is_secure {
            wire = wire.secured(&client, false, "").await?;
        }
        Session::open(wire, &login).await
    }

    fn login(&self, cx: &RunContext, url: Option<Address>) -> Result<Login, Failure> {
        let (user, password, path) = match url {
            Some(url) => (url.user, url.password, Some(url.path).filter(|path| !path.is_empty())),
            None => (None, None, None),
        };
        let or = |said: Option<Text>, property: Option<&Expr<Text>>| match said {
            Some(said) => Ok::<_, Failure>(said),
            None => Ok(cx.filled(property)?.unwrap_or_else(|| Text::from("guest"))),
        };
        let virtual_host = match path {
            Some(path) => decoded(&path).ok_or_else(|| {
                Failure::new("the virtual host in `url` has a `%` that begins no escape: a `%` itself is written `%25`")
            })?,
            None => cx.filled(self.virtual_host.as_ref())?.unwrap_or_else(|| "/".to_owned()),
        };
        Ok(Login {
            user: or(user, self.username.as_ref())?,
            password: or(password, self.password.as_ref())?,
            virtual_host,
        })
    }
}
