//! `io.kestra.plugin.nats.core.Produce`: sends messages.

use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::nats::connection::ServerProperties;
use crate::nats::message::Outgoing;
use crate::nats::protocol::check_subject;
use crate::records::{MessagesSent, Sending};

/// Messages after which the server is asked whether it took them.
const AT_ONCE_MAX: usize = 500;

/// # Send messages to a subject of NATS
///
/// Sends messages to a subject. When the task ends, the server has taken them all.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Produce {
    #[serde(flatten)]
    server: ServerProperties,
    /// The subject.
    subject: Expr<String>,
    /// The messages: a map with `data` and perhaps `headers`, a list of them, the address of a file of rows, or a text.
    from: Expr<Any>,
}

impl Task for Produce {
    const TYPE: &'static str = "io.kestra.plugin.nats.core.Produce";
    type Output = MessagesSent;

    async fn run(&self, cx: &RunContext) -> Result<MessagesSent, Broken> {
        let subject = cx.render(&self.subject)?;
        check_subject(&subject, "subject")?;
        let Any(from) = cx.render(&self.from)?;
        let mut connection = self.server.open(cx).await?;
        let mut sending = Sending::new(cx, from);
        let mut count = 0;
        loop {
            let batch = sending.batch(AT_ONCE_MAX).await?;
            if batch.is_empty() {
                break;
            }
            count += batch.len() as u64;
            for record in batch {
                let message = Outgoing::read(record)?;
                connection.publish(&subject, None, &message.headers, &message.payload).await?;
            }
            connection.flush().await?;
        }
        connection.close().await;
        cx.metric(Metric::count("records", count).tag("subject", &subject));
        Ok(MessagesSent { messages_count: count })
    }
}
