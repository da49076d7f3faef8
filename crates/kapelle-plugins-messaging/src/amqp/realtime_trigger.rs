//! `io.kestra.plugin.amqp.RealtimeTrigger`: starts an execution for each message of a queue.

use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_plugin::{Broken, Events, RealtimeTrigger as Realtime, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use super::message::Row;
use super::receiving::{ReceivingProperties, delivery};
use super::server::ServerProperties;

/// Messages that the broker sends ahead. Few, so that others who listen to the same queue get their share.
const AHEAD_MAX: u16 = 16;

/// How long nothing is waited for in one piece.
const WAIT: Duration = Duration::from_hours(1);

/// # Listen to a queue of AMQP
///
/// Starts an execution for each message, which is acknowledged when that is certain. What cannot be read is told in the
/// log and rejected: it goes to the exchange for dead letters, if the queue has one.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RealtimeTrigger {
    #[serde(flatten)]
    server: ServerProperties,
    #[serde(flatten)]
    receiving: ReceivingProperties,
}

impl Realtime for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.amqp.RealtimeTrigger";
    type Output = Row;

    async fn listen(&self, cx: &RunContext, events: Events<Row>) -> Result<(), Broken> {
        let receiving = self.receiving.read(cx)?;
        let mut session = self.server.open(cx).await?;
        receiving.begin(&mut session, AHEAD_MAX).await?;
        loop {
            let Some(delivery) = delivery(&mut session, Instant::now() + WAIT).await? else { continue };
            match delivery.message.row(receiving.serde) {
                Ok(row) => {
                    events.tell(&row, None).await?;
                    session.acknowledge(delivery.tag, false).await?;
                }
                Err(failure) => {
                    let reason = failure.message.masked();
                    cx.log(
                        Level::Error,
                        format!("a message of the queue `{}` is rejected: {reason}", receiving.queue)
                            .as_str(),
                    );
                    session.reject(delivery.tag).await?;
                }
            }
        }
    }
}
