//! Saved views: a page with its filter, columns and order, under a name.

use kapelle_store::document::Document;
use kapelle_store::transaction::{Over, Transaction, Write};
use serde_json::{Value as Json, json};

use super::{Place, address, all, data, key, person, text};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::VIEWS_MAX;
use crate::views::moment;

/// A view as the person may see it: an own one, or one that is shared.
fn seen(call: &Call, document: &Document) -> Outcome<Option<Json>> {
    let mut view = data(document)?;
    let is_own = view["owner"] == *person(call);
    if !is_own && view["shared"] != true {
        return Ok(None);
    }
    view["id"] = (&*document.key.name).into();
    view["own"] = is_own.into();
    view["updated"] = moment(document.updated).into();
    if !is_own {
        // Somebody else's choice.
        view["default"] = false.into();
    }
    Ok(Some(view))
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("there is no view `{id}`"))
}

/// The views of a page, or of all pages: own ones first, by name.
pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let page = call.query.get("page").filter(|page| !page.is_empty());
    let mut rows = Vec::new();
    for document in all(call, Place::Views)? {
        rows.extend(seen(call, &document)?.filter(|view| page.is_none_or(|page| view["page"] == page)));
    }
    rows.sort_by_key(|view| (view["own"] != true, view["name"].as_str().unwrap_or_default().to_lowercase()));
    Ok(Answer::json(&json!({"results": rows, "total": rows.len()})))
}

fn find(call: &Call, id: &str) -> Outcome<(Document, Json)> {
    let document = call.store().document(&key(call, Place::Views, id))?.ok_or_else(|| missing(id))?;
    let view = seen(call, &document)?.ok_or_else(|| missing(id))?;
    Ok((document, view))
}

/// One that the person may change.
fn own(call: &Call) -> Outcome<Document> {
    let (document, view) = find(call, call.variable("id"))?;
    if view["own"] == true {
        return Ok(document);
    }
    let why = format!("Forbidden: the view belongs to {}", view["owner"].as_str().unwrap_or_default());
    Err(ApiError::new(hyper::StatusCode::FORBIDDEN, why))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&find(call, call.variable("id"))?.1))
}

/// What is kept of a body.
fn wanted(call: &Call) -> Outcome<Json> {
    let body = call.json()?;
    let flag = |name: &str| body[name].as_bool().unwrap_or(false);
    Ok(json!({
        "name": text(&body, "name")?,
        "page": text(&body, "page")?,
        "address": address(&body)?,
        "shared": flag("shared"),
        "default": flag("default"),
        "owner": &*person(call),
    }))
}

pub(crate) fn create(call: &Call) -> Outcome<Answer> {
    let view = wanted(call)?;
    let mut count = 0;
    for document in all(call, Place::Views)? {
        count += usize::from(data(&document)?["owner"] == view["owner"]);
    }
    if count >= VIEWS_MAX {
        let why = format!("there are {count} views of yours, and at most {VIEWS_MAX} are kept; delete some");
        return Err(ApiError::illegal_argument(why));
    }
    put(call, &call.runtime().fresh_id().to_string(), &view, Over::Nothing)
}

pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let before = own(call)?;
    put(call, &before.key.name, &wanted(call)?, Over::Version(before.version))
}

fn put(call: &Call, id: &str, view: &Json, over: Over) -> Outcome<Answer> {
    let now = call.runtime().now();
    let document = Document::new(key(call, Place::Views, id), now, None, view.to_string().into_bytes());
    let shown = seen(call, &document)?.unwrap_or_default();
    let mut writes = vec![Write::Put { document: Box::new(document), over }];
    if view["default"] == true {
        writes.extend(others(call, id, view)?);
    }
    call.store().commit(Transaction::of(writes))?;
    Ok(Answer::json(&shown))
}

/// A page has one default: what was it before is none any more.
fn others(call: &Call, id: &str, view: &Json) -> Outcome<Vec<Write>> {
    let mut writes = Vec::new();
    for mut document in all(call, Place::Views)? {
        let mut other = data(&document)?;
        let is_same = other["owner"] == view["owner"] && other["page"] == view["page"];
        if *document.key.name != *id && is_same && other["default"] == true {
            other["default"] = false.into();
            let over = Over::Version(document.version);
            document.data = other.to_string().into_bytes();
            writes.push(Write::Put { document: Box::new(document), over });
        }
    }
    Ok(writes)
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let document = own(call)?;
    let over = Over::Version(document.version);
    call.store().commit(Transaction::of([Write::Remove { key: document.key, over }]))?;
    Ok(Answer::no_content())
}
