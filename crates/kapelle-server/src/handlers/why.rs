//! Why executions, task runs and triggers do not move.

use kapelle_engine::live::Live;
use kapelle_engine::why;
use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::execution::Execution;
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{ExecutionId, Millis};
use kapelle_runtime::{NoTrigger, UsedLimit};
use kapelle_store::StoreError;
use kapelle_store::filter::Filter;
use kapelle_store::listing::Page;
use serde_json::{Value as Json, json};

use super::executions::{header, run_of, whole};
use super::triggers::of_path;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views::{moment, why as view};

/// Records of occurrences that are looked through for the last one.
const SKIPS_READ: usize = 1_000;

/// Of an execution, or of the task run of it that the query names.
pub(crate) fn of_execution(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let named = call.query.get("taskRunId").filter(|name| !name.is_empty());
    let run = named.map(|name| run_of(call.runtime(), &execution, name)).transpose()?;
    explained(call, execution, run)
}

/// Of a task run, by nothing but its own id.
pub(crate) fn of_task_run(call: &Call) -> Outcome<Answer> {
    let name = call.variable("id");
    let missing = || ApiError::not_found(format!("Task run not found: {name}"));
    let (age, run) = call.runtime().run_named(name).ok_or_else(missing)?;
    // The first one that is not older is it, or it is gone.
    let after = ExecutionId((u128::from(age) << 64).wrapping_sub(1));
    let found = call.store().executions(&call.permit, &Filter::default(), &Page::oldest(1, Some(after)))?;
    let header = found.rows.first().filter(|header| (header.birth.id.0 >> 64) as u64 == age);
    let execution = whole(call, &header.ok_or_else(missing)?.birth.id.to_string()).map_err(|_| missing())?;
    execution.run(run).ok_or_else(missing)?;
    explained(call, execution, Some(run))
}

fn explained(call: &Call, execution: Execution, run: Option<RunIndex>) -> Outcome<Answer> {
    let id = execution.birth.id;
    let state = run.and_then(|run| execution.run(run)).map_or(execution.state(), TaskRun::state);
    let mut waiting = waiting(call, execution, run)?;
    if let Some(waiting) = &mut waiting {
        renew(call, id, &mut waiting.cause);
    }
    let name = |run| call.runtime().run_id(id, run);
    let mut json = view::waiting(state, waiting.as_ref(), &name);
    if let Some(waiting) = &waiting
        && let Json::Object(facts) = around(call, id, &waiting.cause)
    {
        json["facts"].as_object_mut().into_iter().for_each(|known| known.extend(facts.clone()));
    }
    Ok(Answer::json(&json))
}

fn waiting(call: &Call, execution: Execution, run: Option<RunIndex>) -> Outcome<Option<Waiting>> {
    let (birth, id) = (execution.birth.clone(), execution.birth.id);
    let revision = Some(birth.revision);
    let definition = call.runtime().definition(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
    let definition = definition.ok_or_else(|| ApiError::not_found("the flow of the execution"))?;
    let live = Live::restore(&definition.plan, execution)
        .map_err(|why| StoreError::Corrupt { what: format!("execution {id}"), why })?;
    Ok(match run {
        Some(run) => why::of_run(&definition.plan, &live, run),
        None => why::of_execution(&definition.plan, &live),
    })
}

/// A limit is what the latest revision of the flow says, which may not be that of the execution.
fn renew(call: &Call, id: ExecutionId, cause: &mut Cause) {
    if let Cause::Concurrency { limit, size } = cause
        && let Some(used) = call.runtime().queued(id).and_then(|queued| queued.limits.into_iter().next())
    {
        (*limit, *size) = (used.name, used.size);
    }
}

/// What only the runtime knows of a cause: who is before it.
fn around(call: &Call, id: ExecutionId, cause: &Cause) -> Json {
    match cause {
        Cause::Concurrency { .. } => match call.runtime().queued(id) {
            Some(queued) => json!({
                "before": queued.before,
                "place": queued.before + 1,
                "limits": queued.limits.iter().map(|limit| used(call, limit)).collect::<Vec<_>>(),
            }),
            None => Json::Null,
        },
        Cause::Worker | Cause::WorkersBusy => {
            let load = call.runtime().worker_load();
            json!({"slots": load.slots, "running": load.running, "jobsWaiting": load.waiting})
        }
        _ => Json::Null,
    }
}

/// A limit with those who have its places, as far as the caller may see them.
fn used(call: &Call, limit: &UsedLimit) -> Json {
    let seen = limit.holders.iter().filter_map(|id| header(call, &id.to_string()).ok());
    let holders = seen.map(|header| {
        let history = &header.head.history;
        json!({
            "executionId": header.birth.id.to_string(),
            "state": history.current().name(),
            "since": moment(header.head.opened),
            "ageMs": call.runtime().now().since(header.head.opened).max(0),
        })
    });
    json!({
        "name": &*limit.name,
        "size": limit.size,
        "running": limit.running,
        "holders": holders.collect::<Vec<_>>(),
    })
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
