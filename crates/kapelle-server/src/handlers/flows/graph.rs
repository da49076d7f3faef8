//! The topology of a flow, with the flows inside of it that somebody wants to see.

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_model::Node;
use kapelle_model::flow::Task;
use kapelle_store::flow::{FlowRevision, Which};
use serde_json::Value as Json;

use super::{find, named};
use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome};
use crate::views::flow::root;
use crate::views::graph::{Inside, graph};

/// Flows that are shown inside of one.
const INSIDE_MAX: usize = 200;

pub(crate) fn of_flow(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let which = call.number("revision")?.map_or(Which::Latest, Which::Exactly);
    with_subflows(call, &find(call, namespace, id, which)?.source)
}

/// The topology of a flow that is not saved.
pub(crate) fn of_source(call: &Call) -> Outcome<Answer> {
    with_subflows(call, call.text()?)
}

/// The topology of a flow by itself.
pub(crate) fn alone(source: &str) -> Outcome<Json> {
    drawn(source, &mut |_, _| None)
}

pub(crate) fn drawn<'r>(source: &str, inside: &'r mut Inside<'r>) -> Outcome<Json> {
    let root = root(source).ok_or_else(|| ApiError::invalid_entity("the flow cannot be read"))?;
    Ok(graph(&root, inside))
}

fn with_subflows(call: &Call, source: &str) -> Outcome<Answer> {
    let (wanted, mut failed) = (wanted(call)?, None);
    let mut inside = |uid: &str, task: &Task| {
        let found = wanted.contains(uid).then(|| started(call, source, task))?;
        let found = found.unwrap_or_else(|error| {
            failed = Some(error);
            None
        });
        root(&found?.source)
    };
    let graph = drawn(source, &mut inside)?;
    failed.map_or_else(|| Ok(Answer::json(&graph)), Err)
}

/// The uids of the tasks whose flows are to be shown.
pub(crate) fn wanted(call: &Call) -> Outcome<BTreeSet<&str>> {
    let texts = call.query.all("subflows").flat_map(|text| text.split(','));
    let wanted: BTreeSet<&str> = texts.map(str::trim).filter(|uid| !uid.is_empty()).collect();
    if wanted.len() > INSIDE_MAX {
        return Err(ApiError::invalid_entity(format!("subflows: at most {INSIDE_MAX} are shown at once")));
    }
    Ok(wanted)
}

/// The flow that a task starts, as far as that is known before it runs. Without a namespace it is one of the flow around.
pub(crate) fn started(call: &Call, around: &str, task: &Task) -> Outcome<Option<Arc<FlowRevision>>> {
    let fixed = |text: &String| !text.contains("{{") && !text.contains("{%");
    let text = |name: &str| task.property(name).and_then(Node::scalar_text).filter(fixed);
    let own = || root(around)?.get("namespace")?.scalar_text();
    let (Some(namespace), Some(flow)) = (text("namespace").or_else(own), text("flowId")) else {
        return Ok(None);
    };
    if !call.may_see(&namespace) {
        return Ok(None);
    }
    let revision = text("revision").and_then(|text| text.parse().ok());
    let which = revision.map_or(Which::Latest, Which::Exactly);
    Ok(call.store().flow(&call.tenant, &namespace, &flow, which)?)
}
