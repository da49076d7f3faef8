//! What belongs to the person who asks: views, bookmarks, drafts and settings. Each is a document with the name of the
//! person in it; nobody else changes it, and only views that are shared are seen by others.

pub(crate) mod bookmarks;
pub(crate) mod me;
pub(crate) mod views;

use std::sync::Arc;

use kapelle_model::permit::Permit;
use kapelle_store::document::{Document, DocumentKey, Kind};
use serde_json::Value as Json;

use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::VIEW_BYTES_MAX;

/// Where something of a person is kept. No namespace of flows has a name of the product in front.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Drafts,
    Views,
    Bookmarks,
    Settings,
}

impl Place {
    const fn name(self) -> &'static str {
        match self {
            Self::Drafts => "kapelle.drafts",
            Self::Views => "kapelle.views",
            Self::Bookmarks => "kapelle.bookmarks",
            Self::Settings => "kapelle.people",
        }
    }
}

/// Documents that are read at once.
const PAGE: usize = 1_000;

pub(super) fn person(call: &Call) -> Arc<str> {
    call.caller().unwrap_or_else(|| "anonymous".into())
}

pub(super) fn key(call: &Call, place: Place, name: &str) -> DocumentKey {
    let tenant = Arc::clone(&call.tenant);
    DocumentKey { kind: Kind::Setting, tenant, namespace: place.name().into(), name: name.into() }
}

/// All that is kept in a place. The permit is not that of the person, whose namespaces have nothing to do with it: the
/// caller has to see to whose things are shown.
fn all(call: &Call, place: Place) -> Outcome<Vec<Document>> {
    let permit = Permit::system("things of people").within(Arc::clone(&call.tenant));
    let mut found: Vec<Document> = Vec::new();
    loop {
        let after = found.last().map(|last| last.key.clone());
        let page =
            call.store().documents(&permit, Kind::Setting, Some(place.name()), after.as_ref(), PAGE)?;
        let is_last = page.len() < PAGE;
        found.extend(page);
        if is_last {
            return Ok(found);
        }
    }
}

fn data(document: &Document) -> Outcome<Json> {
    serde_json::from_slice(&document.data).map_err(|_| ApiError::internal())
}

/// A text of a body, within the limit for what people name and note.
fn text(body: &Json, name: &str) -> Outcome<String> {
    let text = body[name].as_str().map(str::trim).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| ApiError::invalid_entity(format!("{name}: must not be empty")))?;
    if text.len() > VIEW_BYTES_MAX / 2 {
        return Err(ApiError::invalid_entity(format!("{name}: it is too long")));
    }
    Ok(text.to_owned())
}

/// An address of this interface: one of somebody else's would lead people away.
fn address(body: &Json) -> Outcome<String> {
    let address = text(body, "address")?;
    let is_own = address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\n']);
    if is_own {
        Ok(address)
    } else {
        Err(ApiError::invalid_entity("address: a path of this server is expected"))
    }
}
