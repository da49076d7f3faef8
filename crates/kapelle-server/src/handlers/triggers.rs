//! Triggers: where they stand, and what people do with them.

pub(crate) mod delete;
pub(crate) mod matching;

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_core::time::date;
use kapelle_engine::schedule::Wanted;
use kapelle_model::permit::Permit;
use kapelle_model::trigger::{TriggerKey, TriggerState};
use kapelle_model::{Millis, Node};
use kapelle_runtime::{NoTrigger, Runtime, TriggerRow};
use serde_json::{Value as Json, json};

use super::flows::all;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters;
use crate::limits::BULK_MAX;
use crate::paging::{Paging, sortings};
use crate::views::trigger as view;

/// Triggers that are read at once.
const STEP: usize = 1_000;

/// Triggers that one answer looks through.
const ROWS_MAX: usize = 100_000;

/// The triggers of a flow.
pub(crate) fn of_flow(call: &Call) -> Outcome<Answer> {
    let (namespace, flow) = (call.variable("namespace"), call.variable("flow"));
    call.demand(namespace)?;
    let part = call.query.get("q").unwrap_or_default();
    let rows = rows(call, Some(namespace))?;
    let own = rows.into_iter().filter(|row| &*row.key.flow == flow && row.key.trigger.contains(part));
    let mut own: Vec<TriggerRow> = own.collect();
    filters::triggers::sort(&mut own, &sortings(call)?)?;
    page(call, &own, view::state)
}

pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let test = filters::triggers::read(&call.query, Vec::new())?;
    let mut rows = rows(call, None)?;
    rows.extend(without_state(call, &rows)?);
    rows.retain(|row| test.holds(&|test| test.holds(row)));
    let by_name = |one: &TriggerRow, two: &TriggerRow| {
        let name =
            |row: &TriggerRow| (row.key.namespace.clone(), row.key.flow.clone(), row.key.trigger.clone());
        name(one).cmp(&name(two))
    };
    rows.sort_by(by_name);
    filters::triggers::sort(&mut rows, &sortings(call)?)?;
    page(call, &rows, |row| {
        let definition = call.runtime().definition(&row.key.tenant, &row.key.namespace, &row.key.flow, None);
        let definition = definition.ok().flatten();
        let written = definition.as_ref().and_then(|definition| written(&definition.root, &row.key));
        view::with_definition(row, written)
    })
}

/// Triggers of which nothing is kept, because they wait for others: webhooks, and those on executions.
fn without_state(call: &Call, known: &[TriggerRow]) -> Outcome<Vec<TriggerRow>> {
    let known: BTreeSet<(&str, &str, &str)> =
        known.iter().map(|row| (&*row.key.namespace, &*row.key.flow, &*row.key.trigger)).collect();
    let mut found = Vec::new();
    for flow in all(call)?.iter().filter(|flow| flow.source.contains("triggers")) {
        let definition = call.runtime().definition(&flow.tenant, &flow.namespace, &flow.id, None);
        let Ok(Some(definition)) = definition else { continue };
        for trigger in &definition.plan.triggers {
            if known.contains(&(&*flow.namespace, &*flow.id, &*trigger.id)) {
                continue;
            }
            let key = TriggerKey {
                tenant: Arc::clone(&flow.tenant),
                namespace: Arc::clone(&flow.namespace),
                flow: Arc::clone(&flow.id),
                trigger: Arc::clone(&trigger.id),
            };
            let state = TriggerState { is_disabled: trigger.is_disabled, ..TriggerState::default() };
            found.push(TriggerRow { key, state, due: None, updated: flow.created });
        }
    }
    Ok(found)
}

fn written<'n>(root: &'n Node, key: &TriggerKey) -> Option<&'n Node> {
    let is_it = |node: &&Node| node.get("id").and_then(Node::as_text) == Some(&*key.trigger);
    root.get("triggers")?.items().iter().find(is_it)
}

/// All that the caller may see.
pub(crate) fn rows(call: &Call, namespace: Option<&str>) -> Outcome<Vec<TriggerRow>> {
    seen_by(call, &call.permit, namespace)
}

