//! `io.kestra.plugin.aws.sqs.Publish`: sends messages to a queue.

use kapelle_model::{Failure, Map};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::message::entry;
use super::queue::{AT_ONCE_MAX, QueueProperties};
use crate::access::StyleProperties;
use crate::rows::Sending;
use crate::service::body_of;

/// Bytes that a queue takes at once.
const BYTES_MAX: usize = 256 << 10;

/// # Send messages to a queue of SQS
///
/// Sends messages: maps with `data`, and perhaps `groupId`, `deduplicationId` and `delaySeconds`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Publish {
    #[serde(flatten)]
    queue: QueueProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The messages: a map, a list of maps, or the address of a file of rows.
    from: Expr<Any>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// How many messages were sent.
    messages_count: u64,
}

impl Task for Publish {
    const TYPE: &'static str = "io.kestra.plugin.aws.sqs.Publish";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let queue = self.queue.open(cx)?;
        let Any(from) = cx.render(&self.from)?;
        let mut sending = Sending::new(cx, from)?;
        let mut count = 0;
        loop {
            let batch = sending.batch(AT_ONCE_MAX, BYTES_MAX, size).await?;
            if batch.is_empty() {
                break;
            }
            let entries = batch.iter().enumerate().map(|(number, row)| entry(row, number));
            let entries = entries.collect::<Result<Vec<Json>, Failure>>()?;
            let told = queue.ask(cx, "SendMessageBatch", json!({ "Entries": entries })).await?;
            if let Some(failed) = told["Failed"].as_array().and_then(|failed| failed.first()) {
                let (code, message) = (&failed["Code"], &failed["Message"]);
                let sent = told["Successful"].as_array().map_or(0, Vec::len) as u64 + count;
                return Err(Broken::new(format!(
                    "the queue `{}` does not take a message: {}: {}. {sent} messages were sent before",
                    queue.url,
                    code.as_str().unwrap_or_default(),
                    message.as_str().unwrap_or_default()
                )));
            }
            count += batch.len() as u64;
        }
        cx.metric(Metric::count("sqs.publish.messages", count).tag("queue", &queue.url));
        Ok(Output { messages_count: count })
    }
}

fn size(row: &Map) -> usize {
    row.get("data").and_then(|data| body_of(data).ok()).map_or(0, |body| body.len())
}
