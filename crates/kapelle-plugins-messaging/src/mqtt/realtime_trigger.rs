//! `io.kestra.plugin.mqtt.RealtimeTrigger`: starts an execution for each message.

use std::time::Duration;

use kapelle_plugin::{Broken, Events, RealtimeTrigger as Realtime, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use super::message::{Message, Row};
use super::receiving::{Topics, TopicsProperties};
use super::session::Session;
use super::trigger::ListenerProperties;

/// How long nothing is waited for in one piece.
const WAIT: Duration = Duration::from_hours(1);

/// # Listen to topics of MQTT
///
/// Starts an execution for each message. When that is certain, the server gets the message acknowledged; what comes while
/// nobody listens it keeps, if `qos` is 1 or 2. What cannot be read is told in the log, and starts nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RealtimeTrigger {
    #[serde(flatten)]
    listener: ListenerProperties,
    #[serde(flatten)]
    topics: TopicsProperties,
}

impl Realtime for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.mqtt.RealtimeTrigger";
    type Output = Row;

    async fn listen(&self, cx: &RunContext, events: Events<Row>) -> Result<(), Broken> {
        let topics = self.topics.read(cx)?;
        let mut session = self.listener.open(cx).await?;
        for message in session.subscribe(&topics.names, topics.qos).await? {
            tell(cx, &mut session, &topics, &events, &message).await?;
        }
        loop {
            if let Some(message) = session.next(Instant::now() + WAIT).await? {
                tell(cx, &mut session, &topics, &events, &message).await?;
            }
        }
    }
}

async fn tell(
    cx: &RunContext,
    session: &mut Session,
    topics: &Topics,
    events: &Events<Row>,
    message: &Message,
) -> Result<(), Broken> {
    if let Some(row) = topics.row(cx, message) {
        events.tell(&row, None).await?;
    }
    session.acknowledge(message).await
}
