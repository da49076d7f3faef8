//! `io.kestra.plugin.kafka.RealtimeTrigger`: starts an execution for each record of topics.

use std::collections::BTreeMap;
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Events, Expr, RealtimeTrigger as Realtime, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::incoming::Row;
use super::receiving::ReceivingProperties;

/// How long records are waited for in one piece.
const WAIT: Duration = Duration::from_mins(1);

/// # Listen to topics of Kafka
///
/// Starts an execution for each record. How far the group was read is written down when they are certain; a record that
/// comes again after a crash starts nothing. What cannot be read is told in the log, and starts nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RealtimeTrigger {
    #[serde(flatten)]
    receiving: ReceivingProperties,
    /// The group, which remembers how far it was read, and whose members share the partitions.
    group_id: Expr<String>,
    /// The registry of schemas, for Avro and Protocol buffers; they are not built in.
    #[allow(dead_code)] // What it would be for is not built in.
    schema_registry_vendor: Option<Expr<Any>>,
}

impl Realtime for RealtimeTrigger {
    const TYPE: &'static str = "io.kestra.plugin.kafka.RealtimeTrigger";
    type Output = Row;

    async fn listen(&self, cx: &RunContext, events: Events<Row>) -> Result<(), Broken> {
        let receiving = self.receiving.read(cx)?;
        let group = cx.render(&self.group_id)?;
        let mut reading = self.receiving.begin(cx, Some(group), BTreeMap::new()).await?;
        loop {
            for (place, records) in reading.next_within(WAIT).await? {
                for record in &records {
                    match receiving.row(cx, &place, record) {
                        Ok(Some(row)) => {
                            let name = format!("{}-{}-{}", place.0, place.1, record.offset);
                            events.tell(&row, Some(name)).await?;
                        }
                        Ok(None) => {}
                        Err(failure) => cx.log(Level::Error, failure.message),
                    }
                }
                if let Some(last) = records.last() {
                    reading.commit(&BTreeMap::from([(place, last.offset + 1)])).await?;
                }
            }
        }
    }
}
