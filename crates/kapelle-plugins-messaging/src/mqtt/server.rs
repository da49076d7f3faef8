//! Which server, and who comes: properties that all types have.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_http::{Check, Pem, Sides, Trust};
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Broken, Expr, RunContext, Word};
use schemars::JsonSchema;
use serde::Deserialize;

use super::packet::Version;
use crate::address::Address;
use crate::credential::written;
use crate::records::positive;
use kapelle_plugin::wire::{Patience, SILENCE, Wire};

/// Versions, as flows write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum MqttVersion {
    /// MQTT 3.1.1.
    V3,
    /// MQTT 5.
    V5,
}

impl Word for MqttVersion {}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerProperties {
    /// The version of MQTT: V3 is 3.1.1; V5 where it is not said.
    mqtt_version: Option<Expr<MqttVersion>>,
    /// How long the connection may take; 30 seconds where it is not said.
    connection_timeout: Option<Expr<SignedDuration>>,
    /// Whether the certificate of the server has to be for its name; it has to, unless this says `false`.
    https_hostname_verification_enabled: Option<Expr<bool>>,
    /// How MQTT 5 is told who comes, if not by user and password only.
    auth_method: Option<Expr<String>>,
    /// The user.
    username: Option<Expr<Text>>,
    /// The password.
    password: Option<Expr<Text>>,
    /// The certificate of the authority of the server: in PEM, or the path of a file.
    crt: Option<Expr<Text>>,
}

/// The same, rendered.
pub(super) struct Server {
    pub(super) version: Version,
    address: Address,
    pub(super) user: Option<Text>,
    pub(super) password: Option<Text>,
    pub(super) method: Option<String>,
    limit: Duration,
    authority: Option<Text>,
    check: Check,
}

impl ServerProperties {
    pub(super) fn read(&self, cx: &RunContext, server: &Text) -> Result<Server, Failure> {
        let address = Address::parse(server, "server", &["tcp", "ssl", "mqtt", "mqtts", "tls"])?;
        let version = match cx.filled(self.mqtt_version.as_ref())? {
            Some(MqttVersion::V3) => Version::V3,
            Some(MqttVersion::V5) | None => Version::V5,
        };
        let method = cx.filled(self.auth_method.as_ref())?;
        if method.is_some() && version == Version::V3 {
            return Err(Failure::new("`authMethod` needs `mqttVersion: V5`"));
        }
        let filled = |text: Option<Text>| text.filter(|text| !text.expose().is_empty());
        let user = filled(cx.optional(self.username.as_ref())?).or_else(|| address.user.clone());
        let password = filled(cx.optional(self.password.as_ref())?).or_else(|| address.password.clone());
        if password.is_some() && user.is_none() && version == Version::V3 {
            return Err(Failure::new("`password` needs a `username`"));
        }
        Ok(Server {
            version,
            address,
            user,
            password,
            method,
            limit: cx.filled(self.connection_timeout.as_ref())?.map_or(SILENCE, positive),
            authority: cx.filled(self.crt.as_ref())?.map(|text| written(cx, text, "crt")).transpose()?,
            check: match cx.filled(self.https_hostname_verification_enabled.as_ref())? {
                Some(false) => Check::Authority,
                _ => Check::Everything,
            },
        })
    }
}

impl Server {
    pub(super) async fn connect(&self, cx: &RunContext) -> Result<Wire, Broken> {
        let is_secure = matches!(self.address.scheme.as_str(), "ssl" | "mqtts" | "tls");
        let (host, port) =
            (self.address.host.as_str(), self.address.port.unwrap_or(if is_secure { 8883 } else { 1883 }));
        let client = cx.host.http();
        let patience = Patience { time: self.limit, property: Some("connectionTimeout") };
        if !is_secure {
            return Wire::open(&cx.stop, host, port, patience, client.line(host, port)).await;
        }
        let authority = self.authority.as_ref().map(|text| Pem { name: "crt", text: text.expose() });
        let trust = Trust::new(&client, &Sides { authority, check: self.check, ..Sides::default() });
        let trust = trust.map_err(Broken::new)?;
        Wire::open(&cx.stop, host, port, patience, client.trusting_line(host, port, &trust)).await
    }
}
