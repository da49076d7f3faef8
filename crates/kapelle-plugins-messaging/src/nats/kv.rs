//! Buckets of keys. A bucket is a stream with a name that begins with `KV_`, and a key a subject of it.

mod bucket;
mod create_bucket;
mod delete;
mod get;
mod put;

use kapelle_plugin::Registry;

pub(super) fn register(r: &mut Registry) {
    r.task::<create_bucket::CreateBucket>();
    r.task::<delete::Delete>();
    r.task::<get::Get>();
    r.task::<put::Put>();
}

#[cfg(test)]
mod tests;
