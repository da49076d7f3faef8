//! `io.kestra.plugin.kafka.RealtimeTrigger`: starts an execution for each record of topics.

use std::collections::BTreeMap;
use std::time::Duration;

use kapelle_model::effect::Level;
use kapelle_plugin::{Any, Broken, Events, Expr, RealtimeTrigger as Realtime, RunContext};
use schemars::JsonSchema;
use serde::Deserialize;

use super::batch::Record;
use super::group::Place;
use super::incoming::Row;
use super::reader::Reading;
use super::receiving::{Receiving, ReceivingProperties};

/// How long records are waited for in one piece.
const WAIT: Duration = Duration::from_mins(1);

/// After so many records the group hears how far it was read, however many came at once.
const TOLD_MAX: usize = 100;

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
        let mut reading = self.receiving.begin(cx, Some(group.clone()), BTreeMap::new()).await?;
        let hearing = hear(cx, &receiving, &group, &mut reading, &events);
        let heard = cx.stop.run_until_cancelled(hearing).await;
        reading.end(heard).await
    }
}

async fn hear(
    cx: &RunContext,
    receiving: &Receiving,
    group: &str,
    reading: &mut Reading,
    events: &Events<Row>,
) -> Result<(), Broken> {
    loop {
        let parts = reading.next_within(WAIT).await?;
        if parts.is_empty() {
            reading.commit(&reading.positions().clone()).await?;
        }
        'parts: for (place, records) in parts {
            for (count, record) in (1..).zip(&records) {
                match receiving.row(cx, &place, record) {
                    Ok(Some(row)) => events.tell(&row, Some(name(group, &place, record))).await?,
                    Ok(None) => {}
                    Err(failure) => cx.log(Level::Error, failure.message),
                }
                let position = reading.positions().get(&place).copied();
                let position = if count < records.len() { Some(record.offset + 1) } else { position };
                if count == records.len() || count % TOLD_MAX == 0 {
                    let told = position.map(|position| (place.clone(), position)).into_iter().collect();
                    reading.commit(&told).await?;
                }
                if !reading.stay().await? {
                    break 'parts;
                }
            }
        }
    }
}

/// By what a record is known when it comes again. A topic that was made anew has the same offsets once more, but at other
/// moments; another group reads for itself.
fn name(group: &str, (topic, partition): &Place, record: &Record) -> String {
    format!("{group}/{topic}-{partition}-{}@{}", record.offset, record.timestamp)
}
