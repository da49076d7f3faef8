//! What all tasks of Docker share: which engine, and who one is to registries.

use kapelle_model::Failure;
use kapelle_plugin::{Any, Expr, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::address::Address;
use super::credentials::{Credentials, CredentialsProperties};
use super::engine::Engine;

#[derive(Default, Deserialize, JsonSchema)]
pub(crate) struct ConnectionProperties {
    /// The engine: `unix:///PATH`, `tcp://HOST:PORT`, or `https://HOST:PORT` for TLS. Without it, the one of the instance, or
    /// of this machine.
    host: Option<Expr<String>>,
    /// Who one is to registries, as the `config.json` of Docker says it: as text, or as a map.
    config: Option<Expr<Any>>,
    /// Who one is to the registry.
    credentials: Option<CredentialsProperties>,
}

impl ConnectionProperties {
    pub(crate) fn address(&self, cx: &RunContext) -> Result<Address, Failure> {
        Address::chosen(cx.filled(self.host.as_ref())?, |name| cx.host.setting(name))
    }

    pub(crate) fn engine(&self, cx: &RunContext) -> Result<Engine, Failure> {
        Engine::new(cx.host.http(), self.address(cx)?, |name| cx.host.setting(name))
    }

    pub(crate) fn credentials(&self, cx: &RunContext) -> Result<Credentials, Failure> {
        let given = self.credentials.as_ref().map(|credentials| credentials.read(cx)).transpose()?;
        let config = cx.filled(self.config.as_ref())?;
        Credentials::new(given, config.map(|config| config.0))
    }
}
