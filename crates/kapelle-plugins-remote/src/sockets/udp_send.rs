//! `io.kestra.plugin.fs.udp.Send`: sends a text over UDP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use kapelle_plugin::{Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::net::UdpSocket;

use super::{Message, Sent};

/// # Send a text over UDP
///
/// Sends a text in one datagram. Nobody says whether it arrives.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Send {
    #[serde(flatten)]
    message: Message,
}

impl Task for Send {
    const TYPE: &'static str = "io.kestra.plugin.fs.udp.Send";
    type Output = Sent;

    async fn run(&self, cx: &RunContext) -> Result<Sent, Broken> {
        let outgoing = self.message.rendered(cx)?;
        let client = cx.host.http();
        let looking = client.addresses(&outgoing.host, outgoing.port);
        let addresses = cx.stop.run_until_cancelled(looking).await.ok_or_else(Broken::killed)?;
        let addresses = addresses.map_err(|error| Broken::new(error.message))?;
        // The first is the one that the system prefers.
        let Some(to) = addresses.first() else { return Err(Broken::new("the receiver has no address")) };
        let any: IpAddr =
            if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.send_to(&outgoing.bytes, to).await.map_err(|error| {
            Broken::new(format!(
                "the text cannot be sent to `{}` on port {}: {error}",
                outgoing.host, outgoing.port
            ))
        })?;
        Ok(outgoing.sent())
    }
}
