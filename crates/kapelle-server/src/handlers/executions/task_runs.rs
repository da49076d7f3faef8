//! Lists of task runs, for clients of old servers.

use std::collections::BTreeSet;

use kapelle_store::listing::{By, Page, Sort};
use serde_json::{Value as Json, json};

use super::{shown, whole};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::Outcome;
use crate::filters;
use crate::paging::{Paging, page};

/// The latest executions whose task runs are listed.
const EXECUTIONS_MAX: u32 = 500;

/// The task runs of the latest executions that match, the newest execution first. A state is that of a task run.
pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let states: BTreeSet<&str> = call.query.all("state").flat_map(|states| states.split(',')).collect();
    let filter = filters::executions::read(&call.query.without("state"), call.runtime().now())?;
    let sort = Sort { by: By::Age, is_descending: true };
    let asked = Page { offset: 0, size: EXECUTIONS_MAX, sort, after: None, is_counted: false };
    let mut rows: Vec<Json> = Vec::new();
    for header in call.store().executions(&call.permit, &filter, &asked)?.rows {
        // One that was deleted meanwhile has none.
        let Ok(execution) = whole(call, &header.birth.id.to_string()) else { continue };
        if let Json::Array(runs) = shown(call.runtime(), &execution)["taskRunList"].take() {
            rows.extend(runs);
        }
    }
    if !states.is_empty() {
        rows.retain(|run| run["state"]["current"].as_str().is_some_and(|state| states.contains(state)));
    }
    Ok(Answer::json(&page(paging.of(&rows), rows.len() as u64)))
}

/// How many executions such a list looks at.
pub(crate) fn most(_: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&json!(EXECUTIONS_MAX)))
}
