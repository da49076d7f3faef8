//! Kafka: records in the partitions of topics, and groups that remember how far they have read.

mod batch;
mod client;
mod coding;
mod compression;
mod consume;
mod group;
mod incoming;
mod login;
mod outgoing;
mod produce;
mod reader;
mod realtime_trigger;
mod receiving;
mod sender;
mod serde;
mod settings;
mod trigger;
mod trouble;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<consume::Consume>();
    r.task::<produce::Produce>();
    r.realtime::<realtime_trigger::RealtimeTrigger>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
