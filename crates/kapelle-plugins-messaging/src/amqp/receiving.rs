//! Receiving messages of a queue: how they become rows, and which of them are owed an acknowledgement.

use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::ion::RowFile;
use kapelle_plugin::{Broken, Expr, Metric, RunContext};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::coding::Writer;
use super::frame;
use super::message::Delivery;
use super::session::{Heard, Session};
use super::table;
use crate::records::{Extent, SerdeType};

/// How long nothing is waited for in one piece.
const WAIT: Duration = Duration::from_hours(1);

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReceivingProperties {
    /// The queue.
    queue: Expr<String>,
    /// How the broker calls this consumer; `Kestra` where it is not said.
    consumer_tag: Option<Expr<String>>,
    /// Whether messages count as acknowledged as soon as they came. Triggers acknowledge them when their execution is
    /// certain, in any case.
    auto_ack: Option<Expr<bool>>,
    /// How contents are read: as text, or as JSON; as text where it is not said.
    serde_type: Option<Expr<SerdeType>>,
}

/// The same, rendered.
pub(super) struct Receiving {
    pub(super) queue: String,
    consumer_tag: String,
    pub(super) is_at_once: bool,
    pub(super) serde: SerdeType,
}

impl ReceivingProperties {
    pub(super) fn read(&self, cx: &RunContext) -> Result<Receiving, Failure> {
        Ok(Receiving {
            queue: cx.render(&self.queue)?,
            consumer_tag: cx.filled(self.consumer_tag.as_ref())?.unwrap_or_else(|| "Kestra".to_owned()),
            is_at_once: cx.filled(self.auto_ack.as_ref())?.unwrap_or(false),
            serde: cx.filled(self.serde_type.as_ref())?.unwrap_or_default(),
        })
    }
}

/// Messages that were received.
#[derive(Serialize, JsonSchema)]
pub(super) struct Taken {
    /// How many messages were received.
    pub(super) count: u64,
    /// The file of their rows.
    pub(super) uri: String,
}

impl Receiving {
    /// Asks for messages; the broker sends so many more than were acknowledged, or all there are with 0.
    pub(super) async fn begin(&self, session: &mut Session, ahead_max: u16) -> Result<(), Broken> {
        let ahead = Writer::default().u32(0).u16(ahead_max).flags(&[false]);
        session.call(frame::QOS, ahead, frame::QOS_OK).await?;
        let mut arguments = Writer::default()
            .u16(0)
            .short("queue", &self.queue)?
            .short("consumerTag", &self.consumer_tag)?
            .flags(&[false, false, false, false]);
        arguments.bytes.extend(table::write(&kapelle_model::Map::new())?);
        session.call(frame::CONSUME, arguments, frame::CONSUME_OK).await?;
        Ok(())
    }

    /// Writes messages into a file until there are enough. The last delivery that is owed an acknowledgement, with all
    /// before it.
    pub(super) async fn take(
        &self,
        cx: &RunContext,
        session: &mut Session,
        extent: Extent,
        is_at_once: bool,
    ) -> Result<(Taken, Option<u64>), Broken> {
        let mut file = RowFile::create(cx)?;
        let mut owed = None;
        if !extent.is_over(0) {
            // More than are wanted are not asked for, where their number is small enough to be said.
            self.begin(session, u16::try_from(extent.left(0)).unwrap_or(0)).await?;
        }
        while !extent.is_over(file.count()) {
            let Some(Delivery { tag, message }) = delivery(session, extent.until(WAIT)).await? else {
                continue;
            };
            let row = message.row(self.serde).map_err(|failure| {
                let reason = failure.message.masked();
                Failure::new(format!("a message of the queue `{}`, which stays there: {reason}", self.queue))
            })?;
            file.add(&row.value()?)?;
            owed = Some(tag);
            if is_at_once {
                session.acknowledge(tag, false).await?;
                owed = None;
            }
        }
        let count = file.count();
        cx.metric(Metric::count("records", count).tag("queue", &self.queue));
        Ok((Taken { count, uri: file.finish()? }, owed))
    }
}

/// The next message, until this moment.
pub(super) async fn delivery(session: &mut Session, until: Instant) -> Result<Option<Delivery>, Broken> {
    loop {
        match session.hear(until).await? {
            Some(Heard::Delivery(delivery)) => return Ok(Some(*delivery)),
            Some(_) => {}
            None => return Ok(None),
        }
    }
}
