//! `io.kestra.plugin.amqp.CreateQueue`: makes sure that there is a queue.

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coding::Writer;
use super::frame;
use super::server::ServerProperties;
use super::table;

/// # Create a queue of AMQP
///
/// Creates a queue, unless there is one with the same properties already; one with others is an error.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateQueue {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the queue.
    name: Expr<String>,
    /// Whether the queue is there again when the broker starts anew; it is where it is not said.
    durability: Option<Expr<bool>>,
    /// Whether the queue belongs to this connection, and goes with it when the task ends.
    exclusive: Option<Expr<bool>>,
    /// Whether the queue goes away with its last consumer.
    auto_delete: Option<Expr<bool>>,
    /// What else the broker is told, such as `x-message-ttl` or `x-dead-letter-exchange`.
    args: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The name of the queue.
    queue: String,
}

impl Task for CreateQueue {
    const TYPE: &'static str = "io.kestra.plugin.amqp.CreateQueue";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let name = cx.render(&self.name)?;
        let is_durable = cx.filled(self.durability.as_ref())?.unwrap_or(true);
        let is_exclusive = cx.filled(self.exclusive.as_ref())?.unwrap_or(false);
        let goes_away = cx.filled(self.auto_delete.as_ref())?.unwrap_or(false);
        let args = cx.optional(self.args.as_ref())?.unwrap_or_default();
        let mut arguments = Writer::default().u16(0).short("name", &name)?.flags(&[
            false,
            is_durable,
            is_exclusive,
            goes_away,
            false,
        ]);
        arguments.bytes.extend(table::write(&args)?);
        let mut session = self.server.open(cx).await?;
        session.call(frame::QUEUE_DECLARE, arguments, frame::QUEUE_DECLARE_OK).await?;
        session.close().await?;
        Ok(Output { queue: name })
    }
}
