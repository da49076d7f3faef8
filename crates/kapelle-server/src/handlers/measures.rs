//! Metrics: numbers that tasks reported, by execution and over time.

use std::collections::BTreeSet;

use kapelle_model::{ExecutionId, Millis};
use kapelle_store::filter::Range;
use kapelle_store::metrics::{Metric, MetricFilter};
use serde_json::Value as Json;

use super::executions::{run_of, seen};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::test::demanded;
use crate::paging::{Paging, no_column, page, sortings};
use crate::views::metric::{self as view, Aggregation};

/// Numbers that one answer looks at.
const METRICS_MAX: usize = 100_000;

/// The stretch of time that is meant where nobody says it.
const LENGTH_MS: i64 = 30 * 86_400_000;

/// Longest stretch of time that is looked at: every step of it gets a row.
const LENGTH_MAX_MS: i64 = 100 * 366 * 86_400_000;

pub(crate) fn of_execution(call: &Call) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let name = call.variable("id");
    let missing = || ApiError::not_found(format!("Execution not found: {name}"));
    let id = ExecutionId::parse(name).ok_or_else(missing)?;
    let given = |name: &str| call.query.get(name).filter(|text| !text.is_empty());
    let run = match given("taskRunId") {
        Some(run) => Some(run_of(call.runtime(), &*seen(call, name)?, run)?),
        None => None,
    };
    let task = given("taskId").map(Into::into);
    let filter = MetricFilter { execution: Some(id), run, task, ..MetricFilter::default() };
    let mut found = call.store().metrics(&call.permit, &filter, METRICS_MAX)?;
    sort(call, &mut found)?;
    let shown = |metric: &Metric| view::entry(metric, &call.runtime().run_id(metric.execution, metric.run));
    let rows: Vec<Json> = paging.of(&found).iter().map(shown).collect();
    Ok(Answer::json(&page(&rows, found.len() as u64)))
}

fn sort(call: &Call, found: &mut [Metric]) -> Outcome<()> {
    for sorting in sortings(call)?.iter().rev() {
        match sorting.column.as_str() {
            "name" => found.sort_by(|one, two| one.name.cmp(&two.name)),
            "timestamp" => found.sort_by_key(|metric| metric.at),
            "value" => found.sort_by(|one, two| one.value.total_cmp(&two.value)),
            "taskId" => found.sort_by(|one, two| one.task.cmp(&two.task)),
            other => return Err(no_column(other)),
        }
        if sorting.is_descending {
            found.reverse();
        }
    }
    Ok(())
}

/// The metrics of a flow, or of one of its tasks.
fn of_flow(call: &Call) -> Outcome<MetricFilter> {
    let namespace = call.variable("namespace");
    call.demand(namespace)?;
    Ok(MetricFilter {
        namespace: Some(namespace.into()),
        flow: Some(call.variable("flow").into()),
        task: call.variables.get("task").map(|task| task.as_str().into()),
        ..MetricFilter::default()
    })
}

pub(crate) fn names(call: &Call) -> Outcome<Answer> {
    distinct(call, |metric| &metric.name)
}

/// The tasks of a flow that report any.
pub(crate) fn tasks(call: &Call) -> Outcome<Answer> {
    distinct(call, |metric| &metric.task)
}

fn distinct(call: &Call, part: impl Fn(&Metric) -> &str) -> Outcome<Answer> {
    let found = call.store().metrics(&call.permit, &of_flow(call)?, METRICS_MAX)?;
    let all: BTreeSet<&str> = found.iter().map(part).collect();
    Ok(Answer::json(&all.into_iter().collect()))
}

/// One number for each day, or whatever suits the stretch of time.
pub(crate) fn aggregates(call: &Call) -> Outcome<Answer> {
    let date = |name: &str| call.query.get(name).filter(|text| !text.is_empty());
    let until = match date("endDate") {
        Some(text) => demanded("endDate", text)?,
        None => call.runtime().now(),
    };
    let from = match date("startDate") {
        Some(text) => demanded("startDate", text)?,
        None => Millis(until.0.saturating_sub(LENGTH_MS)),
    };
    if from > until || until.0.saturating_sub(from.0) > LENGTH_MAX_MS {
        return Err(ApiError::invalid_entity(
            "startDate has to be before endDate, by a hundred years at most",
        ));
    }
    let how = call.query.get("aggregation").filter(|text| !text.is_empty()).unwrap_or("sum");
    let unknown =
        || ApiError::invalid_entity(format!("aggregation: `{how}` is none of sum, avg, min and max"));
    let how = Aggregation::read(how).ok_or_else(unknown)?;
    let name = call.variable("metric");
    let at = Range { from: Some(from), until: Some(until) };
    let filter = MetricFilter { name: Some(name.into()), at, ..of_flow(call)? };
    let found = call.store().metrics(&call.permit, &filter, METRICS_MAX)?;
    Ok(Answer::json(&view::aggregates(&found, name, how, from, until)))
}
