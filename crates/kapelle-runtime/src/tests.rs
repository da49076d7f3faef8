//! Flows that run on a store in memory, with a clock that is moved by hand.

mod agents;
mod crash;
mod flows;
mod hooks;
mod limits;
mod lives;
mod purge_files;
mod triggers;
mod world;
