//! Flows to begin with.

use serde_json::{Value as Json, json};

use super::flows::graph::alone;
use crate::answer::Answer;
use crate::blueprints::{Blueprint, all};
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::paging::{Paging, no_column, page, sortings};

/// When they were made known: with the server.
const PUBLISHED: &str = "2026-01-01T00:00:00.000Z";

fn item(blueprint: &Blueprint) -> Json {
    json!({
        "id": blueprint.id,
        "title": blueprint.title,
        "description": blueprint.description,
        "includedTasks": blueprint.types,
        "tags": [blueprint.tag],
        "publishedAt": PUBLISHED,
    })
}

/// The word of a kind, in one or many, whatever its case; anything else is an id to older clients.
fn kind(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let word = lower.strip_suffix('s').unwrap_or(&lower);
    ["flow", "dashboard", "app", "test"].into_iter().find(|known| *known == word)
}

fn find(id: &str) -> Outcome<&'static Blueprint> {
    let found = all().iter().find(|blueprint| blueprint.id == id);
    found.ok_or_else(|| ApiError::not_found(format!("there is no blueprint `{id}`")))
}

pub(crate) fn list(call: &Call) -> Outcome<Answer> {
    listed(call, "flow")
}

fn listed(call: &Call, kind: &str) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let filter = |name: &str| {
        let spelled = [format!("filters[{name}][EQUALS]"), format!("filters[{name}][IN]")];
        let found = spelled.iter().find_map(|name| call.query.get(name)).or_else(|| call.query.get(name));
        found.unwrap_or_default().to_lowercase()
    };
    let (wanted, tags) = (filter("q"), filter("tags"));
    let is_tagged =
        |tag: &str| tags.is_empty() || tags.split(',').any(|own| own.trim() == tag.to_lowercase());
    let mut found: Vec<&Blueprint> = all()
        .iter()
        .filter(|blueprint| kind == "flow" && is_tagged(blueprint.tag))
        .filter(|blueprint| item(blueprint).to_string().to_lowercase().contains(&wanted))
        .collect();
    for sorting in sortings(call)?.iter().rev() {
        match sorting.column.as_str() {
            "id" => found.sort_by_key(|blueprint| blueprint.id.as_str()),
            "title" => found.sort_by_key(|blueprint| blueprint.title.as_str()),
            "publishedAt" => {}
            column => return Err(no_column(column)),
        }
        if sorting.is_descending {
            found.reverse();
        }
    }
    let rows: Vec<Json> = paging.of(&found).iter().map(|blueprint| item(blueprint)).collect();
    Ok(Answer::json(&page(&rows, found.len() as u64)))
}

/// `community/{kind}`, or `community/{id}` of older clients.
pub(crate) fn list_or_one(call: &Call) -> Outcome<Answer> {
    let word = call.variable("kind");
    match kind(word) {
        Some(kind) => listed(call, kind),
        None => one(find(word)?),
    }
}

/// `community/{kind}/{id}`, or of older clients `community/{id}/flow` and the like.
pub(crate) fn one_or_part(call: &Call) -> Outcome<Answer> {
    let (word, id) = (call.variable("kind"), call.variable("id"));
    match (kind(word), id) {
        (Some("flow"), _) => one(find(id)?),
        (Some(_), _) => Err(ApiError::not_found(format!("there is no blueprint `{id}`"))),
        (None, "flow" | "source") => Ok(yaml(find(word)?)),
        (None, "graph") => drawn(find(word)?),
        (None, _) => Err(ApiError::not_found(format!("there are no blueprints of kind `{word}`"))),
    }
}

fn one(blueprint: &Blueprint) -> Outcome<Answer> {
    let mut answer = item(blueprint);
    answer["source"] = blueprint.source.into();
    answer["kind"] = "FLOW".into();
    Ok(Answer::json(&answer))
}

fn yaml(blueprint: &Blueprint) -> Answer {
    Answer::bytes(blueprint.source).header("content-type", "application/yaml")
}

fn drawn(blueprint: &Blueprint) -> Outcome<Answer> {
    alone(blueprint.source).map(|graph| Answer::json(&graph))
}

pub(crate) fn source(call: &Call) -> Outcome<Answer> {
    find(call.variable("id")).map(yaml)
}

pub(crate) fn graph(call: &Call) -> Outcome<Answer> {
    drawn(find(call.variable("id"))?)
}

pub(crate) fn tags(call: &Call) -> Outcome<Answer> {
    let mut tags: Vec<&str> = Vec::new();
    let is_flow = call.variables.get("kind").is_none_or(|word| kind(word) == Some("flow"));
    for blueprint in all().iter().filter(|_| is_flow) {
        if !tags.contains(&blueprint.tag) {
            tags.push(blueprint.tag);
        }
    }
    let each = tags.into_iter().map(|tag| json!({"id": tag, "name": tag, "publishedAt": PUBLISHED}));
    Ok(Answer::json(&each.collect()))
}
