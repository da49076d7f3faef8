//! The rows that charts are made of.

use kapelle_store::filter::{Condition as Wanted, Filter, Range, Test};
use kapelle_store::logs::{LogFilter, LogPage};
use kapelle_store::metrics::MetricFilter;
use kapelle_store::store::{Counted, CounterScope};
use serde_json::{Map as Object, Value as Json};

use super::chart::{Aggregate, Chart, Of};
use super::conditions::{Condition, Test as Question};
use super::table::{Row, Window};
use crate::call::Call;
use crate::error::Outcome;
use crate::handlers::executions::search;
use crate::handlers::{flows, triggers};
use crate::views::{moment, seconds};

/// Rows that a chart is made of; where there are more, not all of them are counted.
pub(crate) const ROWS_MAX: usize = 100_000;

/// Lines of the log that are read at once.
const STEP: u32 = 5_000;

/// A window that is longer is counted by whole hours.
const HOURS_FROM: i64 = 24 * 3_600_000;

/// The rows of a chart in this window for which all conditions hold, its own among them.
pub(crate) fn rows(call: &Call, chart: &Chart, more: &[Condition], window: Window) -> Outcome<Vec<Row>> {
    let conditions: Vec<&Condition> = chart.conditions.iter().chain(more).collect();
    let mut rows = match chart.of {
        Of::Executions if is_counted(chart, &conditions, window) => counted(call, window)?,
        Of::Executions => executions(call, &conditions, window)?,
        Of::Logs => logs(call, window)?,
        Of::Metrics => metrics(call, window)?,
        Of::Flows => of_flows(call)?,
        Of::Triggers => of_triggers(call)?,
    };
    rows.retain(|row| conditions.iter().all(|condition| condition.holds(row)));
    Ok(rows)
}

/// Whether the counters of the store know all that the chart asks.
fn is_counted(chart: &Chart, conditions: &[&Condition], window: Window) -> bool {
    let is_known = |field: &str| matches!(field, "STATE" | "START_DATE");
    let are_columns_known = chart.columns.iter().all(|column| match column.aggregate {
        Some(aggregate) => aggregate == Aggregate::Count,
        None => is_known(&column.field),
    });
    let fields = conditions.iter().copied().chain(&chart.numerator).flat_map(Condition::fields);
    let is_long = window.until.since(window.from) > HOURS_FROM;
    is_long && chart.is_grouped() && are_columns_known && fields.into_iter().all(is_known)
}

fn counted(call: &Call, window: Window) -> Outcome<Vec<Row>> {
    let (from, until) = (Counted::hour_of(window.from), Counted::hour_of(window.until.plus(3_600_000)));
    let counted = call.store().counters(&call.permit, &CounterScope::All, from, until)?;
    let row = |counted: &Counted| {
        let fields = [
            ("STATE", counted.state.name().into()),
            ("START_DATE", moment(counted.hour.max(window.from)).into()),
        ];
        Row::of(counted.number, fields)
    };
    Ok(counted.iter().map(row).collect())
}

fn executions(call: &Call, conditions: &[&Condition], window: Window) -> Outcome<Vec<Row>> {
    let range = Range { from: Some(window.from), until: Some(window.until) };
    let mut filter = Filter::of([Wanted::Started(range)]);
    // What the store finds by itself need not be read; the rest is left out afterwards.
    for condition in conditions {
        if let Condition::One { field, test, .. } = condition
            && let Some(test) = asked(test)
        {
            match field.as_str() {
                "NAMESPACE" => filter.all.push(Wanted::Namespace(test)),
                "FLOW_ID" => filter.all.push(Wanted::Flow(test)),
                _ => {}
            }
        }
    }
    let mut rows: Vec<Row> = search::all(call, &filter, ROWS_MAX)?
        .iter()
        .map(|header| {
            let (birth, head) = (&header.birth, &header.head);
            let labels: Object<String, Json> =
                head.labels.iter().map(|label| (label.0.to_string(), Json::from(&*label.1))).collect();
            let fields = [
                ("ID", birth.id.to_string().into()),
                ("NAMESPACE", (*birth.namespace).into()),
                ("FLOW_ID", (*birth.flow).into()),
                ("FLOW_REVISION", birth.revision.into()),
                ("STATE", head.history.current().name().into()),
                ("START_DATE", moment(head.history.started()).into()),
                ("END_DATE", header.ended().map_or(Json::Null, |ended| moment(ended).into())),
                ("DURATION", header.duration().map_or(Json::Null, |millis| seconds(millis).into())),
                ("TRIGGER_EXECUTION_ID", header.trigger_execution().into()),
                ("LABELS", labels.into()),
            ];
            Row::of(1, fields)
        })
        .collect();
    rows.reverse();
    Ok(rows)
}

