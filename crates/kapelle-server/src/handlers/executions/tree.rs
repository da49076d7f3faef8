//! Task runs of one group of an execution by windows, so that one of many thousands can be shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_engine::live::Live;
use kapelle_engine::why;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_runtime::Definition;
use serde_json::{Value as Json, json};

use super::{run_of, whole};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::WINDOW_MAX;
use crate::views::{self, moment};

/// Rows of a window, unless the query says it.
const WINDOW: usize = 100;

/// The task runs directly below one, or below none, with counts of all of them.
pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let id = execution.birth.id;
    let parent = call.query.get("parent").filter(|name| !name.is_empty());
    let parent = parent.map(|name| run_of(call.runtime(), &execution, name)).transpose()?;
    let (from, count) = (call.number("from")?.unwrap_or(0), call.number("count")?.unwrap_or(WINDOW));
    if count > WINDOW_MAX {
        return Err(ApiError::invalid_entity(format!("count: a window has at most {WINDOW_MAX} rows")));
    }
    let states: Vec<&str> = call.query.all("state").collect();
    let mut below: BTreeMap<Option<RunIndex>, usize> = BTreeMap::new();
    for run in &execution.runs {
        *below.entry(run.parent).or_default() += 1;
    }
    let own = || execution.runs.iter().filter(|run| run.parent == parent);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    own().for_each(|run| *counts.entry(run.state().name()).or_default() += 1);
    let has_state = |run: &&TaskRun| states.is_empty() || states.contains(&run.state().name());
    let causes = causes(call, &execution)?;
    let name = |run| call.runtime().run_id(id, run);
    let rows = own().filter(has_state).skip(from).take(count).map(|run| {
        let below = below.get(&Some(run.index)).copied().unwrap_or(0);
        let mut row = row(run, &name(run.index), below);
        if let Some(waiting) =
            causes.as_ref().and_then(|(definition, live)| why::of_run(&definition.plan, live, run.index))
        {
            row["cause"] = views::why::row(&waiting, &name);
        }
        row
    });
    Ok(Answer::json(&json!({
        "rows": rows.collect::<Vec<_>>(),
        "from": from,
        "total": own().filter(has_state).count(),
        "counts": counts,
        "version": execution.head.version,
    })))
}

/// What tells why task runs stand still; nothing, if the execution is over.
fn causes(call: &Call, execution: &Execution) -> Outcome<Option<(Arc<Definition>, Live)>> {
    if execution.state().is_terminal() {
        return Ok(None);
    }
    let birth = &execution.birth;
    let revision = Some(birth.revision);
    let definition = call.runtime().definition(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
    let Some(definition) = definition else { return Ok(None) };
    let live = Live::restore(&definition.plan, execution.clone());
    Ok(live.ok().map(|live| (definition, live)))
}

fn row(run: &TaskRun, name: &str, below: usize) -> Json {
    json!({
        "id": name,
        "taskId": &*run.task,
        "value": run.value.as_deref(),
        "iteration": run.iteration,
        "state": run.state().name(),
        "since": moment(run.history.since()),
        "attempts": run.attempts.len(),
        "children": below,
    })
}
