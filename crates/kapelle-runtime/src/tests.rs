//! Flows that run on a store in memory, with a clock that is moved by hand.

mod crash;
mod hooks;
mod lives;
mod triggers;
mod world;
