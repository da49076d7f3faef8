//! MQTT, versions 3.1.1 and 5: messages are published to topics, and heard.

mod coding;
mod message;
mod packet;
mod publish;
mod realtime_trigger;
mod receiving;
mod server;
mod session;
mod subscribe;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<publish::Publish>();
    r.realtime::<realtime_trigger::RealtimeTrigger>();
    r.task::<subscribe::Subscribe>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
