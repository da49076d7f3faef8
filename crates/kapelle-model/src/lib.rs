//! Data without behaviour: positions, values and the flow tree.
//!
//! Everything else speaks in these types: the flow language reads text into them, and what comes later evaluates and
//! keeps them. This crate knows no clock, no files, no network.
//! Start with [`flow::Flow`] for what a user writes and [`value::Value`] for what expressions work on.

pub mod flow;
pub mod node;
pub mod span;
pub mod state;
pub mod value;

pub use node::{Data, Entry, Node};
pub use span::{Span, Spanned};
pub use value::{MASK, Map, Text, Value};
