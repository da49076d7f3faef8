//! What the tasks and the trigger make of buckets.

mod buckets;
mod failures;
mod objects;
mod trigger;
mod uploads;
mod world;
