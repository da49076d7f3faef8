//! What many executions have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kapelle_model::execution::Slot;
use kapelle_store::filter::{Condition, Filter, Test};
use kapelle_store::listing::{Header, Page};
use serde_json::{Value as Json, json};

use super::search::{all, filter};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::handlers::flows;
use crate::paging::page;

/// Executions that are looked at for the values of a field.
const LOOKED_AT_MAX: usize = 100_000;

/// The latest executions of a flow that say how long it takes.
const AVERAGED: u32 = 100;

/// Executions with a share of limits that are read at once.
const STEP: usize = 1_000;

/// The values that a field has among the executions that match.
pub(crate) fn distinct(call: &Call) -> Outcome<Answer> {
    let of: fn(&Header) -> String = match call.required("field")? {
        "NAMESPACE" | "namespace" => |header| header.birth.namespace.to_string(),
        "FLOW_ID" | "flowId" => |header| header.birth.flow.to_string(),
        "STATE" | "state" => |header| header.head.history.current().name().to_owned(),
        other => {
            let why = format!("field: `{other}` is none of NAMESPACE, FLOW_ID and STATE");
            return Err(ApiError::invalid_entity(why));
        }
    };
    let size = call.number::<usize>("size")?.unwrap_or(100);
    let headers = all(call, &filter(call)?, LOOKED_AT_MAX)?;
    let values: BTreeSet<String> = headers.iter().map(of).collect();
    Ok(Answer::json(&values.into_iter().take(size).collect()))
}

/// How long the last executions of a flow took.
pub(crate) fn average_duration(call: &Call) -> Outcome<Answer> {
    let (namespace, flow) = (call.variable("namespace"), call.variable("flow"));
    call.demand(namespace)?;
    let is = |text: &str| Test::Is(text.to_owned());
    let of = Filter::of([Condition::Namespace(is(namespace)), Condition::Flow(is(flow))]);
    let found = call.store().executions(&call.permit, &of, &Page::newest(AVERAGED))?.rows;
    let lengths: Vec<i64> = found.iter().filter_map(Header::duration).collect();
    let count = i64::try_from(lengths.len()).unwrap_or(i64::MAX);
    let average = lengths.iter().sum::<i64>().checked_div(count).unwrap_or(0);
    Ok(Answer::json(&json!({"avgDurationMs": average, "count": count})))
}

/// How many executions of flows with a limit run now. It is counted, never kept: it cannot be wrong.
pub(crate) fn limits(call: &Call) -> Outcome<Answer> {
    let running = running(call)?;
    let mut rows: Vec<Json> = Vec::new();
    for flow in flows::all(call)?.iter().filter(|flow| flow.source.contains("concurrency")) {
        let definition = call.runtime().definition(&flow.tenant, &flow.namespace, &flow.id, None)?;
        if definition.is_none_or(|definition| definition.plan.concurrency.is_none()) {
            continue;
        }
        let name = (Arc::clone(&flow.namespace), Arc::clone(&flow.id));
        rows.push(limit(call, &flow.namespace, &flow.id, running.get(&name).copied().unwrap_or(0)));
    }
    let total = rows.len() as u64;
    Ok(Answer::json(&page(&rows, total)))
}

fn limit(call: &Call, namespace: &str, flow: &str, running: u64) -> Json {
    json!({"tenantId": &*call.tenant, "namespace": namespace, "flowId": flow, "running": running})
}

/// How many places of each flow are taken, by namespace and flow.
type Taken = BTreeMap<(Arc<str>, Arc<str>), u64>;

fn running(call: &Call) -> Outcome<Taken> {
    let mut counts = BTreeMap::new();
    let mut after = None;
    loop {
        let slots = call.store().slots(after, STEP)?;
        for (id, slot) in &slots {
            if !matches!(slot, Slot::Held | Slot::Forced) {
                continue;
            }
            if let Some(header) =
                call.store().header(*id)?.filter(|header| header.birth.tenant == call.tenant)
            {
                let name = (Arc::clone(&header.birth.namespace), Arc::clone(&header.birth.flow));
                *counts.entry(name).or_insert(0) += 1;
            }
        }
        after = slots.last().map(|(id, _)| *id);
        if slots.len() < STEP {
            return Ok(counts);
        }
    }
}

/// Other servers keep the number and let people repair it. Here it is what it is.
pub(crate) fn set_limit(call: &Call) -> Outcome<Answer> {
    let (namespace, flow) = (call.variable("namespace"), call.variable("flow"));
    call.demand(namespace)?;
    let definition = call.runtime().definition(&call.tenant, namespace, flow, None)?;
    if definition.is_none_or(|definition| definition.plan.concurrency.is_none()) {
        return Err(ApiError::not_found(format!("flow {namespace}.{flow} has no concurrency limit")));
    }
    let now = running(call)?.get(&(namespace.into(), flow.into())).copied().unwrap_or(0);
    match call.json()?["running"].as_u64() {
        Some(wanted) if wanted == now => Ok(Answer::json(&limit(call, namespace, flow, now))),
        _ => Err(ApiError::conflict(format!(
            "{now} executions of {namespace}.{flow} run now, which is counted and cannot be set: kill executions, or \
             force-run those that wait"
        ))),
    }
}
