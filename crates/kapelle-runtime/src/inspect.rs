//! What expressions of a stored execution see, for somebody who looks at it without running anything.

use std::sync::Arc;

use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::NoServices;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::live::Live;
use kapelle_engine::plan::OnLost;
use kapelle_engine::variables::Variables;
use kapelle_engine::world::{NoExecutions, World};
use kapelle_model::{ExecutionId, Map};
use kapelle_store::error::Result;
use kapelle_store::store::Values;
use kapelle_store::{Store, StoreError};

use crate::alarms::machine_now;
use crate::chance::{ChanceAt, Ids};
use crate::definitions::Definitions;
use crate::runtime::run_key;

/// The variables of an execution; of the last run of a task, if one is named.
pub fn variables(
    store: &Arc<dyn Store>,
    id: ExecutionId,
    task: Option<&str>,
    installation: &Map,
) -> Result<Map> {
    let missing = |what: String| StoreError::Invalid(what);
    let execution = store.execution(id, Values::Fetched)?;
    let execution = execution.ok_or_else(|| missing(format!("there is no execution {id}")))?;
    let birth = Arc::clone(&execution.birth);
    let settings = Settings::default();
    let definitions = Definitions::new(Arc::clone(store), settings.language, Vec::new());
    let found = definitions.find(&birth.tenant, &birth.namespace, &birth.flow, Some(birth.revision))?;
    let definition = found.ok_or_else(|| missing(format!("the flow of execution {id} is not there")))?;
    let run = match task {
        None => None,
        Some(task) => {
            let mut runs = execution.runs.iter().rev();
            let found = runs.find(|run| *run.task == *task).map(|run| run.index);
            Some(found.ok_or_else(|| missing(format!("execution {id} has no run of a task `{task}`")))?)
        }
    };
    let live = Live::restore(&definition.plan, execution)
        .map_err(|why| StoreError::Corrupt { what: format!("execution {id}"), why })?;
    let ids = Ids::new(None, run_key(&**store)?);
    let now = machine_now();
    let world = World {
        now,
        chance: &ChanceAt { ids: &ids, now },
        services: &NoServices,
        executions: &NoExecutions,
        settings: &settings,
        variables: installation,
        encryption: Encryption::Configured,
        on_worker_lost: OnLost::Retry,
    };
    Ok(Variables::new(&definition.plan, &live, run, &world, &[]).snapshot(true))
}
