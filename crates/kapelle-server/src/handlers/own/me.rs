//! The person who asks: name, what they may do, and how they have set things up.

use std::collections::BTreeSet;

use hyper::StatusCode;
use kapelle_store::document::Document;
use kapelle_store::transaction::{Over, Transaction, Write};
use serde_json::{Value as Json, json};

use super::{Place, data, key, person};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::gate::Needs;
use crate::limits::SETTINGS_MAX;

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&json!({
        "name": &*person(call),
        "tenant": &*call.tenant,
        "namespaces": call.permit.namespaces().map(|all| all.iter().map(|one| &**one).collect::<Vec<_>>()),
        "rights": rights(call),
        "settings": settings(call)?,
    })))
}

/// All that some route needs, such as `FLOW:VIEW`. A permit restricts namespaces, not what is done in them: whoever is
/// let in may do all of this there.
fn rights(call: &Call) -> BTreeSet<String> {
    let needs = call.app.routes.iter().filter_map(|route| match route.needs {
        Needs::Right(resource, action) => Some(format!("{resource:?}:{action:?}").to_uppercase()),
        Needs::Nothing | Needs::Login => None,
    });
    needs.collect()
}

fn settings(call: &Call) -> Outcome<Json> {
    let document = call.store().document(&key(call, Place::Settings, &person(call)))?;
    document.as_ref().map_or_else(|| Ok(json!({})), data)
}

/// Keeps settings in place of all earlier ones. What is in them is the business of the interface.
pub(crate) fn set(call: &Call) -> Outcome<Answer> {
    let settings = call.json()?;
    if !settings.is_object() {
        return Err(ApiError::invalid_entity("the settings have to be an object"));
    }
    let bytes = settings.to_string().into_bytes();
    if bytes.len() > SETTINGS_MAX {
        let why = format!("the settings have {} bytes, and at most {SETTINGS_MAX} are kept", bytes.len());
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    let document =
        Document::new(key(call, Place::Settings, &person(call)), call.runtime().now(), None, bytes);
    call.store().commit(Transaction::of([Write::Put { document: Box::new(document), over: Over::Any }]))?;
    Ok(Answer::json(&settings))
}
