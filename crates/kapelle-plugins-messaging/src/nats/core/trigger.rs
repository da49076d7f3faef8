//! `io.kestra.plugin.nats.core.Trigger`: looks from time to time for messages of a stream.

use kapelle_model::Value;
use kapelle_plugin::{Broken, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::reading::ReadingProperties;
use crate::nats::jetstream::reader_of_trigger;
use crate::records::MessagesReceived;

/// Messages of one look: until the execution is certain, the trigger remembers each of them.
const LOOK_MAX: u64 = 10_000;

/// # Look for messages of a stream of NATS
///
/// Reads messages at each look, and starts an execution if there are any. The server remembers what was read when the
/// execution is certain; without `durableId`, under a name made of those of flow and trigger.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Trigger {
    #[serde(flatten)]
    reading: ReadingProperties,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.nats.core.Trigger";
    type Output = MessagesReceived;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<MessagesReceived>, Broken> {
        // What the last look did not come to.
        self.settle(cx, cursor).await?;
        let source = self.reading.source.read(cx)?.or_named(|| reader_of_trigger(cx));
        let read = self.reading.receive(cx, &source, LOOK_MAX).await?;
        read.connection.close().await;
        if read.messages.messages_count == 0 {
            cx.host.files().delete(&read.messages.uri)?;
            return Ok(Polled { event: None, cursor: None });
        }
        let replies: Vec<Value> = read.replies.iter().map(|reply| Value::from(reply.as_str())).collect();
        Ok(Polled { event: Some(read.messages), cursor: Some(Value::List(replies.into())) })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let Some(Value::List(items)) = cursor else { return Ok(()) };
        let texts = items.iter().filter_map(|item| match item {
            Value::Str(text) => Some(text.expose().to_owned()),
            _ => None,
        });
        let replies: Vec<String> = texts.collect();
        if replies.is_empty() {
            return Ok(());
        }
        let mut connection = self.reading.source.open(cx).await?;
        connection.acknowledge(&replies).await?;
        connection.close().await;
        Ok(())
    }
}
