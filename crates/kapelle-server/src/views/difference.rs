//! What differs between two executions, as JSON. What is secret is compared as it is and shown as stars.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::execution::{Execution, Labels};
use kapelle_model::task_run::TaskRun;
use kapelle_model::{History, Map, State};
use serde_json::{Map as Object, Value as Json, json};

use super::{moment, value};

/// Entries of one comparison that are shown.
const ENTRIES_MAX: usize = 200;

/// Bytes of a value that is shown whole.
const VALUE_MAX: usize = 4_096;

/// Entries of two maps that differ, by name: what is only in one of them, and what is another value.
pub(crate) fn maps(before: &Map, now: &Map) -> Json {
    let mut names: Vec<&Arc<str>> = before.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let differ = names.into_iter().filter(|name| before.get(&***name) != now.get(&***name));
    let entry = |name: &Arc<str>| {
        let shown = |map: &Map| map.get(&**name).map_or(Json::Null, |found| short(value(found)));
        entry(
            name,
            kind(before.contains_key(&**name), now.contains_key(&**name)),
            &shown(before),
            &shown(now),
        )
    };
    differ.take(ENTRIES_MAX).map(entry).collect()
}

/// Labels that differ, without those that every execution has its own of.
pub(crate) fn labels(before: &Labels, now: &Labels) -> Json {
    let of = |labels: &Labels| -> BTreeMap<Arc<str>, Arc<str>> {
        labels.iter().filter(|(key, _)| &**key != "system.correlationId").cloned().collect()
    };
    let (before, now) = (of(before), of(now));
    let mut names: Vec<&Arc<str>> = before.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let differ = names.into_iter().filter(|name| before.get(*name) != now.get(*name));
    let entry = |name: &Arc<str>| {
        let shown = |labels: &BTreeMap<Arc<str>, Arc<str>>| {
            labels.get(name).map_or(Json::Null, |text| (**text).into())
        };
        entry(name, kind(before.contains_key(name), now.contains_key(name)), &shown(&before), &shown(&now))
    };
    differ.take(ENTRIES_MAX).map(entry).collect()
}

fn entry(name: &str, kind: &str, before: &Json, now: &Json) -> Json {
    json!({"name": name, "kind": kind, "before": before, "now": now})
}

const fn kind(was_there: bool, is_there: bool) -> &'static str {
    match (was_there, is_there) {
        (false, _) => "ADDED",
        (true, false) => "REMOVED",
        (true, true) => "CHANGED",
    }
}

/// A value that is too large to be compared by eye is cut.
fn short(value: Json) -> Json {
    let text = value.to_string();
    if text.len() <= VALUE_MAX {
        return value;
    }
    let beginning: String = text.chars().take(VALUE_MAX / 4).collect();
    json!({"cut": beginning, "bytes": text.len()})
}

/// Milliseconds from its creation to the moment at which it first ran; nothing, if it never did.
pub(crate) fn start_delay(history: &History) -> Option<i64> {
    let first = history.entries().find(|(state, _)| *state == State::Running);
    first.map(|(_, at)| at.since(history.started()))
}

/// Milliseconds from its beginning to its end; nothing while it is open.
pub(crate) fn length(history: &History) -> Option<i64> {
    let is_over = history.current().is_terminal();
    is_over.then(|| history.since().since(history.started()))
}

/// An execution in a comparison.
pub(crate) fn side(execution: &Execution) -> Json {
    let (birth, history) = (&execution.birth, &execution.head.history);
    json!({
        "executionId": birth.id.to_string(),
        "namespace": &*birth.namespace,
        "flowId": &*birth.flow,
        "revision": birth.revision,
        "state": history.current().name(),
        "started": moment(history.started()),
        "durationMs": length(history),
        "startDelayMs": start_delay(history),
    })
}

/// The task runs of one task, together.
#[derive(Default)]
struct Task<'e> {
    runs: usize,
    millis: i64,
    last: Option<&'e TaskRun>,
}

