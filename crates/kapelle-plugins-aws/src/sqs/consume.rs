//! `io.kestra.plugin.aws.sqs.Consume`: reads messages of a queue.

use kapelle_plugin::{Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::queue::{ExtentProperties, QueueProperties, ReadingProperties, consume};
use crate::access::StyleProperties;

/// # Read messages of a queue of SQS
///
/// Reads messages into a file of rows until there are enough of them, or the time is up. When the file is safe, the
/// messages leave the queue.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consume {
    #[serde(flatten)]
    queue: QueueProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    #[serde(flatten)]
    reading: ReadingProperties,
    #[serde(flatten)]
    extent: ExtentProperties,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many messages were read.
    count: u64,
    /// The file of their rows.
    uri: String,
}

impl Task for Consume {
    const TYPE: &'static str = "io.kestra.plugin.aws.sqs.Consume";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let queue = self.queue.open(cx)?;
        let reading = self.reading.read(cx)?;
        let consumed = consume(cx, &queue, reading, &self.extent).await?;
        if reading.deletes {
            queue.delete(cx, &consumed.receipts).await?;
        }
        Ok(Output { count: consumed.count, uri: consumed.uri })
    }
}
