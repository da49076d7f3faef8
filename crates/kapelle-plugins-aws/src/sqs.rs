//! Tasks and triggers over queues of SQS.

mod consume;
mod message;
mod publish;
mod queue;
mod realtime_trigger;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<consume::Consume>();
    r.task::<publish::Publish>();
    r.polling::<trigger::Trigger>();
    r.realtime::<realtime_trigger::RealtimeTrigger>();
}

#[cfg(test)]
mod tests;
