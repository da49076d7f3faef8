//! Numbers about the server, and what runs it.

use std::collections::BTreeMap;

use kapelle_model::permit::Permit;
use kapelle_model::{Millis, State};
use kapelle_store::document::Kind;
use kapelle_store::store::CounterScope;
use serde_json::{Map as Object, Value as Json, json};

use super::instance::API_VERSION;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::metrics::{Family, Sample, Shape, text};
use crate::views::{count, seconds};

/// Triggers that are looked at for how late they are.
const LATE_MAX: usize = 1_000;

/// Bytes of a page of memory, which Linux counts in.
const PAGE_BYTES: f64 = 4_096.0;

fn everything() -> Permit {
    Permit::system("numbers about the server")
}

/// All numbers that there are now.
fn families(call: &Call) -> Outcome<Vec<Family>> {
    let app = &call.app;
    let prefix = if app.prefix.is_empty() { String::new() } else { format!("{}_", app.prefix) };
    let now = call.runtime().now();
    let mut families = app.hub.tally.families(&prefix);
    let gauge = |name: &str, help, value: f64| {
        Family::new(format!("{prefix}{name}"), Shape::Gauge, help).with([Sample::plain(value)])
    };
    let by_state = by_state(call, now)?;
    let of_state = by_state
        .iter()
        .map(|(state, number)| Sample::of(vec![("state", state.name().to_owned())], count(*number)));
    families.push(
        Family::new(format!("{prefix}executions"), Shape::Gauge, "Executions that are kept, by their state")
            .with(of_state),
    );
    let load = call.runtime().worker_load();
    let late = lateness(call, now)?;
    families.extend([
        gauge("worker_job_thread", "Attempts that may run side by side", count(load.slots as u64)),
        gauge("worker_job_running", "Attempts that run", count(load.running as u64)),
        gauge("worker_job_pending", "Attempts that wait until there is room", count(load.waiting as u64)),
        gauge("scheduler_lateness_seconds", "How long the trigger that is due for longest has waited", late),
        gauge("store_commit_number", "The last commit of the store", count(call.store().last_commit().0)),
        app.requests_seen.family(),
        Family::new("process_uptime_seconds", Shape::Gauge, "Seconds since the server began")
            .with([Sample::plain(app.started.elapsed().as_secs_f64())]),
    ]);
    let memory = resident_bytes().map(Sample::plain);
    families.push(
        Family::new("process_resident_memory_bytes", Shape::Gauge, "Memory that the process holds")
            .with(memory),
    );
    Ok(families)
}

fn by_state(call: &Call, now: Millis) -> Outcome<BTreeMap<State, u64>> {
    let mut states = BTreeMap::new();
    let until = now.plus(24 * 3_600_000);
    for counted in call.store().counters(&everything(), &CounterScope::All, Millis(0), until)? {
        *states.entry(counted.state).or_insert(0) += counted.number;
    }
    Ok(states)
}

/// Seconds since the earliest moment at which a trigger should have been looked at.
fn lateness(call: &Call, now: Millis) -> Outcome<f64> {
    let due = call.store().documents_due(Kind::Trigger, now, LATE_MAX)?;
    let earliest = due.iter().filter_map(|document| document.due).min();
    Ok(earliest.map_or(0.0, |due| seconds(now.since(due).max(0))))
}

/// Where the system tells it.
fn resident_bytes() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE_BYTES)
}

pub(crate) fn prometheus(call: &Call) -> Outcome<Answer> {
    let body = text(&families(call)?);
    Ok(Answer::bytes(body).header("content-type", "text/plain; version=0.0.4; charset=utf-8"))
}

pub(crate) fn names(call: &Call) -> Outcome<Answer> {
    let names: Vec<Json> = families(call)?.into_iter().map(|family| family.name.into()).collect();
    Ok(Answer::json(&json!({"names": names})))
}

/// One number with all its labels.
pub(crate) fn one(call: &Call) -> Outcome<Answer> {
    let name = call.variable("name");
    let wanted = name.replace('.', "_");
    let found = families(call)?.into_iter().find(|family| family.name == wanted || family.name == name);
    let family = found.ok_or_else(|| ApiError::not_found(format!("there is no metric `{name}`")))?;
    let measurements = family.samples.iter().map(|sample| {
        let tags: Object<String, Json> =
            sample.labels.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        json!({"statistic": sample.suffix.trim_start_matches('_'), "value": sample.value, "tags": tags})
    });
    Ok(Answer::json(&json!({
        "name": family.name,
        "description": family.help,
        "type": family.shape.word(),
        "measurements": measurements.collect::<Vec<_>>(),
    })))
}

/// What the server was told that is no secret: nothing of the environment, whose values may be.
pub(crate) fn env(call: &Call) -> Outcome<Answer> {
    let app = &call.app;
    Ok(Answer::json(&json!({
        "activeEnvironments": [],
        "propertySources": [{"name": "kapelle", "properties": {
            "kestra.url": app.url,
            "kestra.metrics.prefix": app.prefix,
        }}],
    })))
}

/// The server tells of itself on one level.
pub(crate) fn loggers(_: &Call) -> Outcome<Answer> {
    let root = json!({"configuredLevel": "INFO", "effectiveLevel": "INFO"});
    Ok(Answer::json(
        &json!({"levels": ["OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"], "loggers": {"ROOT": root}}),
    ))
}

/// How much there is of everything.
pub(crate) fn usages(call: &Call) -> Outcome<Answer> {
    let flows = super::flows::all(call)?;
    let mut namespaces: Vec<&str> = flows.iter().map(|flow| &*flow.namespace).collect();
    namespaces.dedup();
    let states = by_state(call, call.runtime().now())?;
    let counts: Object<String, Json> =
        states.iter().map(|(state, number)| (state.name().to_owned(), (*number).into())).collect();
    let total: u64 = states.values().sum();
    Ok(Answer::json(&json!({
        "version": API_VERSION,
        "flows": {"count": flows.len(), "namespacesCount": namespaces.len()},
        "executions": {"total": total, "countByState": counts},
    })))
}
