//! `io.kestra.plugin.aws.sqs.RealtimeTrigger`: starts an execution for each message.

use jiff::SignedDuration;
use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Events, Expr, RealtimeTrigger as Realtime, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::message::Message;
use super::queue::{QueueProperties, ReadingProperties, Round};

/// How long SQS lets anybody wait.
const WAIT_MAX: i64 = 20;

/// # Listen to a queue of SQS
///
/// Starts an execution for each message of a queue. When the execution is certain, the message leaves the queue.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RealtimeTrigger {
    #[serde(flatten)]
    queue: QueueProperties,
    #[serde(flatten)]
    reading: ReadingProperties,
    /// How long the queue waits for messages before it answers that there are none: 20 seconds at most.
    #[serde(default)]
    wait_time: Option<Expr<SignedDuration>>,
    /// How many messages are taken at once: ten at most.
    #[serde(default)]
    max_number_of_message: Option<Expr<u32>>,
    /// How often a request is tried again; it is always tried several times, and the property changes nothing.
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(default)]
    client_retry_max_attempts: Option<Expr<u32>>,
}

impl Realtime for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.aws.sqs.RealtimeTrigger";
    type Output = Message;

    async fn listen(&self, cx: &RunContext, events: Events<Message>) -> Result<(), Broken> {
        let queue = self.queue.open(cx)?;
        let reading = self.reading.read(cx)?;
        let wait = cx.filled(self.wait_time.as_ref())?.map_or(WAIT_MAX, |wait| wait.as_secs());
        let round = Round {
            count_max: cx.filled(self.max_number_of_message.as_ref())?.unwrap_or(5) as usize,
            wait_seconds: wait.clamp(0, WAIT_MAX),
        };
        loop {
            for message in queue.receive(cx, reading, &round).await? {
                let id = message["MessageId"].as_str().map(str::to_owned);
                match Message::read(&message, reading.serde) {
                    Ok(event) => events.tell(&event, id).await?,
                    // It comes again, until the queue puts it aside.
                    Err(failure) => {
                        cx.log(Level::Error, failure.message);
                        continue;
                    }
                }
                let receipt = message["ReceiptHandle"].as_str().map(str::to_owned);
                if let Some(receipt) = receipt.filter(|_| reading.deletes) {
                    queue.delete(cx, &[receipt]).await?;
                }
            }
        }
    }
}
