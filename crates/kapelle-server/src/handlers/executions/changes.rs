//! What is different in an execution from the last one of its flow that succeeded, and what differs between two.

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_model::State;
use kapelle_model::execution::{Birth, Execution};
use kapelle_model::permit::Permit;
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_store::filter::{Condition, Filter, Range, Test};
use kapelle_store::listing::Page;
use kapelle_store::logs::{LogFilter, LogLine, LogPage};
use serde_json::{Value as Json, json};

use super::whole;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::gate::{Action, Resource};
use crate::handlers::logs::shown;
use crate::views::{difference, moment, value};

/// The last lines of what failed that are shown.
const TAIL: u32 = 20;

/// Attempts that are told.
const ATTEMPTS_MAX: usize = 50;

/// Lines of each log that are compared.
const COMPARED: u32 = 10_000;

pub(crate) async fn changes(call: Arc<Call>) -> Outcome<Answer> {
    let logs = of_logs(&call).await;
    let asking = Arc::clone(&call);
    call.app.blocking(move || read(&asking, logs.as_ref())).await
}

/// Two executions beside each other.
pub(crate) async fn compare(call: Arc<Call>) -> Outcome<Answer> {
    let logs = of_logs(&call).await;
    let asking = Arc::clone(&call);
    call.app.blocking(move || compared(&asking, logs.as_ref())).await
}

/// Lines of logs need a right of their own; without it they are left out.
async fn of_logs(call: &Call) -> Option<Permit> {
    call.permit_for(Resource::Log, Action::View).await.ok()
}

fn read(call: &Call, logs: Option<&Permit>) -> Outcome<Answer> {
    let now = whole(call, call.variable("id"))?;
    let before = last_success(call, &now)?;
    let mut json = json!({
        "now": difference::side(&now),
        "lastSuccess": before.as_ref().map(difference::side),
        "failure": failure(call, &now, logs)?,
    });
    if let Some(before) = &before {
        json["changes"] = between(before, &now);
    }
    Ok(Answer::json(&json))
}

/// The newest one of the same flow and kind that was created before it and succeeded.
fn last_success(call: &Call, of: &Execution) -> Outcome<Option<Execution>> {
    let birth: &Birth = &of.birth;
    let until = Some(of.head.history.started());
    let is = |text: &str| Test::Is(text.to_owned());
    let filter = Filter::of([
        Condition::Namespace(is(&birth.namespace)),
        Condition::Flow(is(&birth.flow)),
        Condition::State(BTreeSet::from([State::Success])),
        Condition::Kind(vec![birth.kind]),
        Condition::Started(Range { from: None, until }),
    ]);
    let found = call.store().executions(&call.permit, &filter, &Page::newest(1))?.rows;
    let found = found.first().map(|header| call.runtime().execution(header.birth.id)).transpose()?;
    Ok(found.flatten())
}

fn between(before: &Execution, now: &Execution) -> Json {
    let (one, two) = (before.birth.revision, now.birth.revision);
    let delay = |execution: &Execution| difference::start_delay(&execution.head.history);
    json!({
        "revision": {"before": one, "now": two, "changed": one != two},
        "inputs": difference::maps(&before.birth.inputs, &now.birth.inputs),
        "variables": difference::maps(&before.head.variables, &now.head.variables),
        "labels": difference::labels(&before.head.labels, &now.head.labels),
        "startDelayMs": {"before": delay(before), "now": delay(now)},
    })
}

