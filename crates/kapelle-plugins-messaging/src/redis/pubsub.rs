//! `io.kestra.plugin.redis.pubsub.Publish`: sends messages to a channel.

use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::records::{Sending, SerdeType};
use crate::redis::connection::{Command, ServerProperties};

/// Messages that are sent at once.
const AT_ONCE_MAX: usize = 500;

/// # Publish messages to a channel of Redis
///
/// Sends messages to those who listen to a channel just now; nobody keeps them for others.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Publish {
    #[serde(flatten)]
    server: ServerProperties,
    /// The channel.
    channel: Expr<String>,
    /// The messages: a list, the address of a file of rows, or one message.
    from: Expr<Any>,
    /// How messages are written: as text, or as JSON.
    serde_type: Option<Expr<SerdeType>>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// How many messages were sent.
    count: u64,
}

impl Task for Publish {
    const TYPE: &'static str = "io.kestra.plugin.redis.pubsub.Publish";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let channel = cx.render(&self.channel)?;
        let serde = cx.filled(self.serde_type.as_ref())?.unwrap_or_default();
        let Any(from) = cx.render(&self.from)?;
        let mut connection = self.server.open(cx).await?;
        let mut sending = Sending::new(cx, from);
        let mut count = 0;
        loop {
            let batch = sending.batch(AT_ONCE_MAX).await?;
            if batch.is_empty() {
                break;
            }
            let mut commands = Vec::new();
            for record in &batch {
                commands.push(Command::new("PUBLISH").arg(&channel).arg(serde.write_once(record)?));
            }
            connection.ask_all(&commands).await?;
            count += batch.len() as u64;
        }
        connection.close().await;
        cx.metric(Metric::count("published.records.count", count));
        Ok(Output { count })
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Value;

    use super::*;
    use crate::redis::testing::answering;

    #[tokio::test]
    async fn messages_go_to_a_channel() {
        let (url, asked) = answering(&[":1\r\n", ":0\r\n"]);
        let properties = format!("url: '{url}'\nchannel: news\nfrom: [one, {{a: 1}}]\nserdeType: JSON\n");
        let sent = kapelle_plugin::stage::Stage::new().run::<Publish>(&properties).await.unwrap();
        assert_eq!(sent["count"], Value::Int(2));
        assert_eq!(asked.join().unwrap(), ["PUBLISH news \"one\"", "PUBLISH news {\"a\":1}"]);
    }
}
