//! Lists of executions.

use kapelle_model::State;
use kapelle_model::execution::Execution;
use kapelle_store::filter::{Condition, Filter, Test};
use kapelle_store::listing::{By, Header, Page, Sort, Total};
use kapelle_store::store::Values;
use serde_json::{Value as Json, json};

use super::changes::first_failed;
use super::{alone, is_alone, shown};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters;
use crate::paging::{Paging, no_column, page, sortings};
use crate::views::flow::cell;
use crate::views::{moment, why};

/// Rows of an export.
const EXPORT_MAX: usize = 100_000;

/// Rows of one read of a long list.
const STEP: u32 = 500;

/// Bytes of the line that says why an execution failed.
const LINE_MAX: usize = 300;

/// The filter of the query.
pub(crate) fn filter(call: &Call) -> Outcome<Filter> {
    filters::executions::read(&call.query, call.runtime().now())
}

pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    listed(call, &filter(call)?)
}

/// Those of a flow.
pub(crate) fn of_flow(call: &Call) -> Outcome<Answer> {
    let namespace = call.required("namespace")?.to_owned();
    let flow = call.required("flowId")?.to_owned();
    listed(call, &Filter::of([Condition::Namespace(Test::Is(namespace)), Condition::Flow(Test::Is(flow))]))
}

fn listed(call: &Call, filter: &Filter) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let sort = sort(call)?;
    let asked = Page { offset: paging.offset(), size: paging.size, sort, after: None, is_counted: true };
    let listing = call.store().executions(&call.permit, filter, &asked)?;
    let rows: Vec<Json> =
        listing.rows.iter().filter_map(|header| row(call, header).transpose()).collect::<Outcome<_>>()?;
    Ok(Answer::json(&page(&rows, listing.total.map_or(0, Total::number))))
}

/// An execution, with its task runs unless they are not wanted. One that was deleted meanwhile is not shown.
fn row(call: &Call, header: &Header) -> Outcome<Option<Json>> {
    let found = if is_alone(call) {
        Some(alone(header.clone()))
    } else {
        call.store().execution(header.birth.id, Values::Fetched)?
    };
    Ok(found.map(|execution| with_cause(call, &execution)))
}

/// An execution, and why it does not move if it does not, which the engine wrote down with its last step; or why it failed.
fn with_cause(call: &Call, execution: &Execution) -> Json {
    let mut json = shown(call.runtime(), execution);
    let waiting = execution.head.waiting.as_ref().filter(|_| !execution.state().is_terminal());
    if let Some(waiting) = waiting {
        let name = |run| call.runtime().run_id(execution.birth.id, run);
        json["cause"] = why::row(waiting, &name);
    }
    if execution.state() == State::Failed {
        json["failure"] = failure(execution);
    }
    json
}

/// What failed first, in one line.
fn failure(execution: &Execution) -> Json {
    first_failed(execution).map_or(Json::Null, |run| {
        let message = run.failure().map(|failure| failure.message.masked());
        let line = message.as_deref().map(|text| text.trim_start().lines().next().unwrap_or_default());
        let line = line.map(|line| &line[..line.floor_char_boundary(LINE_MAX)]);
        json!({"taskId": &*run.task, "message": line})
    })
}

fn sort(call: &Call) -> Outcome<Sort> {
    let sortings = sortings(call)?;
    let orders: Vec<Sort> = sortings
        .iter()
        .map(|sorting| {
            let by = match sorting.column.as_str() {
                "id" | "state.startDate" | "startDate" => By::Age,
                "state.endDate" | "endDate" => By::Ended,
                "state.duration" => By::Duration,
                "state.current" | "state" => By::State,
                "namespace" => By::Namespace,
                "flowId" => By::Flow,
                column => return Err(no_column(column)),
            };
            Ok(Sort { by, is_descending: sorting.is_descending })
        })
        .collect::<Outcome<_>>()?;
    Ok(orders.first().copied().unwrap_or(Sort { by: By::Age, is_descending: true }))
}

/// All that match, the oldest first, as far as this limit.
pub(crate) fn all(call: &Call, filter: &Filter, limit: usize) -> Outcome<Vec<Header>> {
    let mut found: Vec<Header> = Vec::new();
    while found.len() < limit {
        let after = found.last().map(|header| header.birth.id);
        let rows = call.store().executions(&call.permit, filter, &Page::oldest(STEP, after))?.rows;
        if rows.is_empty() {
            break;
        }
        found.extend(rows);
    }
    Ok(found)
}

/// The last execution of each of these flows.
pub(crate) fn latest(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let wanted =
        body.as_array().ok_or_else(|| ApiError::invalid_entity("a list of {namespace, id} is expected"))?;
    let mut rows = Vec::new();
    for flow in wanted {
        let text = |key: &str| flow[key].as_str().map(str::to_owned);
        let id = text("id").or_else(|| text("flowId"));
        let (Some(namespace), Some(id)) = (text("namespace"), id) else {
            return Err(ApiError::invalid_entity("namespace and id are needed"));
        };
        let filter = Filter::of([Condition::Namespace(Test::Is(namespace)), Condition::Flow(Test::Is(id))]);
        let newest = call.store().executions(&call.permit, &filter, &Page::newest(1))?;
        rows.extend(newest.rows.iter().map(|header| {
            let history = &header.head.history;
            json!({
                "id": header.birth.id.to_string(),
                "flowId": &*header.birth.flow,
                "namespace": &*header.birth.namespace,
                "startDate": moment(history.started()),
                "status": history.current().name(),
            })
        }));
    }
    Ok(Answer::json(&rows.into()))
}

pub(crate) fn csv(call: &Call) -> Outcome<Answer> {
    let mut lines = String::from("id,namespace,flowId,flowRevision,state,startDate,endDate\n");
    for header in all(call, &filter(call)?, EXPORT_MAX)? {
        let (birth, history) = (&header.birth, &header.head.history);
        let cells = [
            birth.id.to_string(),
            birth.namespace.to_string(),
            birth.flow.to_string(),
            birth.revision.to_string(),
            history.current().name().to_owned(),
            moment(history.started()),
            header.ended().map_or_else(String::new, moment),
        ];
        lines.push_str(&cells.map(|text| cell(&text)).join(","));
        lines.push('\n');
    }
    Ok(Answer::download(lines, "text/csv; charset=utf-8", "executions.csv"))
}
