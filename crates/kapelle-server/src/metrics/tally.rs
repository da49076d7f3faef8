//! What happened to executions since the process began.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use kapelle_model::execution::Execution;
use kapelle_model::task_run::RunIndex;
use kapelle_model::{ExecutionId, State};

use super::exposition::{Family, Sample, Shape};
use crate::views::{count, seconds};

/// Flows that are counted one by one; what comes beyond is counted together.
const FLOWS_MAX: usize = 2_000;

/// Tenant, namespace, flow.
type Flow = (String, String, String);

#[derive(Default)]
pub(crate) struct Tally {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    started: BTreeMap<Flow, u64>,
    ended: BTreeMap<(Flow, State), Ended>,
    runs: BTreeMap<State, u64>,
    /// Executions that went on after they were heard of, so that an end is counted once.
    open: BTreeSet<ExecutionId>,
}

#[derive(Clone, Copy, Default)]
struct Ended {
    number: u64,
    seconds: f64,
}

impl Tally {
    /// Hears of a change that is on the disk.
    pub(crate) fn hear(&self, execution: &Execution, runs: &[RunIndex]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (birth, history) = (&execution.birth, &execution.head.history);
        let is_new = execution.head.version == 1;
        if is_new {
            let flow = counts.flow(&birth.tenant, &birth.namespace, &birth.flow);
            *counts.started.entry(flow).or_default() += 1;
        }
        let state = history.current();
        if !state.is_terminal() {
            counts.open.insert(birth.id);
        } else if counts.open.remove(&birth.id) || is_new {
            let flow = counts.flow(&birth.tenant, &birth.namespace, &birth.flow);
            let ended = counts.ended.entry((flow, state)).or_default();
            ended.number += 1;
            ended.seconds += seconds(history.since().since(history.started()));
        }
        for run in runs.iter().filter_map(|index| execution.run(*index)) {
            if run.history.current().is_terminal() {
                *counts.runs.entry(run.history.current()).or_default() += 1;
            }
        }
    }

    pub(crate) fn families(&self, prefix: &str) -> Vec<Family> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let family = |name: &str, shape, help| Family::new(format!("{prefix}{name}"), shape, help);
        let of_flow = |(tenant, namespace, flow): &Flow| {
            vec![
                ("tenant_id", tenant.clone()),
                ("namespace_id", namespace.clone()),
                ("flow_id", flow.clone()),
            ]
        };
        let started = counts.started.iter().map(|(flow, number)| Sample::of(of_flow(flow), count(*number)));
        let with_state = |flow: &Flow, state: State| {
            of_flow(flow).into_iter().chain([("state", state.name().to_owned())]).collect::<Vec<_>>()
        };
        let ended = counts.ended.iter();
        let numbers = ended
            .clone()
            .map(|((flow, state), ended)| Sample::of(with_state(flow, *state), count(ended.number)));
        let durations = ended.flat_map(|((flow, state), ended)| {
            [("_sum", ended.seconds), ("_count", count(ended.number))].map(|(suffix, value)| Sample {
                suffix,
                labels: with_state(flow, *state),
                value,
            })
        });
        let runs = counts
            .runs
            .iter()
            .map(|(state, number)| Sample::of(vec![("state", state.name().to_owned())], count(*number)));
        vec![
            family("executor_execution_started_count_total", Shape::Counter, "Executions that were created")
                .with(started),
            family("executor_execution_end_count_total", Shape::Counter, "Executions that came to an end")
                .with(numbers),
            family("executor_execution_duration_seconds", Shape::Summary, "How long executions took")
                .with(durations),
            family("executor_taskrun_ended_count_total", Shape::Counter, "Task runs that came to an end")
                .with(runs),
            family("executor_execution_open", Shape::Gauge, "Executions that went on and have not ended")
                .with([Sample::plain(count(counts.open.len() as u64))]),
        ]
    }
}

impl Counts {
    /// The name to count under.
    fn flow(&self, tenant: &str, namespace: &str, flow: &str) -> Flow {
        let name = (tenant.to_owned(), namespace.to_owned(), flow.to_owned());
        if self.started.len() < FLOWS_MAX || self.started.contains_key(&name) {
            name
        } else {
            (tenant.to_owned(), "other".to_owned(), "other".to_owned())
        }
    }
}
