//! `io.kestra.plugin.amqp.Publish`: sends messages to an exchange.

use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::Instant;

use super::coding::Writer;
use super::frame;
use super::message::Message;
use super::server::ServerProperties;
use super::session::{Heard, Session};
use crate::records::{MessagesSent, Sending, SerdeType};
use kapelle_plugin::wire::SILENCE;

/// Messages that are sent before the broker has confirmed them.
const AT_ONCE_MAX: usize = 200;

/// # Publish messages to an exchange of AMQP
///
/// Sends messages to an exchange, and ends when the broker has confirmed all of them. It keeps them when it starts anew,
/// unless their `deliveryMode` is 1. Messages that no queue takes are told in the log.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Publish {
    #[serde(flatten)]
    server: ServerProperties,
    /// The exchange; an empty text is the one that gives messages to the queue that is called as their routing key.
    exchange: Expr<String>,
    /// The routing key.
    routing_key: Option<Expr<String>>,
    /// The messages: a list, the address of a file of rows, or one message. A message is a map with `data`, and with
    /// `headers`, `contentType`, `messageId` and the like if it has any; or only its content.
    from: Expr<Any>,
    /// How contents are written: as text, or as JSON; as text where it is not said.
    serde_type: Option<Expr<SerdeType>>,
}

impl Task for Publish {
    const TYPE: &'static str = "io.kestra.plugin.amqp.Publish";
    type Output = MessagesSent;

    async fn run(&self, cx: &RunContext) -> Result<MessagesSent, Broken> {
        let exchange = cx.render(&self.exchange)?;
        let routing_key = cx.optional(self.routing_key.as_ref())?.unwrap_or_default();
        let serde = cx.filled(self.serde_type.as_ref())?.unwrap_or_default();
        let Any(from) = cx.render(&self.from)?;
        let mut session = self.server.open(cx).await?;
        session.call(frame::CONFIRM, Writer::default().flags(&[false]), frame::CONFIRM_OK).await?;
        let mut sending = Sending::new(cx, from);
        let (mut count, mut unrouted) = (0, 0);
        loop {
            let batch = sending.batch(AT_ONCE_MAX).await?;
            if batch.is_empty() {
                break;
            }
            let messages = batch.into_iter().map(|record| Message::of_record(record, serde));
            let messages = messages.collect::<Result<Vec<_>, _>>()?;
            session.publish(&exchange, &routing_key, &messages).await?;
            count += messages.len() as u64;
            unrouted += confirmed(&mut session, count - messages.len() as u64, count).await?;
        }
        session.close().await?;
        if unrouted > 0 {
            cx.log(
                Level::Warn,
                format!(
                    "no queue took {unrouted} of {count} messages: none is bound to the exchange `{exchange}` with the routing key `{routing_key}`"
                )
                .as_str(),
            );
        }
        cx.metric(Metric::count("records", count).tag("exchange", &exchange));
        Ok(MessagesSent { messages_count: count })
    }
}

/// Waits until the broker has confirmed the messages after the first number up to the last one. How many came back.
async fn confirmed(session: &mut Session, first: u64, last: u64) -> Result<u64, Broken> {
    let mut left: std::collections::BTreeSet<u64> = (first + 1..=last).collect();
    let mut unrouted = 0;
    while !left.is_empty() {
        match session.hear(Instant::now() + SILENCE).await? {
            Some(Heard::Confirmed { is_taken: false, .. }) => {
                return Err(Broken::new(
                    "the broker could not take a message: its queue is full, or it has trouble of its own that its log tells",
                ));
            }
            Some(Heard::Confirmed { number, is_all: true, .. }) => left = left.split_off(&(number + 1)),
            Some(Heard::Confirmed { number, .. }) => {
                left.remove(&number);
            }
            Some(Heard::Returned) => unrouted += 1,
            Some(_) => {}
            None => return Err(session.silent()),
        }
    }
    Ok(unrouted)
}
