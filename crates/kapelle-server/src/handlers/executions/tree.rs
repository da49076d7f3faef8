//! Task runs of an execution by windows, so that one of many thousands can be shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_engine::live::Live;
use kapelle_engine::why;
use kapelle_model::State;
use kapelle_model::execution::Execution;
use kapelle_model::task_run::TaskRun;
use kapelle_runtime::{Definition, view};
use serde_json::{Value as Json, json};

use super::actions::state_of;
use super::{run_of, seen};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::WINDOW_MAX;
use crate::views;
use crate::views::tree::{Branch, Tree, Wanted, counts, extent};

/// Rows of a window, unless the query says it.
const WINDOW: usize = 100;

/// Task runs below one, or below none, and what is below those that are open, with counts of all of them.
pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let execution = seen(call, call.variable("id"))?;
    let id = execution.birth.id;
    let parent = call.query.get("parent").filter(|name| !name.is_empty());
    let parent = parent.map(|name| run_of(call.runtime(), &execution, name)).transpose()?;
    let (from, count) = (call.number("from")?.unwrap_or(0), call.number("count")?.unwrap_or(WINDOW));
    if count > WINDOW_MAX {
        return Err(ApiError::invalid_entity(format!("count: a window has at most {WINDOW_MAX} rows")));
    }
    let tree = Tree::new(&execution.runs, call.runtime().now());
    let rows = tree.rows(parent, &wanted(call, &execution)?);
    let total = rows.len();
    let (causes, critical) = (causes(call, &execution)?, tree.critical());
    let name = |run| call.runtime().run_id(id, run);
    let rows = rows.iter().skip(from).take(count).map(|row| {
        let index = row.run.index;
        let mut json = tree.row(row, critical.contains(&index), &name);
        let waiting =
            causes.as_ref().and_then(|(definition, live)| why::of_run(&definition.plan, live, index));
        if let Some(waiting) = waiting {
            json["cause"] = views::why::row(&waiting, &name);
        }
        json
    });
    let mut answer = json!({
        "rows": rows.collect::<Vec<_>>(),
        "from": from,
        "total": total,
        "counts": counts(tree.below(parent)),
        "version": execution.head.version,
    });
    answer["extent"] = extent(&execution.runs);
    Ok(Answer::json(&answer))
}

/// One task run of an execution, as executions show it, and why it failed.
pub(crate) fn one(call: &Call) -> Outcome<Answer> {
    let execution = seen(call, call.variable("id"))?;
    let index = run_of(call.runtime(), &execution, call.variable("run"))?;
    let missing = || ApiError::not_found(format!("Task run not found: {}", call.variable("run")));
    let run = execution.run(index).ok_or_else(missing)?;
    let name = |run| call.runtime().run_id(execution.birth.id, run);
    let logs_to_file = call.runtime().logs_to_file(&execution.birth, &run.task);
    let mut json = view::task_run(&execution, run, &name, logs_to_file);
    json["failure"] = run.failure().map_or(Json::Null, |failure| failure.message.masked().into());
    Ok(Answer::json(&json))
}

/// How many task runs are in which state: of all, and of each task.
pub(crate) fn progress(call: &Call) -> Outcome<Answer> {
    let execution = seen(call, call.variable("id"))?;
    let all: Vec<&TaskRun> = execution.runs.iter().collect();
    let mut tasks: BTreeMap<&str, Vec<&TaskRun>> = BTreeMap::new();
    if call.query.is_set("tasks") {
        for run in &all {
            tasks.entry(&run.task).or_default().push(run);
        }
    }
    let tasks: Vec<Json> = tasks
        .iter()
        .map(|(task, runs)| {
            let last = runs.last().map(|run| run.state().name());
            json!({"taskId": task, "counts": counts(runs), "last": last})
        })
        .collect();
    Ok(Answer::json(&json!({"counts": counts(&all), "tasks": tasks, "version": execution.head.version})))
}

fn wanted(call: &Call, execution: &Execution) -> Outcome<Wanted> {
    let run = |name: &str| run_of(call.runtime(), execution, name);
    let text = |name: &str| call.query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(Wanted {
        open: call
            .query
            .all("open")
            .map(|text| {
                let (name, branch) = text.split_once('~').unwrap_or((text, ""));
                Ok((run(name)?, branch_of(branch)?))
            })
            .collect::<Outcome<_>>()?,
        closed: call.query.all("closed").map(run).collect::<Outcome<_>>()?,
        unfold: call.number("unfold")?.unwrap_or(0),
        states: call
            .query
            .all("state")
            .map(|state| state_of(Some(state), State::Created))
            .collect::<Outcome<_>>()?,
        task: text("task"),
        text: text("q").map(|text| text.to_lowercase()),
    })
}

/// `FAILED,KILLED` for children in these states, `10-99` for those of these iterations, nothing for all.
fn branch_of(text: &str) -> Outcome<Branch> {
    let mut branch = Branch::default();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        if part.starts_with(|first: char| first.is_ascii_digit()) {
            let wrong = || ApiError::invalid_entity(format!("open: `{part}` is no range such as 10-99"));
            let (from, until) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| text.parse().map_err(|_| wrong());
            branch.iterations = Some((number(from)?, number(until)?));
        } else {
            branch.states.push(state_of(Some(part), State::Created)?);
        }
    }
    Ok(branch)
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