fn tasks(execution: &Execution) -> BTreeMap<&str, Task<'_>> {
    let mut tasks: BTreeMap<&str, Task<'_>> = BTreeMap::new();
    for run in &execution.runs {
        let task = tasks.entry(&run.task).or_default();
        task.runs += 1;
        task.millis += length(&run.history).unwrap_or(0);
        task.last = Some(run);
    }
    tasks
}

/// Times and states of tasks side by side, in the order in which they began; and outputs that differ of tasks that ran
/// once in both.
pub(crate) fn of_tasks(one: &Execution, two: &Execution) -> (Json, Json) {
    let (first, second) = (tasks(one), tasks(two));
    let mut names: Vec<&str> = Vec::new();
    for run in one.runs.iter().chain(&two.runs) {
        if names.len() < ENTRIES_MAX && !names.contains(&&*run.task) {
            names.push(&run.task);
        }
    }
    let side = |task: Option<&Task<'_>>| match task {
        Some(task) => json!({
            "runs": task.runs, "durationMs": task.millis, "state": task.last.map(|run| run.state().name()),
        }),
        None => Json::Null,
    };
    let rows = names
        .iter()
        .map(|name| json!({"taskId": name, "a": side(first.get(name)), "b": side(second.get(name))}));
    let mut outputs = Object::new();
    for name in &names {
        let single = |tasks: &BTreeMap<&str, Task<'_>>| {
            let task = tasks.get(name).filter(|task| task.runs == 1)?;
            Some(task.last?.outputs.clone().unwrap_or_default())
        };
        if let (Some(one), Some(two)) = (single(&first), single(&second)) {
            let differ = maps(&one, &two);
            if differ.as_array().is_some_and(|entries| !entries.is_empty()) {
                outputs.insert((*name).to_owned(), differ);
            }
        }
    }
    (rows.collect(), Json::Object(outputs))
}

#[cfg(test)]
mod tests {
    use kapelle_model::{Millis, Text, Value};

    use super::*;

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().map(|(name, value)| (Arc::from(*name), value.clone())).collect()
    }

    #[test]
    fn only_what_differs_is_told_and_in_which_way() {
        let before = map(&[("same", Value::Int(1)), ("gone", Value::Int(2)), ("other", "a".into())]);
        let now = map(&[("same", Value::Int(1)), ("new", Value::Int(3)), ("other", "b".into())]);
        let told = json!([
            {"name": "gone", "kind": "REMOVED", "before": 2, "now": null},
            {"name": "new", "kind": "ADDED", "before": null, "now": 3},
            {"name": "other", "kind": "CHANGED", "before": "a", "now": "b"},
        ]);
        assert_eq!(maps(&before, &now), told);
    }

    #[test]
    fn a_secret_that_differs_is_named_and_not_shown() {
        let secret = |text: &str| map(&[("key", Value::Str(Text::from(text).into_secret()))]);
        let told = maps(&secret("hunter2"), &secret("hunter3"));
        assert_eq!((&told[0]["name"], &told[0]["kind"]), (&json!("key"), &json!("CHANGED")));
        assert!(!told.to_string().contains("hunter"), "{told}");
        assert_eq!(maps(&secret("a"), &secret("a")), json!([]));
    }

    #[test]
    fn a_large_value_is_cut() {
        let now = map(&[("large", "x".repeat(10_000).as_str().into())]);
        let told = maps(&Map::new(), &now);
        assert_eq!(told[0]["now"]["bytes"], 10_002);
        assert!(told.to_string().len() < 2_000);
    }

    #[test]
    fn it_takes_from_its_creation_to_its_first_run_to_start() {
        let mut history = History::new(State::Created, Millis(100));
        assert_eq!((start_delay(&history), length(&history)), (None, None));
        history.push(State::Running, Millis(130));
        history.push(State::Success, Millis(200));
        assert_eq!((start_delay(&history), length(&history)), (Some(30), Some(100)));
    }
}
