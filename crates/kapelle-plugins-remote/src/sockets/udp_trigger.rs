//! `io.kestra.plugin.fs.udp.RealtimeTrigger`: starts an execution for each datagram.

use kapelle_plugin::{Broken, Events, Expr, RealtimeTrigger as Listens, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::net::UdpSocket;

use super::encoding::Encoding;
use super::{Heard, unable_to_listen};

/// Bytes of a datagram where it is not said, and at most.
const BUFFER_USUAL: u32 = 1024;
const BUFFER_MAX: u32 = 64 << 10;

/// # Start an execution for each datagram of UDP
///
/// Listens on a port and starts an execution for each datagram. Datagrams that come while an execution is written down wait
/// with the system, which drops them when they are too many. Whoever reaches the port can start executions.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RealtimeTrigger {
    /// The address of this machine at which it listens; `0.0.0.0`, which is all of them, where it is not said.
    host: Option<Expr<String>>,
    /// The port.
    port: Expr<u16>,
    /// How many bytes of a datagram are heard; 1024 where it is not said. What is longer is cut.
    buffer_size: Option<Expr<u32>>,
    /// How bytes become a text; `UTF-8` where it is not said.
    encoding: Option<Expr<String>>,
}

impl Listens for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.fs.udp.RealtimeTrigger";
    type Output = Heard;

    async fn listen(&self, cx: &RunContext, events: Events<Heard>) -> Result<(), Broken> {
        let host = cx.filled(self.host.as_ref())?.unwrap_or_else(|| "0.0.0.0".to_owned());
        let port = cx.render(&self.port)?;
        let encoding = Encoding::read(cx, self.encoding.as_ref())?;
        let size = cx.filled(self.buffer_size.as_ref())?.unwrap_or(BUFFER_USUAL);
        if !(1..=BUFFER_MAX).contains(&size) {
            return Err(Broken::new(format!("`bufferSize` is {size}: it lies between 1 and {BUFFER_MAX}")));
        }
        let socket = UdpSocket::bind((host.as_str(), port)).await;
        let socket = socket.map_err(|error| unable_to_listen(&host, port, &error))?;
        let mut buffer = vec![0; size as usize];
        loop {
            let received = cx.stop.run_until_cancelled(socket.recv_from(&mut buffer)).await;
            let Some(received) = received else { return Ok(()) };
            // An error tells of a datagram of ours that did not arrive; there are none.
            let Ok((count, from)) = received else { continue };
            events.tell(&Heard::now(cx, from, encoding.text(&buffer[..count]))?, None).await?;
        }
    }
}
