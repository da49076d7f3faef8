mod buckets;
mod failures;
mod requests;
mod trigger;
mod world;
