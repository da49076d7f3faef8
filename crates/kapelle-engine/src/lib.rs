//! The life of an execution, as functions of what is known.
//!
//! Nothing here knows a clock, a disk, a network or a thread. The moment, fresh ids and what expressions may ask the
//! world for come in as arguments; what has to be done comes out as data.

pub mod cache;
pub mod checks;
pub mod children;
pub mod conditions;
pub mod creation;
pub mod defaults;
mod fingerprint;
pub mod flow_trigger;
pub mod inputs;
pub mod labels;
pub mod limits;
pub mod live;
pub mod outputs;
pub mod outstanding;
pub mod overlay;
pub mod plan;
pub mod quotas;
pub mod replay;
pub mod schedule;
pub mod sla;
pub mod step;
pub mod templates;
pub mod transitions;
pub mod triggers;
pub mod variables;
pub mod webhook;
pub mod why;
pub mod windows;
pub mod world;
