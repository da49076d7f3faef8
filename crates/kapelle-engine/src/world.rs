//! What a step is given beside the execution: the moment, chance, and what expressions may ask the world for.

use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::Services;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, Map, Millis};

use crate::inputs::Encryption;
use crate::plan::OnLost;

/// Everything that varies. The same world and the same events give the same executions, byte for byte.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub now: Millis,
    pub chance: &'a dyn Chance,
    pub services: &'a dyn Services,
    pub executions: &'a dyn Executions,
    pub settings: &'a Settings,
    /// Variables of the installation: `envs`, `globals`, `kestra`.
    pub variables: &'a Map,
    pub encryption: Encryption,
    /// What becomes of tasks whose worker is gone, unless they say something else.
    pub on_worker_lost: OnLost,
}

/// Other executions, as far as one may look at them.
pub trait Executions {
    /// What expressions of an execution that is over see; nothing if there is no such execution.
    fn variables(&self, id: ExecutionId) -> Option<Map>;
}

/// A world with one execution.
pub struct NoExecutions;

impl Executions for NoExecutions {
    fn variables(&self, _id: ExecutionId) -> Option<Map> {
        None
    }
}

/// Where ids and chance come from.
pub trait Chance {
    /// An id that no execution has.
    fn execution(&self) -> ExecutionId;

    fn number(&self) -> u64;

    /// The public id of a task run; always the same for the same task run.
    fn run(&self, execution: ExecutionId, run: RunIndex) -> String;
}
