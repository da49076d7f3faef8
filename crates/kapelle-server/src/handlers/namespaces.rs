//! Namespaces: those that flows use, and those that somebody created.

use std::collections::BTreeMap;

use kapelle_model::permit::is_under;
use kapelle_runtime::namespaces::TenantNamespaces;
use serde_json::{Map as Object, Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::filters::executions::SYSTEM;
use crate::filters::namespaces as filter;
use crate::paging::{self, Paging, no_column};
use crate::views::namespace as view;

/// Namespaces of one answer to a search while somebody types.
const SUGGESTED_MAX: usize = 1_000;

fn kept(call: &Call) -> TenantNamespaces {
    call.runtime().namespaces(&call.tenant)
}

/// The namespace that the path names.
fn named(call: &Call) -> Outcome<&str> {
    let id = call.variable("id");
    call.demand(id)?;
    Ok(id)
}

/// All that the caller may see, with what was set for those that were created: the system's own, those of flows and
/// created ones, and all above these.
fn known(call: &Call) -> Outcome<BTreeMap<String, Option<Json>>> {
    let mut known = BTreeMap::from([(SYSTEM.to_owned(), None)]);
    let created: Vec<(String, Json)> =
        kept(call).all()?.into_iter().map(|(id, data)| (id.to_string(), view::settings(&data))).collect();
    let used = call.runtime().flow_namespaces(&call.tenant)?;
    for namespace in used.iter().map(|used| &**used).chain(created.iter().map(|(id, _)| id.as_str())) {
        let mut level = Some(namespace);
        while let Some(namespace) = level {
            known.entry(namespace.to_owned()).or_default();
            level = namespace.rsplit_once('.').map(|(above, _)| above);
        }
    }
    known.extend(created.into_iter().map(|(id, settings)| (id, Some(settings))));
    known.retain(|id, _| call.may_see(id));
    Ok(known)
}

pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let (paging, test) = (Paging::read(call)?, filter::read(&call.query)?);
    let only_created = call.query.is_set("existing") || call.query.is_set("existingOnly");
    let mut found: Vec<(String, Option<Json>)> = known(call)?
        .into_iter()
        .filter(|(id, settings)| test.holds(id, settings.is_some()) && (settings.is_some() || !only_created))
        .collect();
    for sorting in paging::sortings(call)?.iter().rev() {
        if sorting.column != "id" {
            return Err(no_column(&sorting.column));
        }
        found.sort_by(|one, two| one.0.cmp(&two.0));
        if sorting.is_descending {
            found.reverse();
        }
    }
    let rows = paging.of(&found).iter().map(|(id, settings)| view::namespace(id, settings.as_ref()));
    Ok(Answer::json(&paging::page(&rows.collect::<Vec<_>>(), found.len() as u64)))
}

/// The names that go on as somebody types them, or those of a list that there are.
pub(crate) fn autocomplete(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let wanted = body.get("q").and_then(Json::as_str).unwrap_or_default().to_lowercase();
    let ids: Option<Vec<&str>> =
        body.get("ids").and_then(Json::as_array).map(|ids| ids.iter().filter_map(Json::as_str).collect());
    let only_created = body.get("existingOnly").and_then(Json::as_bool).unwrap_or(false);
    let fits = |(id, settings): &(String, Option<Json>)| {
        id.to_lowercase().contains(&wanted)
            && ids.as_ref().is_none_or(|ids| ids.is_empty() || ids.contains(&id.as_str()))
            && (settings.is_some() || !only_created)
    };
    let found = known(call)?.into_iter().filter(fits).map(|(id, _)| Json::from(id));
    Ok(Answer::json(&found.take(SUGGESTED_MAX).collect()))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let id = named(call)?;
    let known = known(call)?;
    let settings = known.get(id).ok_or_else(|| missing(id))?;
    Ok(Answer::json(&view::namespace(id, settings.as_ref())))
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("Namespace not found: {id}"))
}

pub(crate) fn create(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let id = body.get("id").and_then(Json::as_str).unwrap_or_default();
    call.demand(id)?;
    let settings = view::wanted(id, &body).map_err(ApiError::invalid_entity)?;
    if !kept(call).create(id, settings.to_string().into_bytes())? {
        return Err(ApiError::conflict(format!("Namespace already exists: {id}")));
    }
    Ok(Answer::json(&view::namespace(id, Some(&settings))))
}

pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let id = named(call)?;
    let body = call.json()?;
    if body.get("id").and_then(Json::as_str).is_some_and(|own| own != id) {
        return Err(ApiError::invalid_entity(format!("id: the namespace `{id}` keeps its name")));
    }
    let settings = view::wanted(id, &body).map_err(ApiError::invalid_entity)?;
    if !kept(call).update(id, settings.to_string().into_bytes())? {
        return Err(missing(id));
    }
    Ok(Answer::json(&view::namespace(id, Some(&settings))))
}

/// What is in it stays: flows, keys and files.
pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let id = named(call)?;
    if !kept(call).delete(id)? {
        return Err(missing(id));
    }
    Ok(Answer::no_content())
}

/// The created namespaces above one, with itself, the outermost first.
fn above(call: &Call, id: &str) -> Outcome<Vec<(String, Json)>> {
    let all = known(call)?.into_iter();
    Ok(all.filter(|(above, _)| is_under(id, above)).filter_map(|(above, own)| Some((above, own?))).collect())
}

/// The variables of a namespace and of all above it; the nearest of a name holds.
pub(crate) fn variables(call: &Call) -> Outcome<Answer> {
    let mut all = Object::new();
    for (_, settings) in above(call, named(call)?)? {
        if let Some(own) = settings.get("variables").and_then(Json::as_object) {
            all.extend(own.clone());
        }
    }
    Ok(Answer::json(&all.into()))
}

pub(crate) fn plugin_defaults(call: &Call) -> Outcome<Answer> {
    let mut all = Vec::new();
    for (namespace, settings) in above(call, named(call)?)? {
        for default in settings.get("pluginDefaults").and_then(Json::as_array).into_iter().flatten() {
            let mut default = default.clone();
            if let Some(default) = default.as_object_mut() {
                default.insert("namespace".to_owned(), json!(namespace));
            }
            all.push(default);
        }
    }
    Ok(Answer::json(&all.into()))
}
