//! Keys and their values: read, set, removed, listed.

use hyper::StatusCode;
use jiff::Timestamp;
use kapelle_core::time::duration;
use kapelle_model::Millis;
use kapelle_plugin::{Kept, KeyToSet, Keys};
use kapelle_runtime::keys::{TenantKeys, is_key};
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::named::{self as filter, Named};
use crate::paging::{self, Paging, Sorting, no_column};
use crate::views::key as view;

fn keys(call: &Call) -> TenantKeys {
    call.runtime().keys(&call.tenant)
}

/// Namespace and key that the path names.
fn named(call: &Call) -> Outcome<(&str, &str)> {
    let (namespace, key) = (call.namespace()?, call.variable("key"));
    if !is_key(key) {
        return Err(ApiError::illegal_argument(format!(
            "Key must start with an alphanumeric character, and has only letters, digits, dots, hyphens and underscores: `{key}`"
        )));
    }
    Ok((namespace, key))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let (namespace, key) = named(call)?;
    let kept = keys(call).get(namespace, key).map_err(ApiError::unavailable)?;
    let missing = || format!("No value found for key '{key}' in namespace '{namespace}'");
    let kept = kept.ok_or_else(|| ApiError::not_found(missing()))?;
    if kept.is_expired {
        return Err(ApiError::new(StatusCode::GONE, "Resource has expired"));
    }
    Ok(Answer::json(&view::value(&kept)))
}

pub(crate) fn set(call: &Call) -> Outcome<Answer> {
    let (namespace, key) = named(call)?;
    let ttl = call.header("ttl").or_else(|| call.query.get("ttl")).filter(|text| !text.is_empty());
    let wanted = KeyToSet {
        key: key.to_owned(),
        value: view::sent(call.text()?),
        description: call.header("description").filter(|text| !text.is_empty()).map(str::to_owned),
        expires: ttl.map(|text| until(call, text)).transpose()?,
        may_overwrite: true,
    };
    keys(call).set(namespace, &wanted).map_err(ApiError::refused)?;
    Ok(Answer::empty(StatusCode::OK))
}

/// The moment at which something expires that is kept for so long.
fn until(call: &Call, text: &str) -> Outcome<Timestamp> {
    let wrong = |why: &str| ApiError::illegal_argument(format!("ttl `{text}`: {why}"));
    let length = duration::parse(text).map_err(|reason| wrong(&reason))?;
    if !length.is_positive() {
        return Err(wrong("what is kept needs a time above zero"));
    }
    let now = Timestamp::from_millisecond(call.runtime().now().0).map_err(|_| ApiError::internal())?;
    now.checked_add(length).map_err(|_| wrong("it is too long"))
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let (namespace, key) = named(call)?;
    let is_removed = keys(call).delete(namespace, key).map_err(ApiError::unavailable)?;
    Ok(Answer::json(&is_removed.into()))
}

/// Removes those of the keys that are there, and says which.
pub(crate) fn delete_many(call: &Call) -> Outcome<Answer> {
    let namespace = call.namespace()?;
    let body = call.json()?;
    let wrong = || ApiError::invalid_entity("keys: must be a list of texts");
    let wanted = body.get("keys").and_then(Json::as_array).ok_or_else(wrong)?;
    let mut removed = Vec::new();
    for key in wanted {
        let key = key.as_str().ok_or_else(wrong)?;
        if keys(call).delete(namespace, key).map_err(ApiError::unavailable)? {
            removed.push(key);
        }
    }
    Ok(Answer::json(&json!({"keys": removed})))
}

/// Those of a namespace that have not expired.
fn living(keys: &TenantKeys, namespace: &str) -> Outcome<Vec<Kept>> {
    let mut kept = keys.list(namespace, "").map_err(ApiError::unavailable)?;
    kept.retain(|kept| !kept.is_expired);
    Ok(kept)
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let namespace = call.namespace()?;
    let rows = living(&keys(call), namespace)?;
    Ok(Answer::json(&rows.iter().map(|kept| view::row(namespace, kept)).collect()))
}

/// Those of a namespace and of all above it; the nearest one of a name hides the others.
pub(crate) fn inherited(call: &Call) -> Outcome<Answer> {
    let keys = keys(call);
    let mut rows: Vec<Json> = Vec::new();
    let mut namespace = call.namespace()?;
    loop {
        if call.may_see(namespace) {
            for kept in living(&keys, namespace)? {
                if !rows.iter().any(|row| row["key"] == *kept.key) {
                    rows.push(view::row(namespace, &kept));
                }
            }
        }
        let Some((parent, _)) = namespace.rsplit_once('.') else { break };
        namespace = parent;
    }
    Ok(Answer::json(&rows.into()))
}

/// Keys of all namespaces.
pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let keys = keys(call);
    let test = filter::read(&call.query)?;
    let mut found: Vec<(String, Kept)> = Vec::new();
    for namespace in keys.namespaces().map_err(ApiError::unavailable)? {
        if !call.may_see(&namespace) || !test.may_hold_in(&namespace) {
            continue;
        }
        let own = living(&keys, &namespace)?.into_iter().filter(|kept| {
            let updated = Millis(kept.updated.as_millisecond());
            test.holds(Named { namespace: &namespace, name: &kept.key, updated })
        });
        found.extend(own.map(|kept| (namespace.clone(), kept)));
    }
    for sorting in paging::sortings(call)?.iter().rev() {
        sort(&mut found, sorting)?;
    }
    let total = found.len() as u64;
    let rows: Vec<Json> =
        Paging::read(call)?.of(&found).iter().map(|(namespace, kept)| view::row(namespace, kept)).collect();
    Ok(Answer::json(&paging::page(&rows, total)))
}

/// Orders by one column; what is equal stays as it was.
fn sort(found: &mut [(String, Kept)], sorting: &Sorting) -> Outcome<()> {
    match sorting.column.as_str() {
        "namespace" => found.sort_by(|one, two| one.0.cmp(&two.0)),
        "key" | "name" => found.sort_by(|one, two| one.1.key.cmp(&two.1.key)),
        "version" | "revision" => found.sort_by_key(|(_, kept)| kept.version),
        "description" => found.sort_by(|one, two| one.1.description.cmp(&two.1.description)),
        "created" | "creationDate" => found.sort_by_key(|(_, kept)| kept.created),
        "updated" | "updateDate" => found.sort_by_key(|(_, kept)| kept.updated),
        "expirationDate" => found.sort_by_key(|(_, kept)| kept.expires),
        other => return Err(no_column(other)),
    }
    if sorting.is_descending {
        found.reverse();
    }
    Ok(())
}
