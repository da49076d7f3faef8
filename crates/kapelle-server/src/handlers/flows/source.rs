//! Searching in the sources of flows, and replacing what is found.

use std::sync::Arc;

use kapelle_model::permit::is_under;
use kapelle_runtime::Unsaved;
use kapelle_store::flow::{FlowRevision, Which};
use serde_json::{Value as Json, json};

use super::pattern::{Pattern, Wanted};
use super::{Named, all, order};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::BULK_MAX;
use crate::paging::{Paging, page};
use crate::views::flow as view;

/// The lines of flows in which a text stands.
pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let wanted = Wanted {
        text: call.query.get("q").unwrap_or_default(),
        is_case_sensitive: call.query.is_set("caseSensitive"),
        is_whole_word: call.query.is_set("wholeWord"),
        is_pattern: call.query.is_set("regex"),
    };
    let pattern = Pattern::of(&wanted)?;
    let mut flows = under(call, call.query.get("namespace").unwrap_or_default())?;
    order(call, &mut flows)?;
    let found: Vec<Json> = flows
        .iter()
        .filter_map(|flow| {
            let fragments: Vec<String> =
                flow.source.lines().filter_map(|line| pattern.marked(line)).collect();
            let is_found = wanted.text.is_empty() || !fragments.is_empty();
            is_found.then(|| {
                json!({
                    "model": view::flow(flow),
                    "fragments": fragments,
                    "namespace": &*flow.namespace,
                    "id": &*flow.id,
                    "editable": true,
                    "matches": matches(&flow.source, &pattern),
                })
            })
        })
        .collect();
    Ok(Answer::json(&page(paging.of(&found), found.len() as u64)))
}

fn under(call: &Call, namespace: &str) -> Outcome<Vec<Arc<FlowRevision>>> {
    let mut flows = all(call)?;
    flows.retain(|flow| namespace.is_empty() || is_under(&flow.namespace, namespace));
    Ok(flows)
}

fn matches(source: &str, pattern: &Pattern) -> Vec<Json> {
    let lines = source.lines().enumerate();
    let found = lines.filter_map(|(at, line)| Some((at + 1, pattern.column(line)?, line)));
    found.map(|(line, column, text)| json!({"line": line, "column": column, "snippet": text})).collect()
}

/// What a body asks to be replaced.
struct Replacement {
    pattern: Pattern,
    with: String,
}

impl Replacement {
    fn read(body: &Json) -> Outcome<Self> {
        let text = |name: &str| {
            let missing = || ApiError::invalid_entity(format!("{name}: must not be null"));
            body[name].as_str().ok_or_else(missing)
        };
        let is = |name: &str| body[name].as_bool().unwrap_or(false);
        let wanted = Wanted {
            text: text("query")?,
            is_case_sensitive: is("caseSensitive"),
            is_whole_word: is("wholeWord"),
            is_pattern: is("regex"),
        };
        if wanted.text.is_empty() {
            return Err(ApiError::invalid_entity("query: must not be empty"));
        }
        if body["scope"].as_str().is_some_and(|scope| scope != "ALL") {
            return Err(ApiError::invalid_entity("scope: only ALL can be replaced in"));
        }
        Ok(Self { pattern: Pattern::of(&wanted)?, with: text("replacement")?.to_owned() })
    }

    /// The lines that change, each with what becomes of it.
    fn changes(&self, source: &str) -> Vec<(usize, String, String)> {
        let lines = source.lines().enumerate().filter(|(_, line)| self.pattern.column(line).is_some());
        let changes =
            lines.map(|(at, line)| (at + 1, line.to_owned(), self.pattern.replaced(line, &self.with)));
        changes.filter(|(_, before, after)| before != after).collect()
    }

    /// A source with the replacement made, in all lines or in one.
    fn made(&self, source: &str, only: Option<usize>) -> String {
        let lines = source.split_inclusive('\n').enumerate();
        let line = |(at, line): (usize, &str)| {
            let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
            match only {
                Some(wanted) if wanted != at + 1 => line.to_owned(),
                _ => format!("{}{end}", self.pattern.replaced(text, &self.with)),
            }
        };
        lines.map(line).collect()
    }
}

