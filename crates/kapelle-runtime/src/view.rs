//! An execution in the shape that clients of the API know. What is secret is stars.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kapelle_core::expression::plain;
use kapelle_core::time::duration;
use kapelle_model::execution::{Execution, Kind};
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{History, Map, Millis, State, Value};
use serde_json::{Map as Object, Value as Json, json};

use crate::storage::{SCHEME, execution_folder, log_name, task_folder};

/// The type that says of an object that it is an encrypted text.
const ENCRYPTED: &str = "io.kestra.datatype:aes_encrypted";

/// Bytes that the values of an execution may have as JSON.
const BYTES_MAX: usize = 64 << 20;

/// An execution as JSON; the public ids of its task runs come from `run_id`, and which tasks log into files from
/// `logs_to_file`.
pub fn execution(
    execution: &Execution,
    run_id: &dyn Fn(RunIndex) -> String,
    logs_to_file: &dyn Fn(&str) -> bool,
) -> Json {
    let (birth, head) = (&execution.birth, &execution.head);
    let runs = execution.runs.iter().map(|run| task_run(execution, run, run_id, logs_to_file(&run.task)));
    let runs: Vec<Json> = runs.collect();
    let labels = head.labels.iter().map(|(key, value)| json!({"key": &**key, "value": &**value}));
    let origin = birth.origin.as_ref().map(
        |origin| json!({"id": &*origin.id, "type": &*origin.type_name, "variables": map(&origin.variables)}),
    );
    let kind = match birth.kind {
        Kind::Normal => None,
        Kind::Test => Some("TEST"),
        Kind::Playground => Some("PLAYGROUND"),
        Kind::Loop => Some("LOOP"),
    };
    let breakpoints: Vec<Json> = head
        .breakpoints
        .iter()
        .map(|breakpoint| json!({"id": &*breakpoint.task, "value": breakpoint.value.as_deref()}))
        .collect();
    object([
        ("tenantId", Some(birth.tenant.as_ref().into())),
        ("id", Some(birth.id.to_string().into())),
        ("namespace", Some(birth.namespace.as_ref().into())),
        ("flowId", Some(birth.flow.as_ref().into())),
        ("flowRevision", Some(birth.revision.into())),
        ("taskRunList", (!runs.is_empty()).then(|| runs.into())),
        ("inputs", (!birth.inputs.is_empty()).then(|| map(&birth.inputs.iter().map(sealed).collect()))),
        ("outputs", head.outputs.as_deref().map(|outputs| map(&without_nulls(outputs)))),
        ("labels", Some(labels.collect())),
        ("variables", (!head.variables.is_empty()).then(|| map(&head.variables))),
        ("state", Some(state(&head.history))),
        ("parentId", birth.replay_of.map(|id| id.to_string().into())),
        ("originalId", Some(birth.original.to_string().into())),
        ("trigger", origin),
        ("deleted", Some(false.into())),
        (
            "metadata",
            Some(
                json!({"attemptNumber": head.attempt, "originalCreatedDate": moment(birth.original_created)}),
            ),
        ),
        ("scheduleDate", birth.start.map(|start| moment(start.at).into())),
        ("kind", kind.map(Json::from)),
        ("breakpoints", (!breakpoints.is_empty()).then(|| breakpoints.into())),
    ])
}

/// A task run as JSON, with the place of its log if it logs into a file.
pub fn task_run(
    execution: &Execution,
    run: &TaskRun,
    run_id: &dyn Fn(RunIndex) -> String,
    logs_to_file: bool,
) -> Json {
    let birth = &execution.birth;
    let log_file = |number: u32| {
        let folder = execution_folder(&birth.namespace, &birth.flow, &birth.id.to_string());
        let folder = task_folder(&folder, &run.task, &run_id(run.index));
        format!("{SCHEME}/{folder}/{}", log_name(number))
    };
    let attempts = run.attempts.iter().zip(0..).map(|(attempt, number)| {
        let file = (logs_to_file && has_log(attempt)).then(|| log_file(number).into());
        object([("state", Some(state(attempt))), ("logFile", file)])
    });
    let attempts: Vec<Json> = attempts.collect();
    object([
        ("id", Some(run_id(run.index).into())),
        ("executionId", Some(birth.id.to_string().into())),
        ("namespace", Some(birth.namespace.as_ref().into())),
        ("flowId", Some(birth.flow.as_ref().into())),
        ("taskId", Some(run.task.as_ref().into())),
        ("parentTaskRunId", run.parent.map(|parent| run_id(parent).into())),
        ("value", run.value.as_deref().map(Json::from)),
        ("iteration", run.iteration.map(Json::from)),
        ("attempts", (!attempts.is_empty()).then(|| attempts.into())),
        ("outputs", run.outputs.as_deref().filter(|outputs| !outputs.is_empty()).map(map)),
        ("state", Some(state(&run.history))),
    ])
}

/// Whether it ran to an end that its worker told of: only then is there a file of its log.
fn has_log(attempt: &History) -> bool {
    let end = attempt.current();
    let ran = attempt.entries().any(|(state, _)| state == State::Running);
    ran && end.is_terminal() && end != State::Resubmitted
}

/// A state with its history.
pub fn state(history: &History) -> Json {
    let entries: Vec<(kapelle_model::State, Millis)> = history.entries().collect();
    let histories: Vec<Json> =
        entries.iter().map(|(state, at)| json!({"state": state.name(), "date": moment(*at)})).collect();
    let last = entries.last().map(|(_, at)| *at).unwrap_or_default();
    let is_over = history.current().is_terminal();
    let took = last.since(history.started());
    object([
        ("current", Some(history.current().name().into())),
        ("histories", Some(histories.into())),
        ("duration", is_over.then(|| duration::format(jiff::SignedDuration::from_millis(took)).into())),
        ("startDate", Some(moment(history.started()).into())),
        ("endDate", is_over.then(|| moment(last).into())),
    ])
}

fn object<const N: usize>(entries: [(&str, Option<Json>); N]) -> Json {
    let present = entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(present.collect::<Object<_, _>>())
}

/// An input that is secret, in the shape that clients know: they take it for encrypted, and hide it.
fn sealed((name, value): (&std::sync::Arc<str>, &Value)) -> (std::sync::Arc<str>, Value) {
    let is_secret = match value {
        Value::Secret(_) => true,
        Value::Str(text) => text.has_secret() && text.clone().into_secret() == *text,
        _ => false,
    };
    if !is_secret {
        return (name.clone(), value.clone());
    }
    let shape = [("type", Value::from(ENCRYPTED)), ("value", value.clone())];
    let shape: Map = shape.into_iter().map(|(name, value)| (name.into(), value)).collect();
    (name.clone(), Value::Map(shape.into()))
}

/// An output that has no value is not shown.
fn without_nulls(outputs: &Map) -> Map {
    let present = outputs.iter().filter(|(_, value)| **value != Value::Null);
    present.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Values as JSON.
pub fn map(map: &Map) -> Json {
    let value = Value::Map(std::sync::Arc::new(map.clone()));
    let text = plain::to_json(&value, &TimeZone::UTC, true, BYTES_MAX);
    text.ok().and_then(|text| serde_json::from_str(text.expose()).ok()).unwrap_or_default()
}

fn moment(at: Millis) -> String {
    // Clients compare such texts with each other: all have the same number of digits.
    format!("{:.3}", Timestamp::from_millisecond(at.0).unwrap_or_default())
}
