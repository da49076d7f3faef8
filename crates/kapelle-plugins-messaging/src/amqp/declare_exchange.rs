//! `io.kestra.plugin.amqp.DeclareExchange`: makes sure that there is an exchange.

use kapelle_model::Map;
use kapelle_plugin::{Broken, Expr, RunContext, Task, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coding::Writer;
use super::frame;
use super::server::ServerProperties;
use super::table;

/// How an exchange finds the queues for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum ExchangeType {
    /// Queues that are bound with its routing key.
    Direct,
    /// All queues.
    Fanout,
    /// Queues that are bound with a pattern of its routing key.
    Topic,
    /// Queues that are bound with its headers.
    Headers,
}

impl Word for ExchangeType {}

impl ExchangeType {
    fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Fanout => "fanout",
            Self::Topic => "topic",
            Self::Headers => "headers",
        }
    }
}

/// # Declare an exchange of AMQP
///
/// Creates an exchange, unless there is one with the same properties already; one with others is an error.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeclareExchange {
    #[serde(flatten)]
    server: ServerProperties,
    /// The name of the exchange.
    name: Expr<String>,
    /// How it finds the queues for a message: DIRECT, FANOUT, TOPIC or HEADERS; DIRECT where it is not said.
    exchange_type: Option<Expr<ExchangeType>>,
    /// Whether the exchange is there again when the broker starts anew; it is where it is not said.
    durability: Option<Expr<bool>>,
    /// Whether the exchange goes away with its last queue.
    auto_delete: Option<Expr<bool>>,
    /// Whether only other exchanges may give it messages.
    internal: Option<Expr<bool>>,
    /// What else the broker is told, such as `alternate-exchange`.
    args: Option<Expr<Map>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// The name of the exchange.
    exchange: String,
}

impl Task for DeclareExchange {
    const TYPE: &'static str = "io.kestra.plugin.amqp.DeclareExchange";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let name = cx.render(&self.name)?;
        let kind = cx.filled(self.exchange_type.as_ref())?.unwrap_or(ExchangeType::Direct);
        let is_durable = cx.filled(self.durability.as_ref())?.unwrap_or(true);
        let goes_away = cx.filled(self.auto_delete.as_ref())?.unwrap_or(false);
        let is_internal = cx.filled(self.internal.as_ref())?.unwrap_or(false);
        let args = cx.optional(self.args.as_ref())?.unwrap_or_default();
        let mut arguments = Writer::default()
            .u16(0)
            .short("name", &name)?
            .short("exchangeType", kind.name())?
            .flags(&[false, is_durable, goes_away, is_internal, false]);
        arguments.bytes.extend(table::write(&args)?);
        let mut session = self.server.open(cx).await?;
        session.call(frame::EXCHANGE_DECLARE, arguments, frame::EXCHANGE_DECLARE_OK).await?;
        session.close().await?;
        Ok(Output { exchange: name })
    }
}