/// What failed first, with the end of its log; nothing, if nothing did.
fn failure(call: &Call, execution: &Execution, logs: Option<&Permit>) -> Outcome<Json> {
    if execution.state() != State::Failed {
        return Ok(Json::Null);
    }
    let id = execution.birth.id;
    let first = first_failed(execution);
    let lines = match logs {
        Some(permit) => tail(call, permit, execution, first.map(|run| run.index))?,
        None => Vec::new(),
    };
    let lines: Vec<Json> = lines.iter().map(|line| shown(&call.app, line)).collect();
    Ok(match first {
        Some(run) => json!({
            "taskRunId": call.runtime().run_id(id, run.index),
            "taskId": &*run.task,
            "value": run.value.as_deref(),
            "message": run.failure().map(|failure| failure.message.masked()),
            "exitCode": run.outputs.as_deref().and_then(|outputs| outputs.get("exitCode")).map(value),
            "attempts": attempts(run),
            "lastLines": lines,
        }),
        None => json!({"taskRunId": null, "lastLines": lines}),
    })
}

/// The task run that failed before all others, and not because one below it did.
pub(super) fn first_failed(execution: &Execution) -> Option<&TaskRun> {
    let failed = || execution.runs.iter().filter(|run| run.state() == State::Failed);
    let parents: BTreeSet<RunIndex> = failed().filter_map(|run| run.parent).collect();
    let leaves = failed().filter(|run| !parents.contains(&run.index));
    leaves.min_by_key(|run| (run.history.since(), run.index))
}

fn attempts(run: &TaskRun) -> Json {
    let told = run.attempts.iter().take(ATTEMPTS_MAX).map(|attempt| {
        json!({
            "state": attempt.current().name(),
            "started": moment(attempt.started()),
            "durationMs": difference::length(attempt),
        })
    });
    told.collect()
}

fn tail(call: &Call, permit: &Permit, execution: &Execution, run: Option<RunIndex>) -> Outcome<Vec<LogLine>> {
    let filter = LogFilter { run, ..LogFilter::of(execution.birth.id) };
    let page = LogPage { offset: 0, size: TAIL, is_newest_first: true, is_counted: false };
    let mut lines = call.store().logs(permit, &filter, &page)?.rows;
    lines.reverse();
    Ok(lines)
}

fn compared(call: &Call, logs: Option<&Permit>) -> Outcome<Answer> {
    let one = whole(call, call.required("a")?)?;
    let two = whole(call, call.required("b")?)?;
    let (tasks, outputs) = difference::of_tasks(&one, &two);
    let of_flow = |execution: &Execution| execution.head.outputs.clone().unwrap_or_default();
    let log = logs.map(|permit| first_differing_line(call, permit, &one, &two)).transpose()?;
    Ok(Answer::json(&json!({
        "a": difference::side(&one),
        "b": difference::side(&two),
        "changes": between(&one, &two),
        "tasks": tasks,
        "outputs": {"flow": difference::maps(&of_flow(&one), &of_flow(&two)), "tasks": outputs},
        "log": log,
    })))
}

/// The first line that is not the same in both logs, whenever it was said.
fn first_differing_line(call: &Call, permit: &Permit, one: &Execution, two: &Execution) -> Outcome<Json> {
    let lines = |execution: &Execution| {
        let filter = LogFilter::of(execution.birth.id);
        let page = LogPage { offset: 0, size: COMPARED, is_newest_first: false, is_counted: false };
        call.store().logs(permit, &filter, &page)
    };
    let (one, two) = (lines(one)?.rows, lines(two)?.rows);
    let length = one.len().max(two.len());
    let differ = |at: &usize| said(one.get(*at)) != said(two.get(*at));
    let place = (0..length).find(differ);
    let at = |lines: &[LogLine], place: usize| lines.get(place).map(|line| shown(&call.app, line));
    Ok(json!({
        "compared": length,
        "isWhole": length < COMPARED as usize,
        "firstDifference": place.map(|place| json!({"line": place, "a": at(&one, place), "b": at(&two, place)})),
    }))
}

type Said<'l> = Option<(Option<&'l str>, kapelle_model::effect::Level, &'l str)>;

fn said(line: Option<&LogLine>) -> Said<'_> {
    line.map(|line| (line.task.as_deref(), line.level, &*line.message))
}
