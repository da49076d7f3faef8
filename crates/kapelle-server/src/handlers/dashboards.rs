//! Dashboards: their documents, kept by id.

pub(crate) mod data;

use std::sync::Arc;

use kapelle_model::Millis;
use kapelle_store::document::{Document, DocumentKey, Kind};
use kapelle_store::transaction::{Over, Transaction, Write};
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::dashboards::chart::Chart;
use crate::dashboards::{Dashboard, read};
use crate::error::{ApiError, Outcome};
use crate::paging::{Paging, no_column, page, sortings};

/// Where dashboards are kept. No namespace of flows has a name of the product in front.
const PLACE: &str = "kapelle.dashboards";

/// The one that every server has.
const DEFAULT: &str = "default";
const DEFAULT_SOURCE: &str = include_str!("../dashboards/default.yaml");

/// Dashboards that one tenant may have.
const MANY: usize = 10_000;

/// One that is kept.
struct Kept {
    id: String,
    source: String,
    created: Millis,
    updated: Millis,
    version: u64,
}

fn key(call: &Call, id: &str) -> DocumentKey {
    let tenant = Arc::clone(&call.tenant);
    DocumentKey { kind: Kind::Setting, tenant, namespace: PLACE.into(), name: id.into() }
}

fn kept(document: &Document) -> Outcome<Kept> {
    let data: Json = serde_json::from_slice(&document.data).map_err(|_| ApiError::internal())?;
    Ok(Kept {
        id: document.key.name.to_string(),
        source: data["source"].as_str().unwrap_or_default().to_owned(),
        created: data["created"].as_i64().map_or(document.created, Millis),
        updated: document.updated,
        version: document.version,
    })
}

fn find(call: &Call, id: &str) -> Outcome<Kept> {
    if let Some(document) = call.store().document(&key(call, id))? {
        return kept(&document);
    }
    if id == DEFAULT {
        let (id, source) = (DEFAULT.to_owned(), DEFAULT_SOURCE.to_owned());
        return Ok(Kept { id, source, created: Millis(0), updated: Millis(0), version: 0 });
    }
    Err(ApiError::not_found(format!("there is no dashboard `{id}`")))
}

fn view(kept: &Kept) -> Outcome<Json> {
    let mut written = read(&kept.source)?;
    written.retain(|_, value| !value.is_null());
    let moment = crate::views::moment;
    for (name, value) in [
        ("tenantId", Json::from(crate::address::MAIN)),
        ("id", kept.id.as_str().into()),
        ("deleted", false.into()),
        ("created", moment(kept.created).into()),
        ("updated", moment(kept.updated).into()),
        ("sourceCode", kept.source.as_str().into()),
    ] {
        written.insert(name.to_owned(), value);
    }
    written.entry("charts").or_insert_with(|| json!([]));
    Ok(Json::Object(written))
}

fn put(call: &Call, kept: &Kept, over: Over) -> Outcome<Answer> {
    let data = json!({"source": kept.source, "created": kept.created.0}).to_string();
    let document = Document::new(key(call, &kept.id), kept.updated, None, data.into_bytes());
    call.store().commit(Transaction::of([Write::Put { document: Box::new(document), over }]))?;
    Ok(Answer::json(&view(kept)?))
}

pub(crate) fn create(call: &Call) -> Outcome<Answer> {
    let source = call.text()?.to_owned();
    let dashboard = Dashboard::read(&source)?;
    let id = dashboard.text("id").map_or_else(|| call.runtime().fresh_id().to_string(), str::to_owned);
    if id == DEFAULT || call.store().document(&key(call, &id))?.is_some() {
        return Err(ApiError::conflict(format!("Invalid entity: id: there is a dashboard `{id}` already")));
    }
    let now = call.runtime().now();
    put(call, &Kept { id, source, created: now, updated: now, version: 0 }, Over::Nothing)
}

pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let before = find(call, call.variable("id"))?;
    let source = call.text()?.to_owned();
    let dashboard = Dashboard::read(&source)?;
    if dashboard.text("id").is_some_and(|id| id != before.id) {
        return Err(ApiError::invalid_entity(format!("id: `{}` keeps its id", before.id)));
    }
    let over = if before.version == 0 { Over::Nothing } else { Over::Version(before.version) };
    let now = call.runtime().now();
    put(call, &Kept { source, updated: now, ..before }, over)
}

pub(crate) fn get(call: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&view(&find(call, call.variable("id"))?)?))
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let kept = find(call, call.variable("id"))?;
    if kept.version == 0 {
        return Err(ApiError::conflict("the dashboard that every server has cannot be deleted"));
    }
    let write = Write::Remove { key: key(call, &kept.id), over: Over::Any };
    call.store().commit(Transaction::of([write]))?;
    Ok(Answer::no_content())
}

pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let wanted = call.query.get("q").or_else(|| call.query.get("filters[q][EQUALS]"));
    let wanted = wanted.unwrap_or_default().to_lowercase();
    let documents = call.store().documents(&call.permit, Kind::Setting, Some(PLACE), None, MANY)?;
    let own = documents.iter().filter(|document| document.key.tenant == call.tenant);
    let mut found: Vec<Json> = own.map(|document| view(&kept(document)?)).collect::<Outcome<Vec<_>>>()?;
    let text = |row: &Json, name: &str| row[name].as_str().unwrap_or_default().to_lowercase();
    found.retain(|row| ["id", "title", "description"].iter().any(|name| text(row, name).contains(&wanted)));
    for sorting in sortings(call)?.iter().rev() {
        let column = match sorting.column.as_str() {
            column @ ("id" | "title" | "created" | "updated") => column,
            column => return Err(no_column(column)),
        };
        found.sort_by_key(|row| text(row, column));
        if sorting.is_descending {
            found.reverse();
        }
    }
    Ok(Answer::json(&page(paging.of(&found), found.len() as u64)))
}

/// Nobody has chosen another one.
pub(crate) fn defaults(_: &Call) -> Outcome<Answer> {
    Ok(Answer::json(&json!({
        "defaultHomeDashboard": DEFAULT,
        "defaultFlowOverviewDashboard": DEFAULT,
        "defaultNamespaceOverviewDashboard": DEFAULT,
    })))
}

pub(crate) fn validate(call: &Call) -> Outcome<Answer> {
    let wrong = Dashboard::read(call.text()?).err().map(|error| error.violations);
    let words = wrong.map(|violations| {
        violations.into_iter().map(|violation| violation.message).collect::<Vec<_>>().join("\n")
    });
    Ok(violation(words))
}

pub(crate) fn validate_chart(call: &Call) -> Outcome<Answer> {
    let words = match read(call.text()?) {
        Ok(written) => Chart::read(&Json::Object(written)).err(),
        Err(error) => Some(error.message),
    };
    Ok(violation(words))
}

fn violation(words: Option<String>) -> Answer {
    let mut answer = json!({"index": 0});
    if let Some(words) = words {
        answer["constraints"] = words.into();
    }
    Answer::json(&answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboard_of_every_server_can_be_read() {
        assert_eq!(Dashboard::read(DEFAULT_SOURCE).unwrap().charts.len(), 6);
    }
}
