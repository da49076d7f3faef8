//! Plain bytes over TCP and UDP: sent, and heard.

mod encoding;
mod tcp_send;
mod tcp_trigger;
mod udp_send;
mod udp_trigger;

use kapelle_model::{Failure, Text};
use kapelle_plugin::{Expr, Registry, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use encoding::Encoding;

pub(crate) fn register(r: &mut Registry) {
    r.task::<tcp_send::Send>();
    r.realtime::<tcp_trigger::RealtimeTrigger>();
    r.task::<udp_send::Send>();
    r.realtime::<udp_trigger::RealtimeTrigger>();
}

/// What is sent where.
#[derive(Deserialize, JsonSchema)]
struct Message {
    /// The name or the address of the receiver.
    host: Expr<String>,
    /// The port of the receiver.
    port: Expr<u16>,
    /// The text.
    payload: Expr<Text>,
    /// How the text becomes bytes; `UTF-8` where it is not said.
    encoding: Option<Expr<String>>,
}

/// The same, rendered.
struct Outgoing {
    host: String,
    port: u16,
    bytes: Vec<u8>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "properties have the names that flows know")]
struct Sent {
    /// The receiver.
    host: String,
    /// Its port.
    port: u16,
    /// How many bytes were sent.
    sent_bytes: usize,
}

/// What a trigger heard.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Heard {
    /// The text.
    payload: String,
    /// When it was heard.
    timestamp: String,
    /// The address of the sender.
    source_ip: String,
    /// Its port.
    source_port: u16,
}

impl Message {
    fn rendered(&self, cx: &RunContext) -> Result<Outgoing, Failure> {
        let encoding = Encoding::read(cx, self.encoding.as_ref())?;
        Ok(Outgoing {
            host: cx.render(&self.host)?.trim().to_owned(),
            port: cx.render(&self.port)?,
            bytes: encoding.bytes(cx.render(&self.payload)?.expose())?,
        })
    }
}

impl Outgoing {
    fn sent(self) -> Sent {
        Sent { host: self.host, port: self.port, sent_bytes: self.bytes.len() }
    }
}

impl Heard {
    fn now(cx: &RunContext, from: std::net::SocketAddr, payload: String) -> Result<Self, Failure> {
        let now = cx.services.now().map_err(|error| Failure::new(error.text()))?;
        Ok(Self {
            payload,
            timestamp: now.to_string(),
            source_ip: from.ip().to_canonical().to_string(),
            source_port: from.port(),
        })
    }
}

/// The place where a trigger listens, for failures.
fn unable_to_listen(host: &str, port: u16, error: &std::io::Error) -> Failure {
    Failure::new(format!("nobody can listen at `{host}` on port {port}: {error}"))
}

#[cfg(test)]
mod tests;
