//! The flow language: reading text, checking it, describing it.
//!
//! Everything here is deterministic: no clock, no files, no network, no randomness. What varies (today's date, the
//! other flows) comes in as an argument. Start with [`yaml::read`] for how text becomes a positioned tree.

pub mod catalogue;
pub mod check;
pub mod diagnostic;
pub mod example;
pub mod limits;
pub mod schema;
pub mod shape;
pub mod source;
pub mod suggest;
pub mod yaml;
