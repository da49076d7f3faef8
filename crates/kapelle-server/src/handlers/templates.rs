//! Templates: lists of tasks that flows share. A template is checked as the flow that it would be.

pub(crate) mod archive;
pub(crate) mod bulk;

use kapelle_core::diagnostic::Severity;
use kapelle_core::source::Source;
use kapelle_model::Node;
use kapelle_runtime::templates::{KeptTemplate, TenantTemplates};
use serde_json::Value as Json;

use super::flows::{Named, named};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::paging::{Paging, no_column, page, sortings};
use crate::views::flow::root;
use crate::views::template::{self as view, PROPERTIES};
use crate::views::validation;

fn templates(call: &Call) -> TenantTemplates {
    call.runtime().templates(&call.tenant)
}

fn missing(namespace: &str, id: &str) -> ApiError {
    ApiError::not_found(format!("Unable to find template {namespace}.{id}"))
}

pub(crate) fn create(call: &Call) -> Outcome<Answer> {
    let source = call.text()?;
    let name = checked(call, source)?;
    if templates(call).get(&name.namespace, &name.id)?.is_some() {
        return Err(ApiError::invalid_entity("id: Template id already exists"));
    }
    save(call, &name, source)
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let found = templates(call).get(namespace, id)?.ok_or_else(|| missing(namespace, id))?;
    Ok(Answer::json(&view::template(call, &found)))
}

pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    templates(call).get(namespace, id)?.ok_or_else(|| missing(namespace, id))?;
    let name = checked(call, call.text()?)?;
    if name.id != id {
        return Err(ApiError::invalid_entity(format!("id: Illegal template id update: `{id}` keeps its id")));
    }
    if name.namespace != namespace {
        let why = format!("namespace: Illegal namespace update: `{id}` stays in `{namespace}`");
        return Err(ApiError::invalid_entity(why));
    }
    save(call, &name, call.text()?)
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    if templates(call).delete(namespace, id)? {
        Ok(Answer::no_content())
    } else {
        Err(missing(namespace, id))
    }
}

fn save(call: &Call, name: &Named, source: &str) -> Outcome<Answer> {
    let kept = templates(call).put(&name.namespace, &name.id, source)?;
    Ok(Answer::json(&view::template(call, &kept)))
}

/// The name of a template that has no mistakes and is in a namespace of the caller.
fn checked(call: &Call, source: &str) -> Outcome<Named> {
    let wrong = || ApiError::invalid_entity("a template with a namespace and an id is expected");
    let document = root(source).ok_or_else(wrong)?;
    let stranger = document.entries().iter().find(|entry| !PROPERTIES.contains(&entry.key.as_str()));
    if let Some(entry) = stranger {
        let why =
            format!("Unrecognized field \"{}\": a template has only {}", entry.key, PROPERTIES.join(", "));
        return Err(ApiError::invalid_entity(why));
    }
    let files = call.runtime().check(vec![Source::new("template", &*as_flow(&document))]);
    let found = files.into_iter().flat_map(|file| file.documents).flat_map(|document| document.diagnostics);
    let errors: Vec<_> = found.filter(|found| found.severity == Severity::Error).collect();
    if !errors.is_empty() {
        return Err(ApiError::diagnostics(&errors));
    }
    let name = Named::of(source).ok_or_else(wrong)?;
    call.demand(&name.namespace)?;
    Ok(name)
}

/// What a flow has of a template.
fn as_flow(document: &Node) -> String {
    view::written(document, &["id", "namespace", "description", "tasks", "errors", "finally"]).to_string()
}

/// Those that the query asks for, by namespace and id.
fn matching(call: &Call) -> Outcome<Vec<KeptTemplate>> {
    let given = |names: [&str; 2]| {
        names.into_iter().find_map(|name| call.query.get(name)).filter(|text| !text.is_empty())
    };
    let wanted = given(["q", "filters[q][EQUALS]"]).unwrap_or_default().to_lowercase();
    let namespace = given(["namespace", "filters[namespace][EQUALS]"]);
    let is_wanted = |template: &KeptTemplate| {
        let name = format!("{}.{}", template.namespace, template.id).to_lowercase();
        let is_under = |above: &str| kapelle_model::permit::is_under(&template.namespace, above);
        namespace.is_none_or(is_under) && name.contains(&wanted)
    };
    Ok(templates(call).all(&call.permit)?.into_iter().filter(is_wanted).collect())
}

pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let (paging, mut found) = (Paging::read(call)?, matching(call)?);
    for sorting in sortings(call)?.iter().rev() {
        match sorting.column.as_str() {
            "id" => found.sort_by(|one, two| one.id.cmp(&two.id)),
            "namespace" => found.sort_by(|one, two| one.namespace.cmp(&two.namespace)),
            column => return Err(no_column(column)),
        }
        if sorting.is_descending {
            found.reverse();
        }
    }
    let rows: Vec<Json> = paging.of(&found).iter().map(|template| view::template(call, template)).collect();
    Ok(Answer::json(&page(&rows, found.len() as u64)))
}

pub(crate) fn namespaces(call: &Call) -> Outcome<Answer> {
    let mut names: Vec<_> =
        templates(call).all(&call.permit)?.into_iter().map(|template| template.namespace).collect();
    names.dedup();
    Ok(Answer::json(&names.iter().map(|name| Json::from(&**name)).collect()))
}

/// What is wrong with the documents of a text, or of JSON.
pub(crate) fn validate(call: &Call) -> Outcome<Answer> {
    let mut answers = Vec::new();
    for source in bulk::documents(call.text()?) {
        let document = root(source);
        let source = document.as_ref().map_or_else(|| source.to_owned(), as_flow);
        for file in call.runtime().check(vec![Source::new("template", &*source)]) {
            for document in &file.documents {
                answers.push(validation::document(answers.len(), document, false));
            }
        }
    }
    Ok(Answer::json(&answers.into()))
}
