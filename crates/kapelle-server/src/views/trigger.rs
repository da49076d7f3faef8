//! Where a trigger stands, with the names of both lines of clients.

use kapelle_model::trigger::Backfill;
use kapelle_model::{Map, Node, Value};
use kapelle_runtime::TriggerRow;
use serde_json::{Value as Json, json};

use super::{moment, value};

/// The state alone.
pub(crate) fn state(row: &TriggerRow) -> Json {
    let (key, state) = (&row.key, &row.state);
    let next = state.next.map(moment);
    let all = [
        ("tenantId", Some(json!(&*key.tenant))),
        ("namespace", Some(json!(&*key.namespace))),
        ("flowId", Some(json!(&*key.flow))),
        ("triggerId", Some(json!(&*key.trigger))),
        ("date", Some(json!(moment(state.date.unwrap_or(row.updated))))),
        ("nextExecutionDate", next.clone().map(Json::from)),
        ("nextEvaluationDate", next.map(Json::from)),
        ("backfill", state.backfill.as_ref().map(backfill)),
        ("disabled", Some(json!(state.is_disabled))),
        ("executionId", state.open.first().map(|id| json!(id.to_string()))),
        ("locked", Some(json!(!state.open.is_empty()))),
        ("updatedDate", Some(json!(moment(row.updated)))),
        ("updatedAt", Some(json!(moment(row.updated)))),
        ("evaluatedAt", state.evaluated.map(|at| json!(moment(at)))),
        ("lastTriggeredDate", state.fired.map(|at| json!(moment(at)))),
        (
            "skipping",
            state.skipping.map(|(since, why)| json!({"since": moment(since), "reason": why.name()})),
        ),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The state beside what the flow says.
pub(crate) fn with_definition(row: &TriggerRow, definition: Option<&Node>) -> Json {
    let state = state(row);
    let definition = definition.map(|node| value(&kapelle_core::expression::plain::from_node(node)));
    json!({"abstractTrigger": definition, "trigger": definition, "triggerContext": state, "state": state})
}

fn backfill(backfill: &Backfill) -> Json {
    let labels = backfill.labels.iter().map(|(key, value)| json!({"key": &**key, "value": &**value}));
    json!({
        "start": moment(backfill.start),
        "end": moment(backfill.end),
        "currentDate": moment(backfill.current),
        "paused": backfill.is_paused,
        "inputs": value(&Value::Map(std::sync::Arc::clone(&backfill.inputs))),
        "labels": labels.collect::<Vec<_>>(),
        "previousNextExecutionDate": backfill.resumes_at.map(moment),
    })
}

/// What a client gives for inputs, as it is.
pub(crate) fn inputs(given: &Json) -> Option<Map> {
    match kapelle_core::expression::plain::from_json(&given.to_string()) {
        Ok(Value::Map(map)) => Some(Map::clone(&map)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use kapelle_model::Millis;
    use kapelle_model::trigger::{SkipReason, TriggerKey, TriggerState};

    use super::*;

    #[test]
    fn a_trigger_says_why_its_last_occurrences_started_nothing() {
        let name = || "t".into();
        let key = TriggerKey { tenant: name(), namespace: name(), flow: name(), trigger: name() };
        let row = |skipping| {
            let state = TriggerState { skipping, ..TriggerState::default() };
            TriggerRow { key: key.clone(), state, due: None, updated: Millis(0) }
        };
        let told = state(&row(Some((Millis(1_000), SkipReason::Locked))));
        assert_eq!(told["skipping"], json!({"since": "1970-01-01T00:00:01.000Z", "reason": "LOCKED"}));
        assert!(state(&row(None)).get("skipping").is_none());
    }
}
