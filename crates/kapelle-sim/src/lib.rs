//! A world in memory for the engine, for tests and simulations. Nothing here is part of the product.
//!
//! [`shelf`] holds what flows can reach: files, keys, the time, chance. [`tasks`] stands in for the plugins of the core
//! tasks.

pub mod shelf;
pub mod tasks;
