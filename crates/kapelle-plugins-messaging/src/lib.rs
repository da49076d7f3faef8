//! Tasks and triggers of brokers and caches: a folder for each, with its protocol and one file for each type.
//!
//! What they share stands beside the folders: [`records`] are what flows send and receive, [`address`] is where a server
//! is, and [`wire`] a connection to it.

mod address;
mod amqp;
mod credential;
mod kafka;
mod mqtt;
mod nats;
mod records;
mod redis;

use kapelle_plugin::Registry;

/// Everything that is built in here.
pub fn register(registry: &mut Registry) {
    amqp::register(registry);
    kafka::register(registry);
    mqtt::register(registry);
    nats::register(registry);
    redis::register(registry);
}
