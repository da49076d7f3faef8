//! The topology of the flow of an execution, with its task runs, and with those of executions that it started.

use std::sync::Arc;

use kapelle_model::Node;
use kapelle_model::execution::{Birth, Execution};
use kapelle_model::flow::Task;
use kapelle_store::flow::{FlowRevision, Which};
use serde_json::Value as Json;

use super::{shown, whole};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::handlers::flows::graph::{drawn, started, wanted};
use crate::views::flow::root;
use crate::views::graph::{last_run, of_executions};

pub(crate) fn of_execution(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let flow = flow_of(call, &execution.birth)?;
    let flow = flow.ok_or_else(|| ApiError::not_found("the flow of the execution"))?;
    let wanted = wanted(call)?;
    let (mut executions, mut failed) = (vec![(String::new(), shown(call.runtime(), &execution))], None);
    let mut inside = |uid: &str, task: &Task| {
        let found = wanted.contains(uid).then(|| found(call, &flow.source, &mut executions, uid, task))?;
        found.unwrap_or_else(|error| {
            failed = Some(error);
            None
        })
    };
    let graph = drawn(&flow.source, &mut inside)?;
    failed.map_or_else(|| Ok(Answer::json(&of_executions(graph, &executions))), Err)
}

/// The document of the flow that a task started, or would start. What it started is added to the executions.
fn found(
    call: &Call,
    around: &str,
    executions: &mut Vec<(String, Json)>,
    uid: &str,
    task: &Task,
) -> Outcome<Option<Node>> {
    let is_around =
        |outer: &str| outer.is_empty() || uid.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    let nearest =
        executions.iter().filter(|(outer, _)| is_around(outer)).max_by_key(|(outer, _)| outer.len());
    let run = nearest.and_then(|(_, execution)| last_run(execution, &Json::from(task.id.value.as_str())));
    let child = run.and_then(|run| run["outputs"]["executionId"].as_str());
    // One that is gone, or of others, is as good as none.
    let child: Option<Execution> = child.and_then(|id| whole(call, id).ok());
    let Some(child) = child else {
        // What stands in it did not run, whatever has the same name outside.
        executions.push((uid.to_owned(), Json::Null));
        return Ok(started(call, around, task)?.and_then(|flow| root(&flow.source)));
    };
    let flow = flow_of(call, &child.birth)?;
    executions.push((uid.to_owned(), shown(call.runtime(), &child)));
    Ok(flow.and_then(|flow| root(&flow.source)))
}

fn flow_of(call: &Call, birth: &Birth) -> Outcome<Option<Arc<FlowRevision>>> {
    let which = Which::Exactly(birth.revision);
    Ok(call.store().flow(&birth.tenant, &birth.namespace, &birth.flow, which)?)
}
