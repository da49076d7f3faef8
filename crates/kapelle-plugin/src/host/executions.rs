//! Executions and their logs, as tasks see and change them.

use jiff::Timestamp;
use kapelle_model::effect::Level;
use kapelle_model::{ExecutionId, Failure, Map, State, Text};

/// Executions of the tenant.
pub trait Executions: Send + Sync {
    /// Resumes a paused execution with what it asks for.
    fn resume(&self, id: &str, inputs: Map) -> Result<(), Failure>;

    /// Starts an execution in the name of a task, and does not wait for its end. Its id.
    fn start(&self, of: &ToStart) -> Result<String, Failure>;

    /// What is known of an execution; `None` if there is none of this name.
    fn told(&self, id: &str) -> Result<Option<Told>, Failure>;

    /// How many executions of each flow, or of each namespace, there are.
    fn count(&self, of: &CountOf) -> Result<Vec<Counted>, Failure>;

    /// Deletes executions that have ended, with what belongs to them.
    fn purge(&self, of: &PurgeOf) -> Result<Purged, Failure>;

    /// Hands lines of logs to `each`, the oldest first, as maps with the fields that clients know.
    fn logs(&self, of: &LogQuery, each: &mut dyn FnMut(Map) -> Result<(), Failure>) -> Result<(), Failure>;

    /// Deletes lines of logs. How many.
    fn purge_logs(&self, of: &LogQuery) -> Result<u64, Failure>;

    /// Deletes old files of executions: how many executions were looked at, how many of them have such files, how many
    /// files were deleted.
    fn purge_files(&self, of: &OldFiles) -> Result<Purged, Failure>;
}

/// An execution, as somebody tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub id: String,
    pub namespace: String,
    pub flow: String,
    pub revision: u32,
    pub state: State,
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    pub labels: Vec<(String, String)>,
    /// In the order in which they began.
    pub runs: Vec<ToldRun>,
}

/// A task run of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldRun {
    pub id: String,
    pub task: String,
    pub value: Option<Text>,
    pub state: State,
    /// Why it failed.
    pub failure: Option<Text>,
}

/// An execution to start.
#[derive(Clone, Debug, PartialEq)]
pub struct ToStart {
    pub namespace: String,
    pub flow: String,
    /// The latest one, if there is none.
    pub revision: Option<u32>,
    pub inputs: Map,
    pub labels: Vec<(String, String)>,
    /// Not before this moment.
    pub at: Option<Timestamp>,
    /// The execution whose task starts it.
    pub by: ExecutionId,
}

/// A flow by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRef {
    pub namespace: String,
    pub flow: String,
}

/// What is counted: executions of these flows, or of these namespaces.
#[derive(Clone, Debug, PartialEq)]
pub struct CountOf {
    pub of: Count,
    pub states: Vec<State>,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    Flows(Vec<FlowRef>),
    Namespaces(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub namespace: String,
    pub flow: Option<String>,
    pub count: u64,
}

/// What is deleted. With a flow, exactly its namespace; else the namespace and all below it.
#[expect(clippy::struct_excessive_bools, reason = "each is a property that flows write")]
#[derive(Clone, Debug, PartialEq)]
pub struct PurgeOf {
    pub namespace: Option<String>,
    pub flow: Option<String>,
    pub states: Vec<State>,
    pub from: Option<Timestamp>,
    pub until: Timestamp,
    pub executions: bool,
    pub logs: bool,
    pub metrics: bool,
    pub files: bool,
    pub batch: u32,
}

/// Files that were last changed within this time. With a flow, exactly its namespace; else the namespace and all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldFiles {
    pub namespace: Option<String>,
    pub flow: Option<String>,
    pub from: Option<Timestamp>,
    pub until: Timestamp,
    /// Nothing is deleted.
    pub is_dry: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Executions that were looked at; only a purge of files tells.
    pub scanned: u64,
    pub executions: u64,
    pub logs: u64,
    pub metrics: u64,
    pub files: u64,
}

/// Which lines of logs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogQuery {
    pub execution: Option<String>,
    pub namespace: Option<String>,
    pub flow: Option<String>,
    pub tasks: Vec<String>,
    /// Exactly these levels; all of them if there are none.
    pub levels: Vec<Level>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub origin: LogOrigin,
}

/// Whose lines they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogOrigin {
    #[default]
    All,
    Executions,
    /// What triggers wrote.
    Others,
}
