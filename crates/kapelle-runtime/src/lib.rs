//! Runs flows: it owns executions, hands their tasks to workers, and gives tasks the world that they ask for.
//!
//! Deciding is the business of `kapelle-engine`, keeping that of a store. Here is what happens between them: commit, then
//! act. Everything that differs from place to place (store, plugins, clock, folders) is handed in.
//!
//! Start with [`Runtime::start`]. An execution comes to be in `births`, belongs to a `shard`, and its task runs go to
//! `workers`; `reach` is what they can reach.

mod activity;
mod alarms;
mod ask;
mod births;
pub mod calls;
mod chance;
pub mod clock;
mod definitions;
pub mod desk;
mod endings;
mod executions;
mod flow_index;
mod flows;
mod implied;
pub mod inspect;
pub mod keys;
pub mod masks;
mod message;
pub mod namespace_files;
pub mod namespaces;
mod places;
mod queued;
mod random;
mod reach;
mod refresh;
mod repeat;
mod resume;
mod revisions;
mod run_names;
mod runtime;
pub mod secrets;
mod shard;
mod shared;
pub mod storage;
mod surroundings;
pub mod templates;
#[cfg(test)]
mod testing;
mod triggers;
mod variables;
pub mod view;
mod webhooks;
mod workers;

pub use alarms::machine_now;
pub use ask::Tried;
pub use births::Unborn;
pub use definitions::Definition;
pub use flow_index::{FlowName, Links};
pub use flows::Unsaved;
pub use message::Declined;
pub use queued::{Queued, UsedLimit};
pub use reach::{Fixtures, Reach, Reached};
pub use repeat::{Repeat, RepeatRevision};
pub use resume::NotResumed;
pub use revisions::NotForgotten;
pub use runtime::{Grips, Parts, Runtime, TakesUp};
pub use shared::{Listener, News};
pub use surroundings::Surroundings;
pub use triggers::{NoTrigger, TriggerRow};
pub use workers::WorkerLoad;

#[cfg(test)]
mod tests;
