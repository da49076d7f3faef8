//! `io.kestra.plugin.kafka.Trigger`: looks from time to time for records of topics.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::{Map, Value};
use kapelle_plugin::{Broken, Expr, Polled, PollingTrigger, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::group::Place;
use super::receiving::{ReceivingProperties, waiting};
use crate::records::{ExtentProperties, MessagesReceived};

/// How long a look takes where it is not said, so that a topic that never rests does not keep it.
const LOOK_MAX: Duration = Duration::from_mins(1);

/// # Look for records of topics of Kafka
///
/// Reads new records at each look, and starts an execution if there are any. How far the group was read is written down
/// when that is certain. A look without `maxDuration` ends after a minute.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger {
    #[serde(flatten)]
    receiving: ReceivingProperties,
    /// The group, which remembers how far it was read, and whose members share the partitions.
    group_id: Expr<String>,
    /// How long a look waits for the next records before it ends; 5 seconds where it is not said.
    poll_duration: Option<Expr<SignedDuration>>,
    #[serde(flatten)]
    extent: ExtentProperties,
}

impl PollingTrigger for Trigger {
    const TYPE: &'static str = "io.kestra.plugin.kafka.Trigger";
    type Output = MessagesReceived;

    async fn poll(&self, cx: &RunContext, cursor: Option<Value>) -> Result<Polled<MessagesReceived>, Broken> {
        let receiving = self.receiving.read(cx)?;
        let wait = waiting(cx, self.poll_duration.as_ref())?;
        let group = cx.render(&self.group_id)?;
        let whose = self.receiving.whose(cx, &group)?;
        // What an execution has is not read again, though the group may not know of it.
        let mut known = offsets_in(cursor.as_ref(), &whose);
        let mut reading = self.receiving.begin(cx, Some(group), known.clone()).await?;
        let extent = self.extent.read(cx)?.at_most(LOOK_MAX);
        let look = async {
            let received = receiving.take(cx, &mut reading, extent, wait).await?;
            if received.messages.messages_count == 0 {
                // Records that are not wanted need no execution to be over with.
                reading.commit(&received.offsets).await?;
            }
            Ok::<_, Broken>(received)
        };
        let looked = cx.stop.run_until_cancelled(look).await;
        let received = reading.end(looked).await?;
        if received.messages.messages_count == 0 {
            cx.host.files().delete(&received.messages.uri)?;
            // The group knows better now, also of a topic that was made anew and counts from 0 again.
            known.retain(|place, _| !received.offsets.contains_key(place));
            return Ok(Polled {
                event: None,
                cursor: (!known.is_empty()).then(|| cursor_of(&whose, &known)),
            });
        }
        known.extend(received.offsets);
        Ok(Polled { event: Some(received.messages), cursor: Some(cursor_of(&whose, &known)) })
    }

    async fn settle(&self, cx: &RunContext, cursor: Option<Value>) -> Result<(), Broken> {
        let group = cx.render(&self.group_id)?;
        let offsets = offsets_in(cursor.as_ref(), &self.receiving.whose(cx, &group)?);
        if offsets.is_empty() {
            return Ok(());
        }
        let mut reading = self.receiving.begin(cx, Some(group), offsets.clone()).await?;
        let committed = cx.stop.run_until_cancelled(reading.commit(&offsets)).await;
        reading.end(committed).await
    }
}

/// Whose offsets these are, and topics with the offsets of their partitions, by number.
fn cursor_of(whose: &str, offsets: &BTreeMap<Place, i64>) -> Value {
    let mut topics: BTreeMap<&str, Map> = BTreeMap::new();
    for ((topic, partition), offset) in offsets {
        topics.entry(topic).or_default().insert(partition.to_string().into(), Value::Int(*offset));
    }
    let topics = topics.into_iter().map(|(topic, of)| (topic.into(), Value::Map(of.into())));
    let topics = Value::Map(topics.collect::<Map>().into());
    Value::Map(Map::from_iter([("of".into(), whose.into()), ("offsets".into(), topics)]).into())
}

/// What a cursor knows of this group. Another one begins where it has to.
fn offsets_in(cursor: Option<&Value>, whose: &str) -> BTreeMap<Place, i64> {
    let mut offsets = BTreeMap::new();
    let Some(Value::Map(cursor)) = cursor else { return offsets };
    let (Some(of), Some(Value::Map(topics))) = (cursor.get("of"), cursor.get("offsets")) else {
        return offsets;
    };
    if *of != Value::from(whose) {
        return offsets;
    }
    for (topic, of) in topics.iter() {
        let Value::Map(of) = of else { continue };
        for (partition, offset) in of.iter() {
            if let (Ok(partition), Value::Int(offset)) = (partition.parse(), offset) {
                offsets.insert(((**topic).to_owned(), partition), *offset);
            }
        }
    }
    offsets
}
