//! Servers of the Model Context Protocol: which there are. What their tools are is in `tools`, how they are spoken with
//! in `speak`.

pub(crate) mod speak;
pub(crate) mod tools;

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::transaction::{Over, Transaction, Write};
use serde_json::{Map as Object, Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::paging::{Paging, page};
use crate::views::moment;

/// Where servers are kept.
const PLACE: &str = "kapelle.mcp";

/// The one that triggers mean that name none. It is always there.
pub(crate) const DEFAULT: &str = "default";

/// What people may say about a server.
const FIELDS: [&str; 6] =
    ["description", "instructions", "serverType", "authType", "oauthProvider", "oauthScopesSupported"];

/// Servers that one tenant may have, and characters of an id.
const MANY: usize = 1_000;
const ID_MAX: usize = 100;

/// A server that is kept.
pub(crate) struct Server {
    pub(crate) id: String,
    pub(crate) said: Object<String, Json>,
    pub(crate) is_disabled: bool,
    created: Millis,
    updated: Millis,
}

fn key(call: &Call, id: &str) -> DocumentKey {
    let tenant = Arc::clone(&call.tenant);
    DocumentKey { kind: Kind::Setting, tenant, namespace: PLACE.into(), name: id.into() }
}

fn kept(document: &Document) -> Outcome<Server> {
    let data: Json = serde_json::from_slice(&document.data).map_err(|_| ApiError::internal())?;
    Ok(Server {
        id: document.key.name.to_string(),
        said: data["said"].as_object().cloned().unwrap_or_default(),
        is_disabled: data["disabled"].as_bool().unwrap_or(false),
        created: data["created"].as_i64().map_or(document.created, Millis),
        updated: document.updated,
    })
}

fn default() -> Server {
    let said = Object::from_iter([("serverType".to_owned(), "PRIVATE".into())]);
    Server { id: DEFAULT.to_owned(), said, is_disabled: false, created: Millis(0), updated: Millis(0) }
}

/// The server that the path names.
pub(crate) fn find(call: &Call) -> Outcome<Server> {
    let id = call.variable("id");
    match call.store().document(&key(call, id))? {
        Some(document) => kept(&document),
        None if id == DEFAULT => Ok(default()),
        None => Err(ApiError::not_found(format!("there is no MCP server `{id}`"))),
    }
}

fn view(server: &Server) -> Json {
    let mut view = server.said.clone();
    for (name, value) in [
        ("id", Json::from(server.id.as_str())),
        ("disabled", server.is_disabled.into()),
        ("isDefault", (server.id == DEFAULT).into()),
        ("created", moment(server.created).into()),
        ("updated", moment(server.updated).into()),
    ] {
        view.insert(name.to_owned(), value);
    }
    Json::Object(view)
}

fn put(call: &Call, server: &Server, over: Over) -> Outcome<Answer> {
    let data =
        json!({"said": server.said, "disabled": server.is_disabled, "created": server.created.0}).to_string();
    let document = Document::new(key(call, &server.id), server.updated, None, data.into_bytes());
    call.store().commit(Transaction::of([Write::Put { document: Box::new(document), over }]))?;
    Ok(Answer::json(&view(server)))
}

/// What a body says about a server.
fn said(body: &Json) -> Object<String, Json> {
    let of = |name: &str| body.get(name).filter(|value| !value.is_null()).cloned();
    FIELDS.into_iter().filter_map(|name| Some((name.to_owned(), of(name)?))).collect()
}

pub(crate) fn create(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if !(1..=ID_MAX).contains(&id.len()) || !id.chars().all(is_plain) {
        return Err(ApiError::invalid_entity("id: must be letters, digits, - and _"));
    }
    if id == DEFAULT || call.store().document(&key(call, &id))?.is_some() {
        return Err(ApiError::conflict(format!("Invalid entity: id: there is an MCP server `{id}` already")));
    }
    let now = call.runtime().now();
    let is_disabled = body["disabled"].as_bool().unwrap_or(false);
    put(call, &Server { id, said: said(&body), is_disabled, created: now, updated: now }, Over::Nothing)
}

pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let before = find(call)?;
    let body = call.json()?;
    let is_disabled = body["disabled"].as_bool().unwrap_or(before.is_disabled);
    let updated = call.runtime().now();
    put(call, &Server { said: said(&body), is_disabled, updated, ..before }, Over::Any)
}

/// Switches it off, or on again.
pub(crate) fn toggle(call: &Call) -> Outcome<Answer> {
    let before = find(call)?;
    let (is_disabled, updated) = (!before.is_disabled, call.runtime().now());
    put(call, &Server { is_disabled, updated, ..before }, Over::Any)
}

pub(crate) fn get(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&view(&find(call)?)))
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let server = find(call)?;
    let write = Write::Remove { key: key(call, &server.id), over: Over::Any };
    if server.id == DEFAULT {
        return Err(ApiError::conflict("the default MCP server cannot be deleted; disable it instead"));
    }
    call.store().commit(Transaction::of([write]))?;
    Ok(Answer::no_content())
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let documents = call.store().documents(&call.permit, Kind::Setting, Some(PLACE), None, MANY)?;
    let own = documents.iter().filter(|document| document.key.tenant == call.tenant);
    let mut servers: Vec<Server> = own.map(kept).collect::<Outcome<_>>()?;
    if servers.iter().all(|server| server.id != DEFAULT) {
        servers.insert(0, default());
    }
    let rows: Vec<Json> = paging.of(&servers).iter().map(view).collect();
    Ok(Answer::json(&page(&rows, servers.len() as u64)))
}

pub(crate) fn tools_of(call: &Call) -> Outcome<Answer> {
    let server = find(call)?;
    Ok(Answer::json(&tools::of(call, &server.id)?.iter().map(tools::Tool::row).collect()))
}
