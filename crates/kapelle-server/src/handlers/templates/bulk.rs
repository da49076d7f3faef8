//! What is done to many templates at once.

use std::collections::BTreeSet;

use kapelle_core::yaml;
use kapelle_runtime::templates::KeptTemplate;
use serde_json::Value as Json;

use super::{checked, matching, templates};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Invalid, Outcome};
use crate::handlers::flows::{Named, count};
use crate::limits::BULK_MAX;
use crate::views::template as view;

/// Many templates become those of a namespace. Nothing is saved while one of them has a mistake.
pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let namespace = call.namespace()?;
    let mut given: Vec<(Named, String)> = Vec::new();
    for source in sources(call)? {
        let name = checked(call, &source)?;
        if name.namespace != namespace {
            let why = format!(
                "namespace: template `{}` is of namespace `{}`, not `{namespace}`",
                name.id, name.namespace
            );
            return Err(ApiError::invalid_entity(why));
        }
        if given.iter().any(|(known, _)| known.id == name.id) {
            return Err(ApiError::invalid_entity(format!("id: Duplicate template id `{}`", name.id)));
        }
        given.push((name, source));
    }
    let mut saved = Vec::with_capacity(given.len());
    for (name, source) in &given {
        saved.push(view::template(call, &templates(call).put(namespace, &name.id, source)?));
    }
    if call.query.flag("delete").unwrap_or(true) {
        let names: BTreeSet<&str> = given.iter().map(|(name, _)| name.id.as_str()).collect();
        for template in templates(call).all(&call.permit)? {
            if &*template.namespace == namespace && !names.contains(&*template.id) {
                templates(call).delete(namespace, &template.id)?;
            }
        }
    }
    Ok(Answer::json(&Json::from(saved)))
}

/// The documents of the body: a list as JSON, or several as YAML.
fn sources(call: &Call) -> Outcome<Vec<String>> {
    if call.is_json() {
        let body = call.json()?;
        let list = body.as_array().filter(|list| list.len() <= BULK_MAX);
        let list = list.ok_or_else(|| ApiError::invalid_entity("a list of templates is expected"))?;
        return Ok(list.iter().map(Json::to_string).collect());
    }
    Ok(documents(call.text()?).map(str::to_owned).collect())
}

/// The documents of a text that are not empty.
pub(super) fn documents(text: &str) -> impl Iterator<Item = &str> {
    let inner = |document: &'_ str| -> usize {
        let rest =
            document.strip_prefix("---").map_or(document, |rest| rest.trim_start_matches(['\r', '\n']));
        document.len() - rest.len()
    };
    let spans = yaml::split(text).into_iter().map(|span| &text[span.range()]);
    spans.map(move |document| &document[inner(document)..]).filter(|source| !source.trim().is_empty())
}

/// The templates that a list of names in the body means. Nothing is done if one of them is not there.
pub(super) fn listed(call: &Call, of: &str) -> Outcome<Vec<KeptTemplate>> {
    let body = call.json()?;
    let names = body.as_array().filter(|names| names.len() <= BULK_MAX);
    let names = names.ok_or_else(|| ApiError::invalid_entity("a list of {namespace, id} is expected"))?;
    let (mut found, mut invalids) = (Vec::new(), Vec::new());
    for name in names {
        let text = |key: &str| name[key].as_str().unwrap_or_default();
        let (namespace, id) = (text("namespace"), text("id"));
        match templates(call).get(namespace, id)?.filter(|_| call.may_see(namespace)) {
            Some(template) => found.push(template),
            None => invalids.push(Invalid { message: "template not found".to_owned(), value: name.clone() }),
        }
    }
    if invalids.is_empty() { Ok(found) } else { Err(ApiError::invalids(of, invalids)) }
}

pub(crate) fn delete_listed(call: &Call) -> Outcome<Answer> {
    delete(call, &listed(call, "template delete")?)
}

pub(crate) fn delete_matching(call: &Call) -> Outcome<Answer> {
    delete(call, &matching(call)?)
}

fn delete(call: &Call, all: &[KeptTemplate]) -> Outcome<Answer> {
    let mut deleted = 0;
    for template in all {
        deleted += usize::from(templates(call).delete(&template.namespace, &template.id)?);
    }
    Ok(count(deleted))
}
