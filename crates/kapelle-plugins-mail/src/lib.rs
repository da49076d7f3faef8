//! Tasks that send mail, and triggers that wait for it.
//!
//! What a flow says ([`properties`]) becomes a [`message`], a text of MIME that no text of the flow can break out of; it
//! goes to a server over [`smtp`]. What came is in an [`inbox`].

mod address;
mod inbox;
mod layout;
mod line;
mod mail_execution;
mod mail_received_trigger;
mod mail_send;
mod message;
mod properties;
mod real_time_trigger;
mod smtp;

use kapelle_plugin::Registry;

/// Everything of this family.
pub fn register(registry: &mut Registry) {
    registry.task::<mail_send::MailSend>();
    registry.task::<mail_execution::MailExecution>();
    registry.polling::<mail_received_trigger::MailReceivedTrigger>();
    registry.realtime::<real_time_trigger::RealTimeTrigger>();
}

#[cfg(test)]
mod tests;
