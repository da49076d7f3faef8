//! How flows have been doing: the last executions of each, and when a trigger starts it next. Made for a page of a list.

use std::collections::BTreeMap;
use std::sync::Arc;

use kapelle_model::permit::Permit;
use kapelle_model::{Millis, State};
use kapelle_store::filter::{Condition, Filter, Test};
use kapelle_store::listing::{Header, Page};
use serde_json::{Value as Json, json};

use super::home::{lengths, quantile};
use super::triggers::seen_by;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::gate::{Action, Resource};
use crate::views::{count, moment};

/// Executions of each flow that are told.
const LAST: u32 = 20;

/// Flows of one answer.
const FLOWS_MAX: usize = 200;

/// The moment at which a trigger of a flow is looked at next, by namespace and id.
type Due = BTreeMap<(Arc<str>, Arc<str>), Millis>;

pub(crate) async fn of_flows(call: Arc<Call>) -> Outcome<Answer> {
    // Who may not see triggers gets an answer without them.
    let triggers = call.permit_for(Resource::Trigger, Action::View).await.ok();
    let asking = Arc::clone(&call);
    call.app.blocking(move || told(&asking, triggers.as_ref())).await
}

fn told(call: &Call, triggers: Option<&Permit>) -> Outcome<Answer> {
    let body = call.json()?;
    let wanted = body.as_array().ok_or_else(wrong)?;
    if wanted.len() > FLOWS_MAX {
        return Err(ApiError::invalid_entity(format!("at most {FLOWS_MAX} flows are told of at once")));
    }
    let due = triggers.map(|permit| due(call, permit)).transpose()?;
    let rows = wanted.iter().map(|flow| {
        let (Some(namespace), Some(id)) = (flow["namespace"].as_str(), flow["id"].as_str()) else {
            return Err(wrong());
        };
        of_flow(call, namespace, id, due.as_ref())
    });
    let rows = rows.collect::<Outcome<Vec<_>>>()?;
    Ok(Answer::json(&json!({"results": rows, "total": rows.len()})))
}

fn wrong() -> ApiError {
    ApiError::invalid_entity("a list of {namespace, id} is expected")
}

fn of_flow(call: &Call, namespace: &str, id: &str, due: Option<&Due>) -> Outcome<Json> {
    let is = |text: &str| Test::Is(text.to_owned());
    let filter = Filter::of([Condition::Namespace(is(namespace)), Condition::Flow(is(id))]);
    let last = call.store().executions(&call.permit, &filter, &Page::newest(LAST))?.rows;
    let number = |states: &[State]| {
        count(last.iter().filter(|header| states.contains(&header.head.history.current())).count() as u64)
    };
    let good = number(&[State::Success, State::Warning]);
    let over = good + number(&[State::Failed, State::Killed, State::Cancelled]);
    let lengths = lengths(&last);
    Ok(json!({
        "namespace": namespace,
        "id": id,
        "last": last.iter().rev().map(run).collect::<Vec<_>>(),
        "successRatio": (over > 0.0).then(|| good / over),
        "medianMs": quantile(&lengths, 50),
        "next": due.and_then(|due| due.get(&(namespace.into(), id.into()))).map(|at| moment(*at)),
    }))
}

fn run(header: &Header) -> Json {
    let history = &header.head.history;
    json!({
        "executionId": header.birth.id.to_string(),
        "state": history.current().name(),
        "started": moment(history.started()),
        "durationMs": header.duration(),
    })
}

fn due(call: &Call, permit: &Permit) -> Outcome<Due> {
    let mut first = Due::new();
    for row in seen_by(call, permit, None)?.into_iter().filter(|row| !row.state.is_disabled) {
        let Some(due) = row.due else { continue };
        let known = first.entry((row.key.namespace, row.key.flow)).or_insert(due);
        *known = due.min(*known);
    }
    Ok(first)
}
