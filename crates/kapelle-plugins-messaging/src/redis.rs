//! Redis: keys, lists, channels, JSON documents and sets of vectors, over its own protocol.

mod connection;
mod json;
mod list;
mod options;
mod pubsub;
mod reply;
mod string;
#[cfg(test)]
mod testing;
mod vector;

use kapelle_plugin::Registry;

pub(crate) fn register(r: &mut Registry) {
    json::register(r);
    list::register(r);
    r.task::<pubsub::Publish>();
    string::register(r);
    vector::register(r);
}
