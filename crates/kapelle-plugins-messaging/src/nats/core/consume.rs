//! `io.kestra.plugin.nats.core.Consume`: reads messages of a stream.

use kapelle_plugin::{Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::reading::ReadingProperties;
use crate::records::MessagesReceived;

/// # Read messages of a stream of NATS
///
/// Reads messages into a file of rows until none comes, there are enough of them, or the time is up. With `durableId` the
/// server remembers what was read, as soon as the file is safe; without it, each run begins anew.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Consume {
    #[serde(flatten)]
    reading: ReadingProperties,
}

impl Task for Consume {
    const TYPE: &'static str = "io.kestra.plugin.nats.core.Consume";
    type Output = MessagesReceived;

    async fn run(&self, cx: &RunContext) -> Result<MessagesReceived, Broken> {
        let source = self.reading.source.read(cx)?;
        let mut read = self.reading.receive(cx, &source, u64::MAX).await?;
        read.connection.acknowledge(&read.replies).await?;
        read.connection.close().await;
        Ok(read.messages)
    }
}