/// The same question for the store, if it is one about a text.
fn asked(test: &Question) -> Option<Test> {
    match test {
        Question::In(values) => {
            let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
            Some(Test::In(texts.collect::<Option<_>>()?))
        }
        Question::Under(root) => Some(Test::Under(root.clone())),
        Question::StartsWith(part) => Some(Test::StartsWith(part.clone())),
        _ => None,
    }
}

fn logs(call: &Call, window: Window) -> Outcome<Vec<Row>> {
    let range = Range { from: Some(window.from), until: Some(window.until) };
    let filter = LogFilter { at: range, ..LogFilter::default() };
    let mut rows = Vec::new();
    while rows.len() < ROWS_MAX {
        let page =
            LogPage { offset: rows.len() as u64, size: STEP, is_newest_first: true, is_counted: false };
        let lines = call.store().logs(&call.permit, &filter, &page)?.rows;
        let is_last = lines.len() < STEP as usize;
        rows.extend(lines.iter().map(|line| {
            let run = line.execution.zip(line.run).map(|(id, run)| call.runtime().run_id(id, run));
            let fields = [
                ("DATE", moment(line.at).into()),
                ("NAMESPACE", (*line.namespace).into()),
                ("FLOW_ID", (*line.flow).into()),
                ("TASK_ID", line.task.as_deref().into()),
                ("TASK_RUN_ID", run.into()),
                ("EXECUTION_ID", line.execution.map(|id| id.to_string()).into()),
                ("TRIGGER_ID", line.trigger.as_deref().into()),
                ("ATTEMPT_NUMBER", line.attempt.into()),
                ("LEVEL", line.level.name().into()),
                ("MESSAGE", (*line.message).into()),
            ];
            Row::of(1, fields)
        }));
        if is_last {
            break;
        }
    }
    Ok(rows)
}

fn metrics(call: &Call, window: Window) -> Outcome<Vec<Row>> {
    let range = Range { from: Some(window.from), until: Some(window.until) };
    let filter = MetricFilter { at: range, ..MetricFilter::default() };
    let found = call.store().metrics(&call.permit, &filter, ROWS_MAX)?;
    let row = |metric: &kapelle_store::metrics::Metric| {
        let fields = [
            ("DATE", moment(metric.at).into()),
            ("NAMESPACE", (*metric.namespace).into()),
            ("FLOW_ID", (*metric.flow).into()),
            ("TASK_ID", (*metric.task).into()),
            ("TASK_RUN_ID", call.runtime().run_id(metric.execution, metric.run).into()),
            ("EXECUTION_ID", metric.execution.to_string().into()),
            ("NAME", (*metric.name).into()),
            ("VALUE", metric.value.into()),
        ];
        Row::of(1, fields)
    };
    Ok(found.iter().map(row).collect())
}

fn of_flows(call: &Call) -> Outcome<Vec<Row>> {
    let row = |flow: &std::sync::Arc<kapelle_store::flow::FlowRevision>| {
        let fields = [
            ("ID", (*flow.id).into()),
            ("NAMESPACE", (*flow.namespace).into()),
            ("REVISION", flow.revision.into()),
        ];
        Row::of(1, fields)
    };
    Ok(flows::all(call)?.iter().map(row).collect())
}

fn of_triggers(call: &Call) -> Outcome<Vec<Row>> {
    let rows = triggers::rows(call, None)?;
    let row = |row: &kapelle_runtime::TriggerRow| {
        let fields = [
            ("ID", (*row.key.trigger).into()),
            ("TRIGGER_ID", (*row.key.trigger).into()),
            ("NAMESPACE", (*row.key.namespace).into()),
            ("FLOW_ID", (*row.key.flow).into()),
            ("EXECUTION_ID", row.state.open.first().map(ToString::to_string).into()),
            ("NEXT_EXECUTION_DATE", row.state.next.map(moment).into()),
        ];
        Row::of(1, fields)
    };
    Ok(rows.iter().map(row).collect())
}
