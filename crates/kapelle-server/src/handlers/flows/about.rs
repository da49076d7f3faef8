//! What editors and other servers ask about flows: deprecated types, what expressions may name, hashes.

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::builtin::{self, Kind};
use kapelle_model::Node;
use kapelle_model::permit::is_under;
use kapelle_store::flow::Which;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::all;
use crate::answer::Answer;
use crate::auth::hex;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::limits::BULK_MAX;
use crate::views::flow as view;

/// Flows with tasks of types that have another name by now, or none.
pub(crate) fn deprecated(call: &Call) -> Outcome<Answer> {
    let namespace = call.query.get("namespace").unwrap_or_default();
    let mut rows = Vec::new();
    for flow in all(call)? {
        if !namespace.is_empty() && !is_under(&flow.namespace, namespace) {
            continue;
        }
        let mut tasks = Vec::new();
        if let Some(root) = view::root(&flow.source) {
            outdated(&root, &mut tasks);
        }
        if !tasks.is_empty() {
            rows.push(json!({
                "namespace": &*flow.namespace,
                "flowId": &*flow.id,
                "revision": flow.revision,
                "deprecatedTasks": tasks,
            }));
        }
    }
    Ok(Answer::json(&rows.into()))
}

fn outdated(node: &Node, found: &mut Vec<Json>) {
    let text = |name: &str| node.get(name).and_then(Node::scalar_text);
    if let (Some(id), Some(written)) = (text("id"), text("type"))
        && let Some(known) = Catalogue::bundled().find(&written)
    {
        let replacement = (known.entry.name != written).then_some(known.entry.name);
        if replacement.is_some() || known.entry.deprecated {
            found.push(json!({"taskId": id, "taskType": written, "replacement": replacement}));
        }
    }
    node.entries().iter().for_each(|entry| outdated(&entry.value, found));
    node.items().iter().for_each(|item| outdated(item, found));
}

/// What expressions of a flow may name, as far as its source tells.
pub(crate) fn expressions(call: &Call) -> Outcome<Answer> {
    let wrong = || ApiError::invalid_entity("the flow cannot be read");
    let root = view::root(call.text()?).ok_or_else(wrong)?;
    let until = call.query.get("taskId").filter(|task| !task.is_empty());
    let mut tasks = Vec::new();
    for list in ["tasks", "errors", "finally", "afterExecution"] {
        if let Some(list) = root.get(list) {
            ids(list, &mut tasks);
        }
    }
    // A task sees what ran before it.
    if let Some(at) = until.and_then(|until| tasks.iter().position(|task| task == until)) {
        tasks.truncate(at);
    }
    let mut inputs = Vec::new();
    if let Some(list) = root.get("inputs") {
        ids(list, &mut inputs);
    }
    let variables = root.get("variables").map_or(&[][..], Node::entries);
    let named = |prefix: &str, names: Vec<String>| -> Vec<String> {
        names.into_iter().map(|name| format!("{prefix}.{name}")).collect()
    };
    let categories = json!({
        "taskOutputs": named("outputs", tasks),
        "executionContext": [
            "execution.id", "execution.startDate", "execution.state", "execution.originalId",
            "flow.id", "flow.namespace", "flow.revision", "flow.tenantId",
            "task.id", "task.type", "taskrun.id", "taskrun.startDate", "taskrun.attemptsCount", "labels",
        ],
        "inputs": named("inputs", inputs),
        "variables": named("vars", variables.iter().map(|entry| entry.key.clone()).collect()),
        "secrets": [],
        "kvPairs": [],
        "namespaceFiles": [],
        "filters": builtin::names(Kind::Filter).collect::<Vec<_>>(),
        "functions": builtin::names(Kind::Function).collect::<Vec<_>>(),
        "appContext": [],
    });
    Ok(Answer::json(&json!({"categories": categories})))
}

/// The ids in a list and below it, in their order.
fn ids(node: &Node, found: &mut Vec<String>) {
    found.extend(node.get("id").and_then(Node::scalar_text));
    let below = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    below.for_each(|inner| ids(inner, found));
}

/// Fingerprints of sources, by which another server knows whether it has the same.
pub(crate) fn hashes(call: &Call) -> Outcome<Answer> {
    let body = call.json()?;
    let names = body.get("flows").unwrap_or(&body).as_array().filter(|names| names.len() <= BULK_MAX);
    let names = names.ok_or_else(|| ApiError::invalid_entity("a list of {namespace, id} is expected"))?;
    let mut rows = Vec::new();
    for name in names {
        let text = |key: &str| name[key].as_str().unwrap_or_default();
        let (namespace, id) = (text("namespace"), text("id"));
        let found = call.store().flow(&call.tenant, namespace, id, Which::Latest)?;
        let found = found.filter(|_| call.may_see(namespace));
        rows.push(json!({
            "namespace": namespace,
            "id": id,
            "hash": found.as_ref().map(|flow| hash(&flow.source)),
            "revision": found.as_ref().map(|flow| flow.revision),
        }));
    }
    Ok(Answer::json(&json!({"hashes": rows})))
}

fn hash(source: &str) -> String {
    hex::write(&Sha256::digest(source))
}
