//! NATS: messages of subjects and streams, and buckets of keys, over its own protocol and the API of its streams.

mod begin;
mod connection;
mod core;
mod jetstream;
mod kv;
mod message;
mod nkey;
mod protocol;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    core::register(r);
    kv::register(r);
}

#[cfg(test)]
mod testing;
