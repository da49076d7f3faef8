//! `io.kestra.plugin.nats.core.RealtimeTrigger`: starts an execution for each message of a stream.

use std::time::Duration;

use kapelle_plugin::{Broken, Events, RealtimeTrigger as Realtime, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::reading::SourceProperties;
use crate::nats::jetstream::reader_of_trigger;
use crate::nats::message::Row;

/// How long the server waits for messages before it answers that there are none.
const POLL: Duration = Duration::from_secs(20);

/// How long a message may wait until its execution is certain, before it comes again.
const WAIT: Duration = Duration::from_mins(1);

/// # Listen to a stream of NATS
///
/// Starts an execution for each message. The server remembers what was read when the execution is certain; without
/// `durableId`, under a name made of those of flow and trigger.
#[derive(Deserialize, JsonSchema)]
pub(super) struct RealtimeTrigger {
    #[serde(flatten)]
    source: SourceProperties,
}

impl Realtime for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.nats.core.RealtimeTrigger";
    type Output = Row;

    async fn listen(&self, cx: &RunContext, events: Events<Row>) -> Result<(), Broken> {
        let source = self.source.read(cx)?.or_named(|| reader_of_trigger(cx));
        let mut connection = self.source.open(cx).await?;
        let reader = connection.reader(&source.wanted(WAIT)).await?;
        loop {
            // One by one: the server would wait until all that were asked for are there.
            for message in connection.fetch(&reader, 1, POLL).await? {
                let name = message.sequence.zip(message.moment);
                let name = name.map(|(sequence, moment)| format!("{sequence}@{}", moment.as_nanosecond()));
                events.tell(&Row::new(&message.incoming, message.moment), name).await?;
                if let Some(reply) = message.incoming.reply {
                    connection.acknowledge(&[reply]).await?;
                }
            }
        }
    }
}
