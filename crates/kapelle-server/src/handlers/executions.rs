//! Executions: found, created, read.

pub(crate) mod actions;
pub(crate) mod bulk;
pub(crate) mod changes;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod files;
pub(crate) mod follow;
pub(crate) mod given;
pub(crate) mod graph;
pub(crate) mod related;
pub(crate) mod rendered;
pub(crate) mod search;
pub(crate) mod statistics;
pub(crate) mod task_runs;
pub(crate) mod tree;
pub(crate) mod validate;

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::ExecutionId;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::RunIndex;
use kapelle_runtime::{Runtime, view};
use kapelle_store::flow::Which;
use kapelle_store::listing::Header;
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views;

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("Execution not found: {id}"))
}

/// The execution that the path names, without its task runs, if the caller may see it.
pub(crate) fn header(call: &Call, id: &str) -> Outcome<Header> {
    let parsed = ExecutionId::parse(id).ok_or_else(|| missing(id))?;
    let header = call.store().header(parsed)?;
    let own = header.filter(|header| is_own(call, &header.birth.tenant, &header.birth.namespace));
    own.ok_or_else(|| missing(id))
}

fn is_own(call: &Call, tenant: &str, namespace: &str) -> bool {
    *tenant == *call.tenant && call.may_see(namespace)
}

pub(crate) fn whole(call: &Call, id: &str) -> Outcome<Execution> {
    let parsed = ExecutionId::parse(id).ok_or_else(|| missing(id))?;
    let found = call.runtime().execution(parsed)?;
    let own = found.filter(|execution| is_own(call, &execution.birth.tenant, &execution.birth.namespace));
    own.ok_or_else(|| missing(id))
}

/// The same only to look at: a large one is read once for all windows on it.
pub(crate) fn seen(call: &Call, id: &str) -> Outcome<Arc<Execution>> {
    call.app.recent.of(&header(call, id)?, || whole(call, id))
}

pub(crate) fn shown(runtime: &Runtime, execution: &Execution) -> Json {
    let id = execution.birth.id;
    view::execution(execution, &|run| runtime.run_id(id, run), &|task| {
        runtime.logs_to_file(&execution.birth, task)
    })
}

/// An execution without its task runs, of which there may be very many.
fn alone(Header { birth, head }: Header) -> Execution {
    Execution { birth, head, runs: Vec::new(), children: BTreeMap::new() }
}

/// Whether task runs are to be left out of what is shown of executions.
fn is_alone(call: &Call) -> bool {
    call.query.flag("taskRuns") == Some(false)
}

/// The answer that is an execution as it is kept.
pub(crate) fn answer(call: &Call, id: &str) -> Outcome<Answer> {
    Ok(Answer::json(&shown(call.runtime(), &whole(call, id)?)))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    if is_alone(call) {
        let header = header(call, call.variable("id"))?;
        return Ok(Answer::json(&shown(call.runtime(), &alone(header))));
    }
    answer(call, call.variable("id"))
}

/// The task run with this public id.
pub(crate) fn run_of(runtime: &Runtime, execution: &Execution, name: &str) -> Outcome<RunIndex> {
    let own = (execution.birth.id.0 >> 64) as u64;
    let found = runtime.run_named(name).filter(|(age, run)| *age == own && execution.run(*run).is_some());
    found.map(|(_, run)| run).ok_or_else(|| ApiError::not_found(format!("Task run not found: {name}")))
}

/// The flow that an execution runs, in its revision.
pub(crate) fn flow(call: &Call) -> Outcome<Answer> {
    let birth = header(call, call.variable("id"))?.birth;
    let which = Which::Exactly(birth.revision);
    let flow = call.store().flow(&birth.tenant, &birth.namespace, &birth.flow, which)?;
    let flow = flow.ok_or_else(|| ApiError::not_found("the flow of the execution"))?;
    Ok(Answer::json(&views::flow::flow(&flow)))
}

/// Renders a text as the execution sees it.
pub(crate) fn eval(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let run = call.variables.get("run").map(|name| run_of(call.runtime(), &execution, name)).transpose()?;
    let rendered = call.runtime().eval(execution.birth.id, run, call.text()?)?;
    let rendered = rendered.ok_or_else(|| missing(call.variable("id")))?;
    Ok(Answer::json(&match rendered {
        Ok(text) => serde_json::json!({"result": text.map_or_else(String::new, |text| text.masked())}),
        Err(words) => serde_json::json!({"error": words, "stackTrace": ""}),
    }))
}

/// The outputs of the flow.
pub(crate) fn outputs(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let outputs = execution.head.outputs.as_deref();
    Ok(Answer::json(&outputs.map_or_else(|| serde_json::json!({}), view::map)))
}

/// Which task runs have outputs.
pub(crate) fn runs_with_outputs(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let id = execution.birth.id;
    let has_outputs = |run: &&kapelle_model::task_run::TaskRun| {
        run.outputs.as_deref().is_some_and(|outputs| !outputs.is_empty())
    };
    let rows = execution.runs.iter().filter(has_outputs).map(|run| {
        let mut row = serde_json::json!({
            "taskId": &*run.task, "taskRunId": call.runtime().run_id(id, run.index), "inline": true
        });
        if let Some(value) = &run.value {
            row["value"] = (**value).into();
        }
        if let Some(iteration) = run.iteration {
            row["iteration"] = iteration.into();
        }
        row
    });
    Ok(Answer::json(&rows.collect()))
}

pub(crate) fn outputs_of_run(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let index = run_of(call.runtime(), &execution, call.variable("run"))?;
    let outputs = execution.run(index).and_then(|run| run.outputs.as_deref());
    Ok(Answer::json(&outputs.map_or_else(|| serde_json::json!({}), view::map)))
}
