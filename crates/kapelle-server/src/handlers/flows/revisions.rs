//! The revisions of a flow.

use std::collections::BTreeSet;

use kapelle_runtime::NotForgotten;

use super::named;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::BULK_MAX;
use crate::views::flow as view;

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let all = call.store().revisions(&call.tenant, namespace, id)?;
    if all.is_empty() {
        return Err(missing(namespace, id));
    }
    let has_ends = call.query.flag("allowDelete").unwrap_or(true);
    let shown = all.iter().filter(|revision| has_ends || !revision.is_deleted);
    Ok(Answer::json(&shown.map(|revision| view::with_source(revision)).collect()))
}

/// Forgets revisions. Executions that ran them stay.
pub(crate) fn forget(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let revisions = wanted(call)?;
    match call.runtime().forget_revisions(&call.tenant, namespace, id, &revisions)? {
        Ok(()) => Ok(Answer::empty(hyper::StatusCode::OK)),
        Err(NotForgotten::NoFlow) => Err(missing(namespace, id)),
        Err(NotForgotten::Current(revision)) => Err(ApiError::illegal_argument(format!(
            "revisions: {revision} is the current one of {namespace}.{id}, which stays"
        ))),
        Err(NotForgotten::Used(revision)) => Err(ApiError::conflict(format!(
            "revision {revision} of {namespace}.{id} has executions that are not over: wait for them, or kill them"
        ))),
    }
}

fn missing(namespace: &str, id: &str) -> ApiError {
    ApiError::not_found(format!("Unable to find flow {namespace}.{id}"))
}

/// Numbers, with commas between them or each by itself.
fn wanted(call: &Call) -> Outcome<BTreeSet<u32>> {
    call.required("revisions")?;
    let texts = call.query.all("revisions").flat_map(|text| text.split(',')).map(str::trim);
    let wrong = |text: &str| ApiError::invalid_entity(format!("revisions: `{text}` is no revision"));
    let wanted: BTreeSet<u32> =
        texts.map(|text| text.parse().map_err(|_| wrong(text))).collect::<Outcome<_>>()?;
    if wanted.len() > BULK_MAX {
        return Err(ApiError::invalid_entity(format!("revisions: at most {BULK_MAX} at once")));
    }
    Ok(wanted)
}
