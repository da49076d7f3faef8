//! A world in memory for the engine, for tests and simulations. Nothing here is part of the product.
//!
//! [`shelf`] holds what flows can reach: files, keys, the time, chance. [`tasks`] stands in for the plugins of the core
//! tasks. [`host`] drives the engine, and [`seen`] is what can be seen of its executions. [`golden`] reads executions that
//! a real server recorded, and compares others with them.

pub mod golden;
pub mod host;
pub mod seen;
pub mod shelf;
pub mod tasks;
