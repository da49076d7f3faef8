//! `io.kestra.plugin.amqp.Consume`: receives messages of a queue.

use kapelle_plugin::{Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::receiving::{ReceivingProperties, Taken};
use super::server::ServerProperties;
use crate::records::ExtentProperties;

/// # Receive messages of a queue of AMQP
///
/// Takes messages from a queue into a file of rows, until there are enough of them or the time is up. They are
/// acknowledged when the file is safe; before, a task that fails leaves them in the queue.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consume {
    #[serde(flatten)]
    server: ServerProperties,
    #[serde(flatten)]
    receiving: ReceivingProperties,
    #[serde(flatten)]
    extent: ExtentProperties,
}

impl Task for Consume {
    const TYPE: &'static str = "io.kestra.plugin.amqp.Consume";
    type Output = Taken;

    async fn run(&self, cx: &RunContext) -> Result<Taken, Broken> {
        let receiving = self.receiving.read(cx)?;
        let extent = self.extent.read(cx)?.must_end()?;
        let mut session = self.server.open(cx).await?;
        let (taken, owed) = receiving.take(cx, &mut session, extent, receiving.is_at_once).await?;
        if let Some(tag) = owed {
            session.acknowledge(tag, true).await?;
        }
        session.close().await?;
        Ok(taken)
    }
}