/// What would change. Nothing does.
pub(crate) fn preview(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let replacement = Replacement::read(&body)?;
    let mut total = 0;
    let mut rows = Vec::new();
    for flow in under(call, body["namespace"].as_str().unwrap_or_default())? {
        let changes = replacement.changes(&flow.source);
        if changes.is_empty() {
            continue;
        }
        total += changes.len();
        let changes = changes
            .into_iter()
            .map(|(line, before, after)| json!({"line": line, "before": before, "after": after}));
        rows.push(json!({
            "namespace": &*flow.namespace,
            "id": &*flow.id,
            "editable": true,
            "matches": changes.collect::<Vec<_>>(),
        }));
    }
    let flows = rows.len();
    Ok(Answer::json(&json!({
        "totalMatches": total, "totalFlows": flows, "editableFlowCount": flows, "flows": rows
    })))
}

/// Replaces in the flows that the body names, each by itself.
pub(crate) fn apply(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let replacement = Replacement::read(&body)?;
    let flows = body["flows"].as_array().filter(|flows| flows.len() <= BULK_MAX);
    let flows =
        flows.ok_or_else(|| ApiError::invalid_entity("flows: a list of {namespace, id} is needed"))?;
    let (mut updated, mut skipped) = (Vec::new(), Vec::new());
    for flow in flows {
        let text = |name: &str| flow[name].as_str().unwrap_or_default();
        let (namespace, id) = (text("namespace"), text("id"));
        match replaced(call, &replacement, namespace, id, None)? {
            Ok(saved) => updated.push(saved),
            Err((reason, words)) => {
                skipped.push(json!({"namespace": namespace, "id": id, "reason": reason, "message": words}));
            }
        }
    }
    Ok(Answer::json(&json!({"updated": updated, "skipped": skipped})))
}

/// Replaces in one line of a flow.
pub(crate) fn line(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let replacement = Replacement::read(&body)?;
    let text = |name: &str| {
        let missing = || ApiError::invalid_entity(format!("{name}: must not be null"));
        body[name].as_str().ok_or_else(missing)
    };
    let (namespace, id) = (text("namespace")?, text("id")?);
    let line = body["line"].as_u64().and_then(|line| usize::try_from(line).ok());
    let line = line.ok_or_else(|| ApiError::invalid_entity("line: must be a number from 1"))?;
    match replaced(call, &replacement, namespace, id, Some(line))? {
        Ok(saved) => Ok(Answer::json(&saved)),
        Err(("NOT_FOUND", _)) => Err(ApiError::not_found(format!("Unable to find flow {namespace}.{id}"))),
        Err((_, Some(words))) => Err(ApiError::invalid_entity(words)),
        Err(_) => Err(ApiError::invalid_entity(format!("line: line {line} has nothing that would change"))),
    }
}

/// The flow as it was saved, or why nothing was, as clients call it.
type Replaced = Result<Json, (&'static str, Option<String>)>;

fn replaced(
    call: &Call,
    replacement: &Replacement,
    namespace: &str,
    id: &str,
    line: Option<usize>,
) -> Outcome<Replaced> {
    let found = call.store().flow(&call.tenant, namespace, id, Which::Latest)?;
    let Some(flow) = found.filter(|_| call.may_see(namespace)) else { return Ok(Err(("NOT_FOUND", None))) };
    let source = replacement.made(&flow.source, line);
    if source == *flow.source {
        let is_there = flow.source.lines().any(|line| replacement.pattern.column(line).is_some());
        return Ok(Err((if is_there { "NO_CHANGE" } else { "NO_MATCH" }, None)));
    }
    let keeps_name = Named::of(&source).is_some_and(|named| named.namespace == namespace && named.id == id);
    if !keeps_name {
        return Ok(Err(("INVALID_FLOW", Some("a flow keeps its namespace and its id".to_owned()))));
    }
    match call.runtime().save_flow(&call.tenant, &source) {
        Ok(saved) => Ok(Ok(view::with_source(&saved.flow))),
        Err(error @ Unsaved::Wrong(_)) => Ok(Err(("INVALID_FLOW", Some(ApiError::from(error).message)))),
        Err(error) => Err(error.into()),
    }
}
