//! Secrets: put in, described, removed, listed by name. No answer has a value.

use hyper::StatusCode;
use kapelle_model::Millis;
use kapelle_runtime::secrets::{SecretEntry, SecretNote, StoredSecrets};
use serde_json::{Map as Object, Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::named::{self as filter, Named};
use crate::paging::{self, Paging, no_column};
use crate::views::secret as view;

fn kept(call: &Call) -> StoredSecrets {
    call.runtime().stored_secrets()
}

/// Those of exactly one namespace, or of all that the caller may see.
fn entries(call: &Call, namespace: Option<&str>) -> Outcome<Vec<SecretEntry>> {
    let permit = call.permit.clone().within(std::sync::Arc::clone(&call.tenant));
    kept(call).list(&permit, namespace).map_err(ApiError::unavailable)
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let namespace = call.namespace()?;
    page(call, entries(call, Some(namespace))?)
}

pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    page(call, entries(call, None)?)
}

fn page(call: &Call, mut found: Vec<SecretEntry>) -> Outcome<Answer> {
    let (paging, test) = (Paging::read(call)?, filter::read(&call.query)?);
    found.retain(|entry| {
        let updated = Millis(entry.updated.as_millisecond());
        test.holds(Named { namespace: &entry.namespace, name: &entry.key, updated })
    });
    for sorting in paging::sortings(call)?.iter().rev() {
        match sorting.column.as_str() {
            "key" | "name" => found.sort_by(|one, two| one.key.cmp(&two.key)),
            "namespace" => found.sort_by(|one, two| one.namespace.cmp(&two.namespace)),
            "updated" => found.sort_by_key(|entry| entry.updated),
            other => return Err(no_column(other)),
        }
        if sorting.is_descending {
            found.reverse();
        }
    }
    let rows: Vec<Json> = paging.of(&found).iter().map(view::entry).collect();
    Ok(Answer::json(&json!({"readOnly": false, "results": rows, "total": found.len()})))
}

/// The names of those of a namespace and of all above it, by namespace.
pub(crate) fn inherited(call: &Call) -> Outcome<Answer> {
    let mut found = Object::new();
    let mut level = Some(call.namespace()?);
    while let Some(namespace) = level {
        if call.may_see(namespace) {
            let own = entries(call, Some(namespace))?.into_iter().map(|entry| Json::from(entry.key));
            found.insert(namespace.to_owned(), own.collect());
        }
        level = namespace.rsplit_once('.').map(|(above, _)| above);
    }
    Ok(Answer::json(&found.into()))
}

/// Keeps a secret in place of an earlier one.
pub(crate) fn put(call: &Call) -> Outcome<Answer> {
    let namespace = call.namespace()?;
    let body = call.json()?;
    let text = |name: &str| {
        let missing = || ApiError::invalid_entity(format!("{name}: must not be null"));
        body.get(name).and_then(Json::as_str).ok_or_else(missing)
    };
    let (key, value) = (text("key")?, text("value")?);
    let name = (&*call.tenant, namespace, key);
    kept(call).put(name, value, &note(&body)?).map_err(ApiError::refused)?;
    all_of(call, namespace)
}

/// Says something else of a secret.
pub(crate) fn describe(call: &Call) -> Outcome<Answer> {
    let (namespace, key) = (call.namespace()?, call.variable("key"));
    let name = (&*call.tenant, namespace, key);
    if !kept(call).describe(name, &note(&call.json()?)?).map_err(ApiError::refused)? {
        return Err(missing(namespace, key));
    }
    all_of(call, namespace)
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let (namespace, key) = (call.namespace()?, call.variable("key"));
    if !kept(call).remove(&call.tenant, namespace, key).map_err(ApiError::unavailable)? {
        return Err(missing(namespace, key));
    }
    Ok(Answer::empty(StatusCode::OK))
}

fn missing(namespace: &str, key: &str) -> ApiError {
    ApiError::not_found(format!("No secret found for key '{key}' in namespace '{namespace}'"))
}

fn all_of(call: &Call, namespace: &str) -> Outcome<Answer> {
    Ok(Answer::json(&entries(call, Some(namespace))?.iter().map(view::entry).collect()))
}

fn note(body: &Json) -> Outcome<SecretNote> {
    let wrong = || ApiError::invalid_entity("tags: must be a list of {key, value}");
    let text =
        |tag: &Json, name: &str| tag.get(name).and_then(Json::as_str).map(str::to_owned).ok_or_else(wrong);
    let tags = body.get("tags").filter(|tags| !tags.is_null());
    let tags = tags.map(|tags| tags.as_array().ok_or_else(wrong)).transpose()?.into_iter().flatten();
    let tags = tags.map(|tag| Ok((text(tag, "key")?, text(tag, "value")?))).collect::<Outcome<_>>()?;
    let description = body.get("description").and_then(Json::as_str).map(str::to_owned);
    Ok(SecretNote { description, tags })
}
