//! AMQP 0.9.1, as `RabbitMQ` speaks it: exchanges take messages, queues keep them.

mod coding;
mod consume;
mod create_queue;
mod declare_exchange;
mod frame;
mod held;
mod message;
mod publish;
mod queue_bind;
mod realtime_trigger;
mod receiving;
mod server;
mod session;
mod table;
mod trigger;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    r.task::<consume::Consume>();
    r.task::<create_queue::CreateQueue>();
    r.task::<declare_exchange::DeclareExchange>();
    r.task::<publish::Publish>();
    r.task::<queue_bind::QueueBind>();
    r.realtime::<realtime_trigger::RealtimeTrigger>();
    r.polling::<trigger::Trigger>();
}

#[cfg(test)]
mod tests;
