//! What a paused execution is given when it goes on.

use std::sync::Arc;

use kapelle_engine::inputs::Resolved;
use kapelle_engine::live::Live;
use kapelle_engine::plan::Kind;
use kapelle_engine::variables::Variables;
use kapelle_model::event::Order;
use kapelle_model::{ExecutionId, Map, State};
use kapelle_store::StoreError;
use kapelle_store::store::Values;

use crate::message::Declined;
use crate::runtime::Runtime;
use crate::shared::Shared;

/// Why an execution does not go on.
#[derive(Debug)]
pub enum NotResumed {
    /// The pause asks for other values; the words say which.
    Inputs(String),
    Declined(Declined),
}

impl From<StoreError> for NotResumed {
    fn from(error: StoreError) -> Self {
        Self::Declined(Declined::Store(error))
    }
}

impl Runtime {
    /// Lets a paused execution go on, with what its pause asks for.
    pub async fn resume(&self, id: ExecutionId, given: &Map, by: Option<Arc<str>>) -> Result<(), NotResumed> {
        let values = values_of_pause(&self.shared, id, given)?;
        let order = Order::Resume { values: Arc::new(values), by };
        self.order(id, order).await.map_err(NotResumed::Declined)
    }

    /// Looks at what is given to a pause as if its execution went on; nothing if it is in none.
    pub fn try_resume(&self, id: ExecutionId, given: &Map) -> Result<Option<Resolved>, NotResumed> {
        resolved(&self.shared, id, given)
    }
}

/// The values that a pause gets; none if it asks for none.
pub(crate) fn values_of_pause(shared: &Shared, id: ExecutionId, given: &Map) -> Result<Map, NotResumed> {
    let Some(resolved) = resolved(shared, id, given)? else { return Ok(Map::new()) };
    if let Some(violation) = resolved.violations().next() {
        return Err(NotResumed::Inputs(violation.message.to_owned()));
    }
    Ok(resolved.values)
}

/// What becomes of what is given to a pause; nothing if the execution is in none.
fn resolved(shared: &Shared, id: ExecutionId, given: &Map) -> Result<Option<Resolved>, NotResumed> {
    let missing = || NotResumed::Declined(Declined::Missing);
    let execution = shared.store.execution(id, Values::Fetched)?.ok_or_else(missing)?;
    let birth = Arc::clone(&execution.birth);
    let found =
        shared.definitions.find(&birth.tenant, &birth.namespace, &birth.flow, Some(birth.revision))?;
    let definition = found.ok_or_else(missing)?;
    let plan = &definition.plan;
    let mut paused = execution.runs.iter().filter(|run| run.state() == State::Paused);
    let pause = paused.find_map(|run| match &plan.task(plan.find(&run.task)?).kind {
        Kind::Pause(pause) => Some((run.index, pause)),
        _ => None,
    });
    let Some((run, pause)) = pause else { return Ok(None) };
    let live = Live::restore(plan, execution)
        .map_err(|why| StoreError::Corrupt { what: format!("execution {id}"), why })?;
    shared.with_world(&birth, |world| {
        let variables = Variables::new(plan, &live, Some(run), world, &[]);
        Ok(Some(pause.inputs.resolve(given, world.encryption, variables.environment())))
    })
}
