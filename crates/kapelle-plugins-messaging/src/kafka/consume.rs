//! `io.kestra.plugin.kafka.Consume`: receives records of topics.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::receiving::{ReceivingProperties, waiting};
use crate::records::{ExtentProperties, MessagesReceived};

/// # Receive records of topics of Kafka
///
/// Reads records into a file of rows, until there are enough of them, the time is up, or none come for a while. A group
/// remembers how far it was read, once the file is safe; without one, a topic is read from its beginning.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consume {
    #[serde(flatten)]
    receiving: ReceivingProperties,
    /// The group, which remembers how far it was read, and whose members share the partitions.
    group_id: Option<Expr<String>>,
    /// The registry of schemas, for Avro and Protocol buffers; they are not built in.
    #[allow(dead_code)] // What it would be for is not built in.
    schema_registry_vendor: Option<Expr<Any>>,
    /// How long the task waits for the next records before it ends; 5 seconds where it is not said.
    poll_duration: Option<Expr<SignedDuration>>,
    #[serde(flatten)]
    extent: ExtentProperties,
}

impl Task for Consume {
    const TYPE: &'static str = "io.kestra.plugin.kafka.Consume";
    type Output = MessagesReceived;

    async fn run(&self, cx: &RunContext) -> Result<MessagesReceived, Broken> {
        let receiving = self.receiving.read(cx)?;
        let extent = self.extent.read(cx)?;
        let wait = waiting(cx, self.poll_duration.as_ref())?;
        let group = cx.filled(self.group_id.as_ref())?;
        let mut reading = self.receiving.begin(cx, group, BTreeMap::new()).await?;
        let received = receiving.take(cx, &mut reading, extent, wait).await?;
        reading.commit(&received.offsets).await?;
        reading.close().await;
        Ok(received.messages)
    }
}
