//! Saving over a revision that the person has seen: whoever comes second is told what came first.

use kapelle_runtime::Unsaved;
use kapelle_store::flow::Which;
use kapelle_store::{Conflict, StoreError};
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views::flow as view;

/// Saves a flow, if it is still at the revision that the request names. One that names none overwrites, as ever.
pub(super) fn save(call: &Call, (namespace, id): (&str, &str), source: &str) -> Outcome<Answer> {
    let base = named(call)?;
    match call.runtime().save_flow_over(&call.tenant, source, base) {
        Ok(definition) => Ok(Answer::json(&view::with_source(&definition.flow))),
        Err(Unsaved::Store(StoreError::Conflict(Conflict::Revision { .. }))) if base.is_some() => {
            Err(conflict(call, (namespace, id), base.unwrap_or_default())?)
        }
        Err(unsaved) => Err(unsaved.into()),
    }
}

/// The revision that the text was made from: in the query, or as a tag in a header.
fn named(call: &Call) -> Outcome<Option<u32>> {
    if let Some(base) = call.number("baseRevision")? {
        return Ok(Some(base));
    }
    let tag = call.header("if-match").map(|tag| tag.trim_start_matches("W/").trim_matches('"'));
    let Some(tag) = tag.filter(|tag| *tag != "*" && !tag.is_empty()) else { return Ok(None) };
    let wrong = |_| ApiError::invalid_entity(format!("If-Match: `{tag}` is no revision"));
    tag.parse().map(Some).map_err(wrong)
}

fn conflict(call: &Call, (namespace, id): (&str, &str), base: u32) -> Outcome<ApiError> {
    let version = |which| -> Outcome<Json> {
        let found = call.store().flow(&call.tenant, namespace, id, which)?;
        Ok(found.map_or(Json::Null, |flow| {
            json!({
                "revision": flow.revision,
                "source": &*flow.source,
                "updated": crate::views::moment(flow.created),
                "deleted": flow.is_deleted,
            })
        }))
    };
    let theirs = version(Which::LatestEver)?;
    let why = format!(
        "{namespace}.{id} was saved by somebody else since revision {base}; put both together and save again"
    );
    let base = version(Which::Exactly(base))?;
    let more = [("base".to_owned(), base), ("theirs".to_owned(), theirs)].into_iter().collect();
    Ok(ApiError { more: Some(Box::new(more)), ..ApiError::conflict(why) })
}
