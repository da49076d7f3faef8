//! A world in memory for the engine, for tests and simulations. Nothing here is part of the product.
//!
//! [`shelf`] holds what flows can reach: files, keys, the time, chance. [`tasks`] stands in for the plugins of the core
//! tasks. [`host`] drives the engine, and [`seen`] is what can be seen of its executions. [`golden`] reads executions that
//! a real server recorded, and compares others with them. [`world`] is a world with faults, in which flows of
//! [`generator`] are played; [`invariants`] look at every step, and [`reference`] says what should come of it.

#![expect(
    clippy::missing_panics_doc,
    clippy::format_collect,
    reason = "it panics where a test would, and nobody waits for its texts"
)]

/// The tenant of all flows.
const TENANT: &str = "main";

pub mod case;
pub mod dice;
pub mod generator;
pub mod golden;
pub mod host;
pub mod invariants;
pub mod oracle;
pub mod reference;
pub mod seen;
pub mod shelf;
pub mod shrink;
pub mod tasks;
pub mod world;
