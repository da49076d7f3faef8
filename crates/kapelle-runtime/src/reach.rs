//! What flows can reach beside themselves. Who wires a runtime hands it in.

use std::sync::Arc;

use kapelle_core::expression::environment::Environment;
use kapelle_core::expression::services::Services;
use kapelle_http::Client;
use kapelle_model::Failure;
use kapelle_model::event::Report;
use kapelle_model::execution::Birth;
use kapelle_plugin::{Executions, Files, Flows, Keys, NamespaceFiles, Place, Triggers};

use crate::masks::Masks;

/// Gives executions and their task runs what they may reach.
pub trait Reach: Send + Sync {
    /// For expressions of an execution, as the engine renders them.
    fn desk(&self, of: &Birth) -> Arc<dyn Services + Send + Sync>;

    /// For an attempt of a task run.
    fn attempt(&self, of: &Birth, place: &Arc<Place>) -> Reached;

    /// Keeps a file of an execution for the engine, under its whole address.
    fn put(&self, _of: &Birth, uri: &str, _content: &[u8]) -> Result<(), Failure> {
        Err(Failure::new(format!("`{uri}` cannot be kept: there is no storage here")))
    }

    /// Sends requests over HTTP, to where flows may send them.
    fn http(&self) -> Client {
        Client::of_tasks()
    }

    /// A setting of the instance, by its whole name.
    fn setting(&self, name: &str) -> Option<String>;
}

/// What an attempt reaches.
pub struct Reached {
    pub services: Arc<dyn Services + Send + Sync>,
    pub files: Box<dyn Files>,
    pub keys: Box<dyn Keys>,
    pub namespace_files: Box<dyn NamespaceFiles>,
    pub executions: Box<dyn Executions>,
    pub flows: Box<dyn Flows>,
    pub triggers: Box<dyn Triggers>,
    /// Hides secrets in whatever the attempt says.
    pub masks: Masks,
}

/// Stands in for tasks, in tests of flows.
///
/// It is asked once for each attempt of a task run, and once for each execution that a task run would start. Whoever
/// implements it may count.
pub trait Fixtures: Send + Sync {
    /// What is reported of an attempt instead of running it; the environment is the one that its properties see. Where
    /// an execution would be started, the output `outputs` is what that execution would give.
    fn of(&self, place: &Place, environment: Environment<'_>) -> Option<Report>;
}
