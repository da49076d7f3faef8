//! `io.kestra.plugin.kafka.Consume`: receives records of topics.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use kapelle_model::Failure;
use kapelle_plugin::{Any, Broken, Expr, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::receiving::{ReceivingProperties, waiting};
use crate::records::{Extent, ExtentProperties, MessagesReceived};

/// # Receive records of topics of Kafka
///
/// Reads records into a file of rows, until there are enough of them, the time is up, or none come for a while. A group
/// remembers how far it was read, once the file is safe; without one, a topic is read from its beginning. Without
/// `maxDuration` it ends after a minute, with what there is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consume {
    #[serde(flatten)]
    receiving: ReceivingProperties,
    /// The group, which remembers how far it was read, and whose members share the partitions.
    group_id: Option<Expr<String>>,
    /// The registry of schemas, for Avro and Protocol buffers; they are not built in.
    #[allow(dead_code)] // What it would be for is not built in.
    schema_registry_vendor: Option<Expr<Any>>,
    /// How long the task waits for the next records before it ends; 5 seconds where it is not said.
    poll_duration: Option<Expr<SignedDuration>>,
    #[serde(flatten)]
    extent: ExtentProperties,
}

/// How long is read where it is not said, so that a topic that never rests comes to an end.
const TIME_MAX: Duration = Duration::from_mins(1);

impl Consume {
    fn extent(&self, cx: &RunContext, wait: Duration) -> Result<Extent, Failure> {
        Ok(self.extent.read(cx)?.at_most(TIME_MAX.max(wait)))
    }
}

impl Task for Consume {
    const TYPE: &'static str = "io.kestra.plugin.kafka.Consume";
    type Output = MessagesReceived;

    async fn run(&self, cx: &RunContext) -> Result<MessagesReceived, Broken> {
        let receiving = self.receiving.read(cx)?;
        let wait = waiting(cx, self.poll_duration.as_ref())?;
        let group = cx.filled(self.group_id.as_ref())?;
        let mut reading = self.receiving.begin(cx, group, BTreeMap::new()).await?;
        let extent = self.extent(cx, wait)?;
        let consume = async {
            let received = receiving.take(cx, &mut reading, extent, wait).await?;
            reading.commit(&received.offsets).await?;
            Ok::<_, Broken>(received.messages)
        };
        let consumed = cx.stop.run_until_cancelled(consume).await;
        reading.end(consumed).await
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::{Stage, properties_of};

    use super::*;

    #[test]
    fn a_topic_that_never_rests_comes_to_an_end() {
        let time_left = |more: &str| {
            let consume: Consume =
                kapelle_plugin::read(&properties_of(&format!("properties: {}\n{more}\n", "{}"))).unwrap();
            let cx = Stage::new().context();
            let wait = waiting(&cx, consume.poll_duration.as_ref()).unwrap();
            consume.extent(&cx, wait).unwrap().time_left().unwrap()
        };
        assert!(time_left("groupId: g") <= TIME_MAX);
        assert!(time_left("pollDuration: PT2M") > TIME_MAX);
        assert!(time_left("maxDuration: PT1H") > TIME_MAX);
    }
}