/// All that a permit is good for.
pub(crate) fn seen_by(call: &Call, permit: &Permit, namespace: Option<&str>) -> Outcome<Vec<TriggerRow>> {
    let mut all: Vec<TriggerRow> = Vec::new();
    while all.len() < ROWS_MAX {
        let after = all.last().map(|row| row.key.clone());
        let rows = call.runtime().triggers(permit, namespace, after.as_ref(), STEP)?;
        let is_last = rows.len() < STEP;
        all.extend(rows);
        if is_last {
            break;
        }
    }
    all.retain(|row| row.key.tenant == call.tenant);
    Ok(all)
}

fn page(call: &Call, rows: &[TriggerRow], shown: impl Fn(&TriggerRow) -> Json) -> Outcome<Answer> {
    let results: Vec<Json> = Paging::read(call)?.of(rows).iter().map(shown).collect();
    Ok(Answer::json(&json!({"results": results, "total": rows.len()})))
}

/// The trigger that the path names.
pub(crate) fn of_path(call: &Call) -> Outcome<TriggerKey> {
    let variable = |name: &str| Arc::from(call.variable(name));
    let key = TriggerKey {
        tenant: Arc::clone(&call.tenant),
        namespace: variable("namespace"),
        flow: variable("flow"),
        trigger: variable("trigger"),
    };
    call.demand(&key.namespace)?;
    Ok(key)
}

/// The trigger that an object of a body names.
fn of_json(call: &Call, given: &Json) -> Outcome<TriggerKey> {
    let text = |name: &str| {
        let missing = || ApiError::invalid_entity(format!("{name}: must not be null"));
        given.get(name).and_then(Json::as_str).map(Arc::<str>::from).ok_or_else(missing)
    };
    let key = TriggerKey {
        tenant: Arc::clone(&call.tenant),
        namespace: text("namespace")?,
        flow: text("flowId")?,
        trigger: text("triggerId")?,
    };
    call.demand(&key.namespace)?;
    Ok(key)
}

fn state(runtime: &Runtime, key: &TriggerKey) -> Outcome<Answer> {
    let row = runtime.trigger(key)?.ok_or(NoTrigger::Missing)?;
    Ok(Answer::json(&view::state(&row)))
}

pub(crate) fn unlock(call: &Call) -> Outcome<Answer> {
    let key = of_path(call)?;
    let row = call.runtime().trigger(&key)?.ok_or(NoTrigger::Missing)?;
    if row.state.open.is_empty() {
        return Err(ApiError::conflict("Illegal state: Trigger is not locked"));
    }
    call.runtime().unlock_trigger(&key)?;
    state(call.runtime(), &key)
}

pub(crate) fn restart(call: &Call) -> Outcome<Answer> {
    let key = of_path(call)?;
    call.runtime().restart_trigger(&key)?;
    state(call.runtime(), &key)
}

/// Changes of 1.x: whether it is switched off, and its backfill.
pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let given = call.json()?;
    let key = of_json(call, &given)?;
    if let Some(is_disabled) = given.get("disabled").and_then(Json::as_bool) {
        call.runtime().switch_trigger(&key, !is_disabled)?;
    }
    if let Some(backfill) = given.get("backfill").filter(|backfill| !backfill.is_null()) {
        call.runtime().backfill(&key, &wanted(backfill)?)?;
    }
    state(call.runtime(), &key)
}

pub(crate) fn set_disabled(call: &Call) -> Outcome<Answer> {
    let given = call.json()?;
    let key = of_json(call, &given)?;
    call.runtime().switch_trigger(&key, !is_disabled(&given)?)?;
    state(call.runtime(), &key)
}

fn is_disabled(given: &Json) -> Outcome<bool> {
    let missing = || ApiError::invalid_entity("disabled: must not be null");
    given.get("disabled").and_then(Json::as_bool).ok_or_else(missing)
}

/// Switches many triggers on or off.
pub(crate) fn set_many_disabled(call: &Call) -> Outcome<Answer> {
    let given = call.json()?;
    let is_disabled = is_disabled(&given)?;
    let list = given.get("triggers").cloned().unwrap_or_default();
    many(call, &list, |runtime, key| runtime.switch_trigger(key, !is_disabled))
}

pub(crate) fn unlock_many(call: &Call) -> Outcome<Answer> {
    many(call, &call.json()?, Runtime::unlock_trigger)
}

