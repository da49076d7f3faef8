//! Data without behaviour: positions, values, the flow tree, and executions with their changes.
//!
//! Everything else speaks in these types: the flow language reads text into them, the engine decides over them, the
//! store keeps them. This crate knows no clock, no files, no network. Start with [`flow::Flow`] for what a user writes,
//! [`execution::Execution`] for what becomes of it, and [`value::Value`] for what expressions work on.

pub mod cause;
pub mod delta;
pub mod effect;
pub mod event;
pub mod execution;
pub mod failure;
pub mod flow;
pub mod history;
pub mod id;
pub mod node;
pub mod permit;
pub mod span;
pub mod state;
pub mod task_run;
pub mod time;
pub mod trigger;
pub mod value;
pub mod window;

pub use failure::Failure;
pub use history::History;
pub use id::ExecutionId;
pub use node::{Data, Entry, Node};
pub use span::{Span, Spanned};
pub use state::State;
pub use time::Millis;
pub use value::{MASK, Map, Text, Value};
