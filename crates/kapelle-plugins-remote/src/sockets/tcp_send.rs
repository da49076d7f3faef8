//! `io.kestra.plugin.fs.tcp.Send`: sends a text over TCP.

use std::time::Duration;

use kapelle_plugin::{Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::{Message, Sent};

/// How long it may take until everything is sent.
const LIMIT: Duration = Duration::from_mins(1);

/// # Send a text over TCP
///
/// Connects to a port, sends a text, and closes the connection. What the other end answers is not waited for.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Send {
    #[serde(flatten)]
    message: Message,
}

impl Task for Send {
    const TYPE: &'static str = "io.kestra.plugin.fs.tcp.Send";
    type Output = Sent;

    async fn run(&self, cx: &RunContext) -> Result<Sent, Broken> {
        let outgoing = self.message.rendered(cx)?;
        let client = cx.host.http();
        let sending = timeout(LIMIT, async {
            let line = client.line(&outgoing.host, outgoing.port).await;
            let mut line = line.map_err(|error| Broken::new(error.message))?;
            line.write_all(&outgoing.bytes).await?;
            line.shutdown().await?;
            Ok(())
        });
        let sent = cx.stop.run_until_cancelled(sending).await.ok_or_else(Broken::killed)?;
        let (host, port) = (&outgoing.host, outgoing.port);
        sent.unwrap_or_else(|_| {
            Err(Broken::new(format!("`{host}` did not take the text on port {port} within {LIMIT:?}")))
        })?;
        Ok(outgoing.sent())
    }
}
