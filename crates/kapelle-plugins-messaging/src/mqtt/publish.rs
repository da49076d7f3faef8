//! `io.kestra.plugin.mqtt.Publish`: sends messages to a topic.

use kapelle_core::expression::plain::from_base64;
use kapelle_model::{Failure, Text};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::coding::Coding;
use super::packet::{Outgoing, Version};
use super::receiving::qos;
use super::server::ServerProperties;
use super::session::Session;
use crate::records::{MessagesSent, Sending};

/// # Publish messages to a topic of MQTT
///
/// Sends messages to a topic. With a `qos` of 1 or 2 the task waits until the server has them.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Publish {
    #[serde(flatten)]
    connection: ServerProperties,
    /// The address of the server, such as `tcp://host:1883`, or `ssl://host:8883` for a secure connection.
    server: Expr<Text>,
    /// The name of this client; of those with the same name the server knows one at a time.
    client_id: Expr<String>,
    /// The topic.
    topic: Expr<String>,
    /// The messages: a list, the address of a file of rows, or one message.
    from: Expr<Any>,
    /// How messages are written: as text, as JSON, or as bytes.
    serde_type: Expr<Coding>,
    /// Whether the server keeps the message for whoever comes later.
    retain: Option<Expr<bool>>,
    /// How surely messages are delivered: 0 is perhaps, 1 at least once, 2 exactly once; 1 where it is not said.
    qos: Option<Expr<u32>>,
    /// Where an answer is waited for; for MQTT 5.
    response_topic: Option<Expr<String>>,
    /// What an answer has to carry, in base64; for MQTT 5.
    correlation_data: Option<Expr<String>>,
}

impl Task for Publish {
    const TYPE: &'static str = "io.kestra.plugin.mqtt.Publish";
    type Output = MessagesSent;

    async fn run(&self, cx: &RunContext) -> Result<MessagesSent, Broken> {
        let server = self.connection.read(cx, &cx.render(&self.server)?)?;
        let topic = cx.render(&self.topic)?;
        if topic.is_empty() || topic.contains(['+', '#']) {
            return Err(Failure::new(format!(
                "messages cannot be sent to `{topic}`: `topic` names one topic, without `+` and `#`"
            ))
            .into());
        }
        let coding = cx.render(&self.serde_type)?;
        let qos = qos(cx, self.qos.as_ref())?;
        let retain = cx.filled(self.retain.as_ref())?.unwrap_or(false);
        let response_topic = cx.filled(self.response_topic.as_ref())?;
        let correlation = cx.filled(self.correlation_data.as_ref())?.map(|text| {
            from_base64(text.trim()).map_err(|_| {
                Failure::new("`correlationData` is no base64: `{{ … | base64encode }}` makes it")
            })
        });
        let correlation = correlation.transpose()?;
        if server.version == Version::V3 && (response_topic.is_some() || correlation.is_some()) {
            return Err(Failure::new("`responseTopic` and `correlationData` need `mqttVersion: V5`").into());
        }
        let Any(from) = cx.render(&self.from)?;
        let client = cx.render(&self.client_id)?;
        let mut session = Session::open(cx, &server, &client, false).await?;
        let mut sending =
            if coding == Coding::String { Sending::of_texts(cx, from) } else { Sending::new(cx, from) };
        let mut count = 0;
        loop {
            let batch = sending.batch(usize::from(session.at_once)).await?;
            if batch.is_empty() {
                break;
            }
            let payloads = batch.iter().map(|record| coding.write(record)).collect::<Result<Vec<_>, _>>()?;
            let outgoing = payloads.iter().map(|payload| Outgoing {
                topic: &topic,
                payload,
                qos,
                retain,
                response_topic: response_topic.as_deref(),
                correlation_data: correlation.as_deref(),
            });
            session.publish(&outgoing.collect::<Vec<_>>()).await?;
            count += batch.len() as u64;
        }
        session.close().await;
        cx.metric(Metric::count("records", count).tag("topic", &topic));
        Ok(MessagesSent { messages_count: count })
    }
}
