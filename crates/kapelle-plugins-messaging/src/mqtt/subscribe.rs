//! `io.kestra.plugin.mqtt.Subscribe`: receives messages of topics.

use kapelle_model::Text;
use kapelle_plugin::{Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::receiving::{Acknowledging, TopicsProperties, receive};
use super::server::ServerProperties;
use super::session::Session;
use crate::records::{ExtentProperties, MessagesReceived};

/// # Receive messages of topics of MQTT
///
/// Receives the messages that come while the task runs, and those that the server keeps for whoever comes, into a file of
/// rows, until there are enough of them or the time is up.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Subscribe {
    #[serde(flatten)]
    connection: ServerProperties,
    /// The address of the server, such as `tcp://host:1883`, or `ssl://host:8883` for a secure connection.
    server: Expr<Text>,
    /// The name of this client; of those with the same name the server knows one at a time.
    client_id: Expr<String>,
    #[serde(flatten)]
    topics: TopicsProperties,
    #[serde(flatten)]
    extent: ExtentProperties,
}

impl Task for Subscribe {
    const TYPE: &'static str = "io.kestra.plugin.mqtt.Subscribe";
    type Output = MessagesReceived;

    async fn run(&self, cx: &RunContext) -> Result<MessagesReceived, Broken> {
        let server = self.connection.read(cx, &cx.render(&self.server)?)?;
        let topics = self.topics.read(cx)?;
        let extent = self.extent.read(cx)?.must_end()?;
        let client = cx.render(&self.client_id)?;
        let mut session = Session::open(cx, &server, &client, false).await?;
        let received = receive(cx, &mut session, &topics, extent, Acknowledging::AtOnce).await?;
        session.close().await;
        Ok(received.messages)
    }
}
