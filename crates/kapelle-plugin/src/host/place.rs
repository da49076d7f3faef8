//! Whose attempt it is.

use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::task_run::{Fence, RunIndex};

/// Whose attempt it is.
#[derive(Clone, Debug)]
pub struct Place {
    pub tenant: Arc<str>,
    pub namespace: Arc<str>,
    pub flow: Arc<str>,
    pub revision: u32,
    pub execution: ExecutionId,
    /// The task, or the trigger.
    pub task: Arc<str>,
    /// It is a trigger, and the execution is one that may come of it.
    pub is_trigger: bool,
    pub type_name: Arc<str>,
    pub run: RunIndex,
    /// The public id of the task run.
    pub run_id: Arc<str>,
    /// The value of the loop around it, if it has one of its own.
    pub value: Option<Arc<str>>,
    /// From 0.
    pub attempt: u32,
    pub fence: Fence,
}
