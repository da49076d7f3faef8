//! Why executions, task runs and triggers do not move.

use kapelle_engine::live::Live;
use kapelle_engine::why;
use kapelle_model::Millis;
use kapelle_model::task_run::TaskRun;
use kapelle_runtime::NoTrigger;
use kapelle_store::StoreError;

use super::executions::{run_of, whole};
use super::triggers::of_path;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views::why as view;

/// Records of occurrences that are looked through for the last one.
const SKIPS_READ: usize = 1_000;

/// Of an execution, or of the task run of it that the query names.
pub(crate) fn of_execution(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let (birth, id) = (execution.birth.clone(), execution.birth.id);
    let named = call.query.get("taskRunId").filter(|name| !name.is_empty());
    let run = named.map(|name| run_of(call.runtime(), &execution, name)).transpose()?;
    let revision = Some(birth.revision);
    let definition = call.runtime().definition(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
    let definition = definition.ok_or_else(|| ApiError::not_found("the flow of the execution"))?;
    let state = run.and_then(|run| execution.run(run)).map_or(execution.state(), TaskRun::state);
    let live = Live::restore(&definition.plan, execution)
        .map_err(|why| StoreError::Corrupt { what: format!("execution {id}"), why })?;
    let waiting = match run {
        Some(run) => why::of_run(&definition.plan, &live, run),
        None => why::of_execution(&definition.plan, &live),
    };
    let name = |run| call.runtime().run_id(id, run);
    Ok(Answer::json(&view::waiting(state, waiting.as_ref(), &name)))
}

pub(crate) fn of_trigger(call: &Call) -> Outcome<Answer> {
    let key = of_path(call)?;
    let row = call.runtime().trigger(&key)?.ok_or(NoTrigger::Missing)?;
    let last = match row.state.skipping {
        Some((since, _)) => {
            call.runtime().skips(&call.permit, &key, Millis(since.0.saturating_sub(1)), SKIPS_READ)?.pop()
        }
        None => None,
    };
    Ok(Answer::json(&view::of_trigger(&row, last.as_ref())))
}
