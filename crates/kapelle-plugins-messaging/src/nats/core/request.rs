//! `io.kestra.plugin.nats.core.Request`: asks, and waits for the answer.

use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::Failure;
use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::nats::connection::ServerProperties;
use crate::nats::message::Outgoing;
use crate::nats::protocol::check_subject;
use crate::records::{Sending, positive};

/// # Ask who listens to a subject of NATS
///
/// Sends a message and waits for the answer of one of those who listen. If there is none, the log says so.
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
    /// The answer; nothing if nobody answered.
    response: Option<String>,
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
        let answer = match connection.ask(&subject, &message.headers, &message.payload, limit).await {
            Err(broken) if broken.failure.message.expose().starts_with("nobody listens") => {
                cx.log(Level::Warn, broken.failure.message);
                None
            }
            Ok(None) => {
                cx.log(Level::Warn, format!("nobody answered at `{subject}` within {limit:?}").as_str());
                None
            }
            other => other?,
        };
        connection.close().await;
        let response = answer.map(|answer| String::from_utf8_lossy(&answer.payload).into_owned());
        Ok(Output { response })
    }
}
