//! What a plugin is, for those who write one and for those who run it.
//!
//! A plugin is a struct in a file of its own. Its fields are its properties; from them come parsing, schema, reference
//! and form. It implements [`Task`], [`PollingTrigger`] or [`RealtimeTrigger`], and reaches the world only through
//! [`RunContext`]. Start with [`task`].

mod about;
pub mod action;
mod broken;
mod context;
mod convert;
pub mod cyclic;
pub mod encode;
mod expr;
pub mod files;
pub mod google;
mod host;
pub mod ion;
pub mod json;
pub mod jwt;
pub mod known;
pub mod machine;
mod outputs;
pub mod patience;
pub mod program;
mod read;
mod registry;
mod schema;
#[cfg(any(test, feature = "stage"))]
pub mod stage;
mod standing_in;
mod task;
mod trigger;
pub mod wire;

pub use about::{Added, about};
pub use broken::Broken;
pub use context::RunContext;
pub use convert::{FromRendered, Word, unfit};
pub use expr::Expr;
pub use host::{
    Count, CountOf, Counted, Executions, Files, FlowRef, FlowSource, Flows, Host, Kept, KeyToSet, Keys,
    LogOrigin, LogQuery, Metric, MetricKind, Name, NamespaceFile, NamespaceFiles, NewFile, OldFiles, Place,
    PurgeOf, Purged, ToStart, Told, ToldRun, Triggers, Waiting,
};
pub use outputs::{Any, outputs};
pub use read::{Properties, entries, read};
pub use registry::{Group, Registry, TaskSource, TaskType, TriggerSource, TriggerType};
pub use schema::schema_of;
pub use standing_in::{missing, standing_in};
pub use task::{ErasedTask, Running, Task};
pub use trigger::{
    ErasedPolling, ErasedRealtime, ErasedTrigger, EventSink, Events, Listening, Looking, Polled,
    PollingTrigger, RealtimeTrigger, Settling,
};
