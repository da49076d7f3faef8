//! What differs between what was recorded and what is seen now.

use kapelle_model::State;
use serde_json::{Map, Value as Json};

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub path: String,
    /// `None` if nothing is there.
    pub wanted: Option<Json>,
    pub got: Option<Json>,
    pub is_soft: bool,
}

/// Compares what a case expects with what was seen: two maps with `flows`, `steps` and perhaps `end`.
pub fn judge(expected: &Json, seen: &Json) -> Vec<Difference> {
    let (expected, mut seen) = (sorted(expected), sorted(seen));
    forgive_status(&expected, &mut seen);
    let wanted = without_killed(&firm(&expected, None));
    let got = without_killed(&firm(&seen, Some(&expected)));
    let mut found = Vec::new();
    compare(&wanted, &got, String::new(), false, &mut found);
    found
}

/// Which refusal of a flow it is does not matter.
fn forgive_status(expected: &Json, seen: &mut Json) {
    let Some(flows) = expected["flows"].as_array() else { return };
    let refused = |flow: &Json| flow["status"].as_u64().filter(|status| (400..500).contains(status));
    for (index, flow) in flows.iter().enumerate() {
        let Some(got) = seen["flows"].get_mut(index) else { continue };
        if let (Some(status), Some(_)) = (refused(flow), refused(got)) {
            got["status"] = Json::from(status);
        }
    }
}

fn compare(wanted: &Json, got: &Json, path: String, is_soft: bool, found: &mut Vec<Difference>) {
    match (wanted, got) {
        (Json::Object(wanted), Json::Object(got)) => {
            let others = got.keys().filter(|key| !wanted.contains_key(*key));
            for key in wanted.keys().chain(others) {
                let is_soft = is_soft || key.starts_with('~');
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match (wanted.get(key), got.get(key)) {
                    (Some(wanted), Some(got)) => compare(wanted, got, path, is_soft, found),
                    (wanted, got) if !(is_soft && wanted.or(got).is_some_and(is_empty)) => {
                        found.push(Difference { path, wanted: wanted.cloned(), got: got.cloned(), is_soft });
                    }
                    _ => {}
                }
            }
        }
        (Json::Array(wanted), Json::Array(got)) if wanted.len() == got.len() && !is_soft => {
            for (index, (wanted, got)) in wanted.iter().zip(got).enumerate() {
                compare(wanted, got, format!("{path}[{index}]"), is_soft, found);
            }
        }
        _ if is_same(wanted, got) => {}
        _ => found.push(Difference { path, wanted: Some(wanted.clone()), got: Some(got.clone()), is_soft }),
    }
}

fn is_empty(value: &Json) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

/// Numbers of both kinds are one kind, and nearly equal is equal.
fn is_same(one: &Json, other: &Json) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(other.abs()),
        _ => one == other,
    }
}

/// Leaves out the soft parts known to vary: `~logs?` names the keys of `~logs` that do.
fn firm(value: &Json, mask: Option<&Json>) -> Json {
    match value {
        Json::Object(map) => {
            let known = mask.unwrap_or(value);
            let mut kept = Map::new();
            for (key, value) in map.iter().filter(|(key, _)| !key.ends_with('?')) {
                if !key.starts_with('~') {
                    let inner = mask.map(|mask| mask.get(key).unwrap_or(&Json::Null));
                    kept.insert(key.clone(), firm(value, inner));
                } else if mask.is_none() || known.get(key).is_some() {
                    let varies = known.get(format!("{key}?")).and_then(Json::as_array);
                    kept.insert(key.clone(), without(value, varies.map_or(&[], Vec::as_slice)));
                }
            }
            Json::Object(kept)
        }
        Json::Array(items) => {
            let inner = |index| mask.map(|mask| mask.get(index).unwrap_or(&Json::Null));
            items.iter().enumerate().map(|(index, item)| firm(item, inner(index))).collect()
        }
        other => other.clone(),
    }
}

fn without(value: &Json, keys: &[Json]) -> Json {
    match value {
        Json::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !keys.iter().any(|left_out| left_out == key.as_str()));
            kept.map(|(key, value)| (key.clone(), value.clone())).collect()
        }
        other => other.clone(),
    }
}

/// Leaves out task runs that a kill created and ended in one go: no attempt, no output, no child.
fn without_killed(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(without_killed).collect(),
        Json::Object(map) => {
            let mut kept: Map<String, Json> =
                map.iter().map(|(key, value)| (key.clone(), without_killed(value))).collect();
            let is_over = kept.get("state").and_then(Json::as_str).and_then(State::from_name);
            if is_over.is_some_and(State::is_terminal)
                && let Some(Json::Object(tasks)) = kept.get("tasks")
            {
                let tasks = living(tasks);
                if tasks.is_empty() {
                    kept.shift_remove("tasks");
                } else {
                    kept.insert("tasks".into(), Json::Object(tasks));
                }
            }
            Json::Object(kept)
        }
        other => other.clone(),
    }
}

fn living(tasks: &Map<String, Json>) -> Map<String, Json> {
    let is_gone = |name: &str, run: &Json| {
        let below = format!("{name} > ");
        run["state"] == State::Killed.name()
            && run.get("~attempts").is_none_or(is_empty)
            && run.get("outputs").is_none_or(is_empty)
            && !tasks.keys().any(|other| other.starts_with(&below))
    };
    let kept = tasks.iter().filter(|(name, run)| !is_gone(name, run));
    kept.map(|(name, run)| (name.clone(), run.clone())).collect()
}

/// Puts the children of every execution into an order that only depends on what they are.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(sorted).collect(),
        Json::Object(map) => {
            let mut map: Map<String, Json> =
                map.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            if let Some(Json::Array(children)) = map.get_mut("children") {
                children.sort_by_cached_key(|child| (line(child, false), line(child, true)));
            }
            Json::Object(map)
        }
        other => other.clone(),
    }
}

/// A value as text that is the same for equal values.
fn line(value: &Json, with_soft: bool) -> String {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<_> =
                map.iter().filter(|(key, _)| with_soft || !key.starts_with('~')).collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries =
                entries.into_iter().map(|(key, value)| format!("{key:?}:{}", line(value, with_soft)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => {
            let items = items.iter().map(|item| line(item, with_soft));
            format!("[{}]", items.collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
