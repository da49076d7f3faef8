//! Executions as clients of an API see them.

use serde_json::Value as Json;

/// An execution as clients see it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub id: String,
    pub flow: String,
    pub state: String,
    pub inputs: Json,
    pub outputs: Json,
    pub variables: Json,
    pub labels: Vec<(String, String)>,
    pub runs: Vec<SeenRun>,
    pub logs: Vec<SeenLine>,
    /// The executions that it started, in their comparable form.
    pub children: Vec<Json>,
}

/// A task run as clients see it.
#[derive(Clone, Debug, Default)]
pub struct SeenRun {
    pub id: String,
    pub task: String,
    pub value: Option<String>,
    pub iteration: Option<u32>,
    pub parent: Option<String>,
    pub state: String,
    pub outputs: Json,
    pub attempts: Vec<String>,
}

/// A line of the log, of level INFO or above.
#[derive(Clone, Debug, Default)]
pub struct SeenLine {
    pub run: Option<String>,
    pub level: String,
    pub message: String,
}
