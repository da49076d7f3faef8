//! `io.kestra.plugin.kafka.Produce`: sends records to topics.

use kapelle_model::{Failure, Map, Text};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::outgoing::Writing;
use super::sender::Sender;
use super::serde::SerdeType;
use super::settings::Settings;
use crate::records::{MessagesSent, Sending, map_of};

/// Records that are read before they are sent together.
const AT_ONCE_MAX: usize = 500;

/// # Send records to a topic of Kafka
///
/// Sends records, and ends when the brokers have them. As a transaction, which is what happens where it is not said
/// otherwise, readers of committed records see all of them or none; a task that fails gives them up.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Produce {
    /// Settings with the names of Java's clients, such as `bootstrap.servers`, `security.protocol` and `sasl.jaas.config`.
    properties: Expr<Map>,
    /// Settings of serializers; those that are built in need none.
    #[allow(dead_code)] // What it would be for is not built in.
    serde_properties: Option<Expr<Map>>,
    /// The topic of records that name none themselves.
    topic: Option<Expr<String>>,
    /// The records: a list, the address of a file of rows, or one record. A record is a map with `key`, `value`,
    /// `partition`, `timestamp`, `headers` and `topic`, as far as it has them.
    from: Option<Expr<Any>>,
    /// How keys are written; as text where it is not said.
    key_serializer: Option<Expr<SerdeType>>,
    /// How values are written; as text where it is not said.
    value_serializer: Option<Expr<SerdeType>>,
    /// The registry of schemas, for Avro and Protocol buffers; they are not built in.
    #[allow(dead_code)] // What it would be for is not built in.
    schema_registry_vendor: Option<Expr<Any>>,
    /// The schema of keys in Avro; it is not built in.
    key_avro_schema: Option<Expr<Text>>,
    /// The schema of values in Avro; it is not built in.
    value_avro_schema: Option<Expr<Text>>,
    /// Whether the records are one transaction; they are where it is not said.
    transactional: Option<Expr<bool>>,
}

impl Task for Produce {
    const TYPE: &'static str = "io.kestra.plugin.kafka.Produce";
    type Output = MessagesSent;

    async fn run(&self, cx: &RunContext) -> Result<MessagesSent, Broken> {
        let writing = Writing {
            topic: cx.filled(self.topic.as_ref())?,
            key: cx.filled(self.key_serializer.as_ref())?.unwrap_or_default(),
            value: cx.filled(self.value_serializer.as_ref())?.unwrap_or_default(),
            now: cx.services.now()?,
        };
        let has_schema = self.key_avro_schema.is_some() || self.value_avro_schema.is_some();
        if has_schema && writing.key != SerdeType::Avro && writing.value != SerdeType::Avro {
            return Err(
                Failure::new("a schema of Avro has no effect with these serializers: leave it out").into()
            );
        }
        let is_transactional = cx.filled(self.transactional.as_ref())?.unwrap_or(true);
        let from = cx.optional(self.from.as_ref())?;
        let Any(from) =
            from.ok_or_else(|| Failure::new("`from` is missing: write the records that are sent"))?;
        let mut settings = Settings::read(cx, cx.render(&self.properties)?)?;
        if is_transactional && settings.acks != -1 {
            return Err(Failure::new(
                "a transaction needs `acks: all` in `properties`, or `transactional: false`",
            )
            .into());
        }
        let transaction = is_transactional
            .then(|| settings.transactional.take().unwrap_or_else(|| format!("kapelle-{}", cx.place.run_id)));
        // A transaction is given up also when the attempt has to end: until then, nobody can read what comes after it.
        let lasting = RunContext { stop: CancellationToken::new(), ..cx.clone() };
        let open = async { Sender::open(Client::open(&lasting, settings).await?, transaction).await };
        let mut sender = cx.stop.run_until_cancelled(open).await.ok_or_else(Broken::killed)??;
        let sending = send(&mut sender, &writing, Sending::new(cx, from));
        let sent = cx.stop.run_until_cancelled(sending).await.unwrap_or_else(|| Err(Broken::killed()));
        let count = match sent {
            Ok(count) => {
                sender.end().await?;
                count
            }
            Err(broken) => {
                sender.give_up().await;
                return Err(broken);
            }
        };
        cx.metric(Metric::count("records", count));
        Ok(MessagesSent { messages_count: count })
    }
}

async fn send(sender: &mut Sender, writing: &Writing, mut sending: Sending) -> Result<u64, Broken> {
    let mut count = 0;
    loop {
        let batch = sending.batch(AT_ONCE_MAX).await?;
        if batch.is_empty() {
            return Ok(count);
        }
        count += batch.len() as u64;
        let mut outgoing = Vec::new();
        for record in batch {
            outgoing.push(writing.record(&map_of(record)?)?);
        }
        sender.send(outgoing).await?;
    }
}
