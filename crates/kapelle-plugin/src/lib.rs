//! What a plugin is, for those who write one and for those who run it.
//!
//! A plugin is a struct in a file of its own. Its fields are its properties; from them come parsing, schema, reference
//! and form. It implements [`Task`], [`PollingTrigger`] or [`RealtimeTrigger`], and reaches the world only through
//! [`RunContext`]. Start with [`task`].

mod broken;
mod context;
mod convert;
mod expr;
mod host;
mod outputs;
mod read;
mod registry;
#[cfg(feature = "stage")]
pub mod stage;
mod task;
mod trigger;

pub use broken::Broken;
pub use context::RunContext;
pub use convert::{FromRendered, Word, unfit};
pub use expr::Expr;
pub use host::{
    Count, CountOf, Counted, Executions, Files, FlowRef, Host, Kept, KeyToSet, Keys, LogOrigin, LogQuery,
    Metric, MetricKind, Name, NamespaceFile, NamespaceFiles, NewFile, Place, PurgeOf, Purged, Told, ToldRun,
    Triggers, Waiting,
};
pub use outputs::{Any, outputs};
pub use read::{Properties, read};
pub use registry::{Group, Registry, TaskSource, TaskType, TriggerType};
pub use task::{ErasedTask, Running, Task};
pub use trigger::{
    ErasedPolling, ErasedRealtime, ErasedTrigger, EventSink, Events, Listening, Looking, Polled,
    PollingTrigger, RealtimeTrigger, Settling,
};
