//! `io.kestra.plugin.amqp.Consume`: receives messages of a queue.

use std::time::Duration;

use kapelle_model::Failure;
use kapelle_plugin::{Broken, RunContext, Task};
use schemars::JsonSchema;
use serde::Deserialize;

use super::receiving::{ReceivingProperties, Taken};
use super::server::ServerProperties;
use crate::records::{Extent, ExtentProperties};

/// # Receive messages of a queue of AMQP
///
/// Takes messages from a queue into a file of rows, until there are enough of them or the time is up. They are
/// acknowledged when the file is safe; before, a task that fails leaves them in the queue. Without `maxDuration` it ends
/// after a minute, with what there is.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Consume {
    #[serde(flatten)]
    server: ServerProperties,
    #[serde(flatten)]
    receiving: ReceivingProperties,
    #[serde(flatten)]
    extent: ExtentProperties,
}

/// How long messages are waited for where it is not said, so that the task ends when too few come.
const TIME_MAX: Duration = Duration::from_mins(1);

impl Consume {
    fn extent(&self, cx: &RunContext) -> Result<Extent, Failure> {
        Ok(self.extent.read(cx)?.must_end()?.at_most(TIME_MAX))
    }
}

impl Task for Consume {
    const TYPE: &'static str = "io.kestra.plugin.amqp.Consume";
    type Output = Taken;

    async fn run(&self, cx: &RunContext) -> Result<Taken, Broken> {
        let receiving = self.receiving.read(cx)?;
        let extent = self.extent(cx)?;
        let mut session = self.server.open(cx).await?;
        let (taken, owed) = receiving.take(cx, &mut session, extent, receiving.is_at_once).await?;
        if let Some(tag) = owed {
            session.acknowledge(tag, true).await?;
        }
        session.close().await?;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use kapelle_plugin::stage::{Stage, properties_of};

    use super::*;

    #[test]
    fn too_few_messages_are_not_waited_for_without_end() {
        let time_left = |more: &str| {
            let properties = properties_of(&format!("host: localhost\nqueue: q\n{more}\n"));
            let consume: Consume = kapelle_plugin::read(&properties).unwrap();
            consume.extent(&Stage::new().context()).unwrap().time_left().unwrap()
        };
        assert!(time_left("maxRecords: 3") <= TIME_MAX);
        assert!(time_left("maxRecords: 3\nmaxDuration: PT1H") > TIME_MAX);
    }
}
