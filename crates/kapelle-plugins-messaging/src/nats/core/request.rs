//! `io.kestra.plugin.nats.core.Request`: asks, and waits for the answer.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::Failure;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::nats::connection::ServerProperties;
use crate::nats::message::Outgoing;
use crate::nats::protocol::check_subject;
use crate::records::{Sending, positive};

/// # Ask who listens to a subject of NATS
///
/// Sends a message and waits for the answer of one of those who listen.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "properties have the names that flows know")]
pub(super) struct Request {
    #[serde(flatten)]
    server: ServerProperties,
    /// The subject.
    subject: Expr<String>,
    /// The message: a map with `data` and perhaps `headers`, or a text.
    from: Expr<Any>,
    /// How long the answer is waited for; 5 seconds where it is not said.
    request_timeout: Option<Expr<SignedDuration>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The answer.
    response: String,
}

impl Task for Request {
    const TYPE: &'static str = "io.kestra.plugin.nats.core.Request";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let subject = cx.render(&self.subject)?;
        check_subject(&subject, "subject")?;
        let limit = cx.filled(self.request_timeout.as_ref())?.map_or(Duration::from_secs(5), positive);
        let Any(from) = cx.render(&self.from)?;
        let mut sending = Sending::new(cx, from);
        let (Some(record), None) = (sending.next().await?, sending.next().await?) else {
            return Err(Failure::new("`from` is not one message: a request sends just one").into());
        };
        let message = Outgoing::read(record)?;
        let mut connection = self.server.open(cx).await?;
        let answer = connection.ask(&subject, &message.headers, &message.payload, limit).await?;
        connection.close().await;
        let answer =
            answer.ok_or_else(|| Broken::new(format!("nobody answered at `{subject}` within {limit:?}")))?;
        Ok(Output { response: String::from_utf8_lossy(&answer.payload).into_owned() })
    }
}
