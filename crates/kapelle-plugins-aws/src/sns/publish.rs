//! `io.kestra.plugin.aws.sns.Publish`: sends messages to a topic.

use kapelle_model::{Failure, Map, Value};
use kapelle_plugin::{Any, Broken, Expr, Metric, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{AccessProperties, StyleProperties};
use crate::client::Ask;
use crate::rows::Sending;
use crate::service::{Kind, Service, body_of};
use kapelle_plugin::encode::query;

const KIND: Kind = Kind { name: "sns", host: "sns", prefix: "", version: "" };

/// # Send messages to a topic of SNS
///
/// Sends messages: maps with `data`, and perhaps `subject`, `groupId`, `deduplicationId` and `structure`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Publish {
    #[serde(flatten)]
    access: AccessProperties,
    #[expect(dead_code, reason = "flows may say it")]
    #[serde(flatten)]
    style: StyleProperties,
    /// The name of the topic, which begins with `arn:`.
    topic_arn: Expr<String>,
    /// The messages: a map, a list of maps, or the address of a file of rows.
    from: Expr<Any>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    /// How many messages were sent.
    messages_count: u64,
}

impl Task for Publish {
    const TYPE: &'static str = "io.kestra.plugin.aws.sns.Publish";
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        let topic = cx.render(&self.topic_arn)?;
        let service = Service::new(cx, &self.access.read(cx)?, KIND, Some(&topic))?;
        let Any(from) = cx.render(&self.from)?;
        let mut sending = Sending::new(cx, from)?;
        let mut count = 0;
        while let Some(row) = sending.batch(1, usize::MAX, |_| 0).await?.pop() {
            let ask = Ask {
                headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
                ..service.post("/", query(&form(&topic, &row)?).into_bytes())
            };
            service.client().text(cx, &ask).await.map_err(|trouble| {
                trouble
                    .told(&format!("the topic `{topic}` does not take a message, {count} were sent before"))
            })?;
            count += 1;
        }
        cx.metric(Metric::count("sns.publish.messages", count).tag("topic", &topic));
        Ok(Output { messages_count: count })
    }
}

/// A message as SNS wants it.
fn form(topic: &str, row: &Map) -> Result<Vec<(String, String)>, Failure> {
    let get = |name: &str| row.get(name).filter(|value| **value != Value::Null);
    let data = get("data").ok_or_else(|| Failure::new("a message has no `data`: write `{data: …}`"))?;
    let mut form = vec![
        ("Action".to_owned(), "Publish".to_owned()),
        ("Version".to_owned(), "2010-03-31".to_owned()),
        ("TopicArn".to_owned(), topic.to_owned()),
        ("Message".to_owned(), body_of(data)?),
    ];
    for (name, target) in [
        ("subject", "Subject"),
        ("groupId", "MessageGroupId"),
        ("deduplicationId", "MessageDeduplicationId"),
        ("structure", "MessageStructure"),
    ] {
        if let Some(value) = get(name) {
            form.push((target.to_owned(), body_of(value)?));
        }
    }
    Ok(form)
}
