//! What is done to all triggers that match.

use kapelle_model::Millis;
use kapelle_model::trigger::TriggerKey;
use kapelle_runtime::{NoTrigger, Runtime, TriggerRow};

use super::{counted, done, rows};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::filters;
use crate::views::flow::cell;
use crate::views::moment;

/// Those that the filters of the query leave, and of the body if it has any.
pub(super) fn found(call: &Call) -> Outcome<Vec<TriggerRow>> {
    let more = if call.text()?.trim().is_empty() { Vec::new() } else { filters::in_body(&call.json()?)? };
    let test = filters::triggers::read(&call.query, more)?;
    let mut rows = rows(call, None)?;
    rows.retain(|row| test.holds(&|test| test.holds(row)));
    Ok(rows)
}

fn all(call: &Call, order: impl Fn(&Runtime, &TriggerKey) -> Result<(), NoTrigger>) -> Outcome<Answer> {
    let keys: Vec<TriggerKey> = found(call)?.into_iter().map(|row| row.key).collect();
    let count = done(call, &keys, order)?;
    Ok(counted(count, count))
}

/// Switches them off, or on again.
pub(crate) fn set_disabled(call: &Call) -> Outcome<Answer> {
    let is_disabled = call.query.flag("disabled").unwrap_or(true);
    all(call, |runtime, key| runtime.switch_trigger(key, !is_disabled))
}

pub(crate) fn unlock(call: &Call) -> Outcome<Answer> {
    all(call, Runtime::unlock_trigger)
}

pub(crate) fn pause_backfills(call: &Call) -> Outcome<Answer> {
    all(call, Runtime::pause_backfill)
}

pub(crate) fn resume_backfills(call: &Call) -> Outcome<Answer> {
    all(call, Runtime::resume_backfill)
}

pub(crate) fn cancel_backfills(call: &Call) -> Outcome<Answer> {
    all(call, Runtime::cancel_backfill)
}

pub(crate) fn csv(call: &Call) -> Outcome<Answer> {
    let mut lines = String::from(
        "tenantId,namespace,flowId,triggerId,disabled,locked,executionId,lastTriggeredDate,nextExecutionDate,\
         updatedAt\n",
    );
    let date = |at: Option<Millis>| at.map_or_else(String::new, moment);
    for TriggerRow { key, state, updated, .. } in found(call)? {
        let cells = [
            key.tenant.to_string(),
            key.namespace.to_string(),
            key.flow.to_string(),
            key.trigger.to_string(),
            state.is_disabled.to_string(),
            (!state.open.is_empty()).to_string(),
            state.open.first().map_or_else(String::new, ToString::to_string),
            date(state.fired),
            date(state.next),
            moment(updated),
        ];
        lines.push_str(&cells.map(|text| cell(&text)).join(","));
        lines.push('\n');
    }
    Ok(Answer::download(lines, "text/csv; charset=utf-8", "triggers.csv"))
}
