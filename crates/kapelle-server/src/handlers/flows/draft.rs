//! Drafts: what somebody has written of a flow and not saved. Each person has one of each flow, also of flows that are
//! not there yet. No check looks at them.

use hyper::StatusCode;
use kapelle_store::document::Document;
use kapelle_store::flow::Which;
use kapelle_store::transaction::{Over, Transaction, Write};
use serde_json::{Value as Json, json};

use super::named;
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::handlers::own::{self, Place};
use crate::limits::DRAFT_MAX;
use crate::views::moment;

fn name(call: &Call) -> Outcome<String> {
    let (namespace, id) = named(call)?;
    // Names of flows have no slash, so two of them never make the same name.
    if namespace.contains('/') || id.contains('/') {
        return Err(ApiError::not_found("no flow has a name with a slash"));
    }
    Ok(format!("{namespace}/{id}/{}", own::person(call)))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let document = call.store().document(&own::key(call, Place::Drafts, &name(call)?))?;
    let document = document.ok_or_else(|| ApiError::not_found("there is no draft"))?;
    Ok(Answer::json(&view(call, &document)?))
}

/// Keeps a draft in place of an earlier one.
pub(crate) fn keep(call: &Call) -> Outcome<Answer> {
    let name = name(call)?;
    let (source, base) = if call.is_json() {
        let body = call.json()?;
        let source = body["source"].as_str();
        let source = source.ok_or_else(|| ApiError::invalid_entity("source: a text is expected"))?;
        (source.to_owned(), body["baseRevision"].as_u64().and_then(|base| u32::try_from(base).ok()))
    } else {
        (call.text()?.to_owned(), call.number("baseRevision")?)
    };
    if source.len() > DRAFT_MAX {
        let why = format!("the draft has {} bytes, and at most {DRAFT_MAX} are kept", source.len());
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    let data = json!({"source": source, "baseRevision": base}).to_string().into_bytes();
    let document = Document::new(own::key(call, Place::Drafts, &name), call.runtime().now(), None, data);
    let shown = view(call, &document)?;
    call.store().commit(Transaction::of([Write::Put { document: Box::new(document), over: Over::Any }]))?;
    Ok(Answer::json(&shown))
}

pub(crate) fn forget(call: &Call) -> Outcome<Answer> {
    let key = own::key(call, Place::Drafts, &name(call)?);
    call.store().commit(Transaction::of([Write::Remove { key, over: Over::Any }]))?;
    Ok(Answer::no_content())
}

/// A draft with the revision that the flow has by now.
fn view(call: &Call, document: &Document) -> Outcome<Json> {
    let data: Json = serde_json::from_slice(&document.data).map_err(|_| ApiError::internal())?;
    let (namespace, id) = named(call)?;
    let latest = call.store().flow(&call.tenant, namespace, id, Which::Latest)?;
    Ok(json!({
        "namespace": namespace,
        "id": id,
        "source": data["source"],
        "baseRevision": data["baseRevision"],
        "revision": latest.map(|flow| flow.revision),
        "updated": moment(document.updated),
    }))
}
