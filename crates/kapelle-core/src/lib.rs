//! The flow language: reading text, checking it, describing it.
//!
//! Everything here is deterministic: no clock, no files, no network, no randomness. What varies (today's date, the
//! other flows) comes in as an argument. Start with [`check::check`] and follow a source through it: [`yaml`] gives a
//! positioned tree, [`shape`] and [`catalogue`] say what may stand in it, [`flow`] makes the typed tree.

mod cache;
pub mod catalogue;
pub mod check;
pub mod diagnostic;
pub mod example;
pub mod expression;
pub mod flow;
pub mod language;
pub mod limits;
pub mod pattern;
pub mod property;
pub mod scalar;
pub mod schema;
pub mod shape;
pub mod source;
pub mod suggest;
pub mod time;
pub mod yaml;
