//! `io.kestra.plugin.aws.sqs.Trigger`: looks from time to time for messages.

use kapelle_model::Value;
use kapelle_plugin::{Broken, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::queue::{ExtentProperties, QueueProperties, ReadingProperties, consume, owed, owed_in};

/// # Look for messages of a queue of SQS
///
/// Reads messages of a queue at each look, and starts an execution if there are any. When the execution is certain, they
/// leave the queue.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    queue: QueueProperties,
    #[serde(flatten)]
    reading: ReadingProperties,
    #[serde(flatten)]
    extent: ExtentProperties,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many messages there are.
    count: u64,
    /// The file of their rows.
    uri: String,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.aws.sqs.Trigger";
    type Output = Output;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<Output>, Broken> {
        // What the last look did not come to.
        self.settle(cx, cursor).await?;
        let queue = self.queue.open(cx)?;
        let reading = self.reading.read(cx)?;
        let consumed = consume(cx, &queue, reading, &self.extent).await?;
        if consumed.count == 0 {
            cx.host.files().delete(&consumed.uri)?;
            return Ok(Polled { event: None, cursor: None });
        }
        let cursor = reading.deletes.then(|| owed(&consumed.receipts));
        Ok(Polled { event: Some(Output { count: consumed.count, uri: consumed.uri }), cursor })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let receipts = owed_in(cursor.as_ref());
        if receipts.is_empty() {
            return Ok(());
        }
        self.queue.open(cx)?.delete(cx, &receipts).await
    }
}
