//! Bookmarks: pages that a person comes back to, in their order. All of a person are one document.

use kapelle_store::document::Document;
use kapelle_store::transaction::{Over, Transaction, Write};
use serde_json::{Value as Json, json};

use super::{Place, address, data, key, person, text};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::VIEWS_MAX;

/// The bookmarks with what a change of them has to be put over.
fn kept(call: &Call) -> Outcome<(Vec<Json>, Over)> {
    let Some(document) = call.store().document(&key(call, Place::Bookmarks, &person(call)))? else {
        return Ok((Vec::new(), Over::Nothing));
    };
    let bookmarks = data(&document)?.as_array().cloned().unwrap_or_default();
    Ok((bookmarks, Over::Version(document.version)))
}

fn keep(call: &Call, bookmarks: Vec<Json>, over: Over) -> Outcome<()> {
    let key = key(call, Place::Bookmarks, &person(call));
    let data = Json::Array(bookmarks).to_string().into_bytes();
    let document = Document::new(key, call.runtime().now(), None, data);
    call.store().commit(Transaction::of([Write::Put { document: Box::new(document), over }]))?;
    Ok(())
}

fn wanted(call: &Call, id: &str) -> Outcome<Json> {
    let body = call.json()?;
    Ok(json!({"id": id, "name": text(&body, "name")?, "address": address(&body)?}))
}

fn place(call: &Call, bookmarks: &[Json]) -> Outcome<usize> {
    let id = call.variable("id");
    let found = bookmarks.iter().position(|bookmark| bookmark["id"] == id);
    found.ok_or_else(|| ApiError::not_found(format!("there is no bookmark `{id}`")))
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let (bookmarks, _) = kept(call)?;
    Ok(Answer::json(&json!({"results": bookmarks, "total": bookmarks.len()})))
}

/// Adds one. A page that is there already is not there twice.
pub(crate) fn create(call: &Call) -> Outcome<Answer> {
    let (mut bookmarks, over) = kept(call)?;
    let new = wanted(call, &call.runtime().fresh_id().to_string())?;
    if let Some(same) = bookmarks.iter().find(|bookmark| bookmark["address"] == new["address"]) {
        return Ok(Answer::json(same));
    }
    if bookmarks.len() >= VIEWS_MAX {
        let why = format!("there are {VIEWS_MAX} bookmarks, and no more are kept; delete some");
        return Err(ApiError::illegal_argument(why));
    }
    bookmarks.push(new.clone());
    keep(call, bookmarks, over)?;
    Ok(Answer::json(&new))
}

pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let (mut bookmarks, over) = kept(call)?;
    let place = place(call, &bookmarks)?;
    let new = wanted(call, call.variable("id"))?;
    bookmarks[place] = new.clone();
    keep(call, bookmarks, over)?;
    Ok(Answer::json(&new))
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let (mut bookmarks, over) = kept(call)?;
    let place = place(call, &bookmarks)?;
    bookmarks.remove(place);
    keep(call, bookmarks, over)?;
    Ok(Answer::no_content())
}
