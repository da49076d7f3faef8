//! `io.kestra.plugin.amqp.QueueBind`: gives a queue the messages of an exchange.

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coding::Writer;
use super::frame;
use super::server::ServerProperties;
use super::table;

/// # Bind a queue of AMQP to an exchange
///
/// Gives a queue the messages of an exchange whose routing key or headers fit. Both have to be there.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct QueueBind {
    #[serde(flatten)]
    server: ServerProperties,
    /// The exchange.
    exchange: Expr<String>,
    /// The queue.
    queue: Expr<String>,
    /// The routing key of the messages; for an exchange of topics a pattern of it.
    routing_key: Option<Expr<String>>,
    /// What else the broker is told: for an exchange of headers, which ones.
    args: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The queue.
    queue: String,
    /// The exchange.
    exchange: String,
}

impl Task for QueueBind {
    const TYPE: &'static str = "io.kestra.plugin.amqp.QueueBind";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let exchange = cx.render(&self.exchange)?;
        let queue = cx.render(&self.queue)?;
        let routing_key = cx.optional(self.routing_key.as_ref())?.unwrap_or_default();
        let args = cx.optional(self.args.as_ref())?.unwrap_or_default();
        let mut arguments = Writer::default()
            .u16(0)
            .short("queue", &queue)?
            .short("exchange", &exchange)?
            .short("routingKey", &routing_key)?
            .flags(&[false]);
        arguments.bytes.extend(table::write(&args)?);
        let mut session = self.server.open(cx).await?;
        session.call(frame::QUEUE_BIND, arguments, frame::QUEUE_BIND_OK).await?;
        session.close().await?;
        Ok(Output { queue, exchange })
    }
}