pub(crate) fn create_backfill(call: &Call) -> Outcome<Answer> {
    let given = call.json()?;
    let key = of_json(call, &given)?;
    let missing = || ApiError::invalid_entity("backfill: must not be null");
    call.runtime().backfill(&key, &wanted(given.get("backfill").ok_or_else(missing)?)?)?;
    state(call.runtime(), &key)
}

pub(crate) fn pause_backfill(call: &Call) -> Outcome<Answer> {
    one(call, Runtime::pause_backfill)
}

pub(crate) fn resume_backfill(call: &Call) -> Outcome<Answer> {
    one(call, Runtime::resume_backfill)
}

pub(crate) fn cancel_backfill(call: &Call) -> Outcome<Answer> {
    one(call, Runtime::cancel_backfill)
}

pub(crate) fn pause_backfills(call: &Call) -> Outcome<Answer> {
    many(call, &call.json()?, Runtime::pause_backfill)
}

pub(crate) fn resume_backfills(call: &Call) -> Outcome<Answer> {
    many(call, &call.json()?, Runtime::resume_backfill)
}

pub(crate) fn cancel_backfills(call: &Call) -> Outcome<Answer> {
    many(call, &call.json()?, Runtime::cancel_backfill)
}

fn one(call: &Call, order: impl Fn(&Runtime, &TriggerKey) -> Result<(), NoTrigger>) -> Outcome<Answer> {
    let key = of_json(call, &call.json()?)?;
    order(call.runtime(), &key)?;
    state(call.runtime(), &key)
}

/// Does the same with many triggers; those with which it cannot be done are left as they are.
fn many(
    call: &Call,
    list: &Json,
    order: impl Fn(&Runtime, &TriggerKey) -> Result<(), NoTrigger>,
) -> Outcome<Answer> {
    let keys = listed(call, list)?;
    let count = done(call, &keys, order)?;
    Ok(counted(count, keys.len()))
}

/// The triggers of a list.
fn listed(call: &Call, list: &Json) -> Outcome<Vec<TriggerKey>> {
    let not_a_list = || ApiError::invalid_entity("the body is to be a list of triggers");
    let list = list.as_array().filter(|list| list.len() <= BULK_MAX).ok_or_else(not_a_list)?;
    list.iter().map(|given| of_json(call, given)).collect()
}

/// With how many of them it was done.
fn done(
    call: &Call,
    keys: &[TriggerKey],
    order: impl Fn(&Runtime, &TriggerKey) -> Result<(), NoTrigger>,
) -> Outcome<usize> {
    let mut count = 0;
    for key in keys {
        match order(call.runtime(), key) {
            Ok(()) => count += 1,
            Err(NoTrigger::Store(error)) => return Err(error.into()),
            Err(NoTrigger::Missing | NoTrigger::Refused(_)) => {}
        }
    }
    Ok(count)
}

fn counted(count: usize, total: usize) -> Answer {
    Answer::json(&json!({"count": count, "totalItems": total}))
}

fn wanted(given: &Json) -> Outcome<Wanted> {
    let moment = |name: &str| {
        let Some(text) = given.get(name).and_then(Json::as_str) else { return Ok(None) };
        let wrong = |reason| ApiError::invalid_entity(format!("backfill.{name}: `{text}`: {reason}"));
        let moment = date::date_time_with_zone(text).map_err(wrong)?;
        Ok::<_, ApiError>(Some(Millis(moment.timestamp().as_millisecond())))
    };
    let labels = given.get("labels").and_then(Json::as_array).into_iter().flatten();
    let pair = |label: &Json| {
        Some((Arc::from(label.get("key")?.as_str()?), Arc::from(label.get("value")?.as_str()?)))
    };
    Ok(Wanted {
        start: moment("start")?
            .ok_or_else(|| ApiError::invalid_entity("backfill.start: must not be null"))?,
        end: moment("end")?,
        is_paused: given.get("paused").and_then(Json::as_bool).unwrap_or(false),
        inputs: Arc::new(given.get("inputs").and_then(view::inputs).unwrap_or_default()),
        labels: labels.filter_map(pair).collect(),
    })
}
