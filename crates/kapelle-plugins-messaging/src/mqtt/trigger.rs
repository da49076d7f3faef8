//! `io.kestra.plugin.mqtt.Trigger`: looks from time to time for messages of topics.

use std::collections::BTreeSet;
use std::time::Duration;

use kapelle_model::{Text, Value};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::receiving::{Acknowledging, TopicsProperties, acknowledge, receive};
use super::server::{Server, ServerProperties};
use super::session::Session;
use crate::records::{ExtentProperties, MessagesReceived};

/// How long a look waits where it is not said, so that it ends when too few messages come.
const LOOK_MAX: Duration = Duration::from_mins(1);

/// How long the server may take until it sends again what was not acknowledged.
const AGAIN: Duration = Duration::from_secs(5);

/// Who a trigger is for the server.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListenerProperties {
    #[serde(flatten)]
    connection: ServerProperties,
    /// The address of the server, such as `tcp://host:1883`, or `ssl://host:8883` for a secure connection; it has to be
    /// there.
    server: Option<Expr<Text>>,
    /// The name of this client; of those with the same name the server knows one at a time. Made of the names of flow and
    /// trigger where it is not said.
    client_id: Option<Expr<String>>,
}

impl ListenerProperties {
    /// Opens the session of the trigger, in which the server keeps what comes while nobody listens.
    pub(super) async fn open(&self, cx: &RunContext) -> Result<Session, Broken> {
        let written = cx.filled(self.server.as_ref())?;
        let address = written.ok_or_else(|| {
            Broken::new("`server` is missing: write the address, such as `tcp://host:1883`")
        })?;
        let server: Server = self.connection.read(cx, &address)?;
        let client = cx.filled(self.client_id.as_ref())?.unwrap_or_else(|| {
            let place = &cx.place;
            format!("kapelle-{}-{}-{}-{}", place.tenant, place.namespace, place.flow, place.task)
        });
        Session::open(cx, &server, &client, true).await
    }
}

/// # Look for messages of topics of MQTT
///
/// Receives messages at each look, and starts an execution if there are any. The server keeps what comes between two looks,
/// if `qos` is 1 or 2, and gets messages acknowledged when the execution is certain. A look without `maxDuration` ends after
/// a minute.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    listener: ListenerProperties,
    #[serde(flatten)]
    topics: TopicsProperties,
    #[serde(flatten)]
    extent: ExtentProperties,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.mqtt.Trigger";
    type Output = MessagesReceived;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<MessagesReceived>, Broken> {
        let topics = self.topics.read(cx)?;
        let extent = self.extent.read(cx)?.must_end()?.at_most(LOOK_MAX);
        let settled = owed_in(cursor.as_ref());
        let mut session = self.listener.open(cx).await?;
        let received = receive(cx, &mut session, &topics, extent, Acknowledging::Later(&settled)).await?;
        session.close().await;
        if received.messages.messages_count == 0 {
            cx.host.files().delete(&received.messages.uri)?;
            return Ok(Polled { event: None, cursor });
        }
        let owed: Vec<Value> = received.owed.iter().map(|mark| Value::from(mark.as_str())).collect();
        Ok(Polled { event: Some(received.messages), cursor: Some(Value::List(owed.into())) })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let owed = owed_in(cursor.as_ref());
        if owed.is_empty() {
            return Ok(());
        }
        let mut session = self.listener.open(cx).await?;
        if session.is_known {
            acknowledge(&mut session, owed, AGAIN).await?;
        }
        session.close().await;
        Ok(())
    }
}

/// The marks of messages that an execution has.
fn owed_in(cursor: Option<&Value>) -> BTreeSet<String> {
    let Some(Value::List(items)) = cursor else { return BTreeSet::new() };
    let texts = items.iter().filter_map(|item| match item {
        Value::Str(text) => Some(text.expose().to_owned()),
        _ => None,
    });
    texts.collect()
}
