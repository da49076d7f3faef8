//! Flows: one by one.

pub(crate) mod about;
pub(crate) mod archive;
pub(crate) mod base;
pub(crate) mod bulk;
pub(crate) mod draft;
pub(crate) mod graph;
pub(crate) mod many;
mod pattern;
pub(crate) mod revisions;
pub(crate) mod source;
pub(crate) mod validate;

use std::sync::Arc;

use hyper::StatusCode;
use kapelle_core::expression::plain;
use kapelle_model::{Node, Span};
use kapelle_store::flow::{FlowRevision, Which};
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::call::Call;
use crate::error::{ApiError, Outcome, Violation};
use crate::filters;
use crate::paging::{Paging, no_column, page, sortings};
use crate::profile::Profile;
use crate::views::{flow as view, value};

/// What a flow is called in its own source.
pub(crate) struct Named {
    pub(crate) namespace: String,
    pub(crate) id: String,
}

impl Named {
    /// None if the source is no flow; saving it tells why.
    pub(crate) fn of(source: &str) -> Option<Self> {
        let root = view::root(source)?;
        let text = |name: &str| root.get(name).and_then(Node::scalar_text);
        Some(Self { namespace: text("namespace")?, id: text("id")? })
    }
}

pub(crate) fn create(call: &Call) -> Outcome<Answer> {
    let source = call.text()?;
    if let Some(named) = Named::of(source) {
        call.demand(&named.namespace)?;
        if call.store().flow(&call.tenant, &named.namespace, &named.id, Which::Latest)?.is_some() {
            let why = "Flow id already exists".to_owned();
            let violation = Violation { message: format!("id: {why}"), path: Some("id".to_owned()) };
            let message = format!("Invalid entity: id: {why}");
            let status = match call.app.profile {
                Profile::First => StatusCode::UNPROCESSABLE_ENTITY,
                Profile::Second => StatusCode::CONFLICT,
            };
            return Err(ApiError { violations: vec![violation], ..ApiError::new(status, message) });
        }
    }
    save(call, source)
}

fn save(call: &Call, source: &str) -> Outcome<Answer> {
    let definition = call.runtime().save_flow(&call.tenant, source)?;
    Ok(Answer::json(&view::with_source(&definition.flow)))
}

pub(crate) fn update(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let source = call.text()?;
    latest(call, namespace, id)?;
    check_name(source, namespace, id)?;
    base::save(call, (namespace, id), source)
}

/// A flow keeps its name.
fn check_name(source: &str, namespace: &str, id: &str) -> Outcome<()> {
    let Some(named) = Named::of(source) else { return Ok(()) };
    if named.id != id {
        return Err(ApiError::invalid_entity(format!(
            "id: Illegal flow id update: `{id}` cannot become `{}`",
            named.id
        )));
    }
    if named.namespace != namespace {
        let why =
            format!("namespace: Illegal namespace update: `{namespace}` cannot become `{}`", named.namespace);
        return Err(ApiError::invalid_entity(why));
    }
    Ok(())
}

/// The flow that the path names, after a look at whose it is.
pub(crate) fn named(call: &Call) -> Outcome<(&str, &str)> {
    let (namespace, id) = (call.variable("namespace"), call.variable("id"));
    call.demand(namespace)?;
    Ok((namespace, id))
}

pub(crate) fn latest(call: &Call, namespace: &str, id: &str) -> Outcome<Arc<FlowRevision>> {
    find(call, namespace, id, Which::Latest)
}

pub(crate) fn find(call: &Call, namespace: &str, id: &str, which: Which) -> Outcome<Arc<FlowRevision>> {
    let found = call.store().flow(&call.tenant, namespace, id, which)?;
    found.ok_or_else(|| ApiError::not_found(format!("Unable to find flow {namespace}.{id}")))
}

pub(crate) fn read(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let which = match (call.number("revision")?, call.query.is_set("allowDeleted")) {
        (Some(revision), _) => Which::Exactly(revision),
        (None, true) => Which::LatestEver,
        (None, false) => Which::Latest,
    };
    let found = find(call, namespace, id, which)?;
    if found.is_deleted && !call.query.is_set("allowDeleted") {
        return Err(ApiError::not_found(format!("Unable to find flow {namespace}.{id}")));
    }
    let is_whole = call.query.is_set("source");
    Ok(Answer::json(&if is_whole { view::with_source(&found) } else { view::flow(&found) }))
}

pub(crate) fn delete(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    if call.runtime().delete_flow(&call.tenant, namespace, id)? {
        return Ok(Answer::no_content());
    }
    Err(ApiError::not_found(format!("Unable to find flow {namespace}.{id}")))
}

/// The flow as those see it who run it.
pub(crate) fn for_execution(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let which = call.number("revision")?.map_or(Which::Latest, Which::Exactly);
    Ok(Answer::json(&view::flow(&*find(call, namespace, id, which)?)))
}

pub(crate) fn task(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let which = call.number("revision")?.map_or(Which::Latest, Which::Exactly);
    let flow = find(call, namespace, id, which)?;
    let wanted = call.variable("task");
    let root = view::root(&flow.source).ok_or_else(ApiError::internal)?;
    let task = view::task(&root, wanted);
    let task = task.ok_or_else(|| ApiError::not_found(format!("Unable to find task {wanted}")))?;
    Ok(Answer::json(&value(&plain::from_node(task))))
}

/// Puts another task in the place of one.
pub(crate) fn replace_task(call: &Call) -> Outcome<Answer> {
    let (namespace, id) = named(call)?;
    let flow = latest(call, namespace, id)?;
    let root = view::root(&flow.source).ok_or_else(ApiError::internal)?;
    let wanted = call.variable("task");
    let old = view::task(&root, wanted);
    let old = old.ok_or_else(|| ApiError::not_found(format!("Unable to find task {wanted}")))?;
    let new = view::root(call.text()?).ok_or_else(|| ApiError::invalid_entity("the task cannot be read"))?;
    if new.get("id").and_then(Node::scalar_text).as_deref() != Some(wanted) {
        return Err(ApiError::invalid_entity("a task keeps its id"));
    }
    save(call, &spliced(&flow.source, old.span, &value(&plain::from_node(&new))))
}

/// JSON is YAML that fits anywhere.
fn spliced(source: &str, span: Span, with: &Json) -> String {
    let range = span.range();
    let end = source[..range.end].trim_end().len().max(range.start);
    format!("{}{with}{}", &source[..range.start], &source[end..])
}

pub(crate) fn of_namespace(call: &Call) -> Outcome<Answer> {
    let namespace = call.variable("namespace");
    call.demand(namespace)?;
    let flows = all(call)?;
    let own = flows.iter().filter(|flow| &*flow.namespace == namespace);
    Ok(Answer::json(&own.map(|flow| view::flow(flow)).collect()))
}

/// All flows of the tenant that the caller may see.
pub(crate) fn all(call: &Call) -> Outcome<Vec<Arc<FlowRevision>>> {
    let flows = call.store().flows(&call.permit)?;
    Ok(flows.into_iter().filter(|flow| *flow.tenant == *call.tenant).collect())
}

/// Those that the filters of the query leave.
pub(crate) fn matching(call: &Call) -> Outcome<Vec<Arc<FlowRevision>>> {
    let test = filters::flows::read(&call.query)?;
    Ok(all(call)?.into_iter().filter(|flow| test.holds(flow)).collect())
}

pub(crate) fn search(call: &Call) -> Outcome<Answer> {
    let paging = Paging::read(call)?;
    let mut flows = matching(call)?;
    order(call, &mut flows)?;
    let rows: Vec<Json> = paging.of(&flows).iter().map(|flow| view::flow(flow)).collect();
    Ok(Answer::json(&page(&rows, flows.len() as u64)))
}

/// Orders flows as the query asks.
pub(crate) fn order(call: &Call, flows: &mut [Arc<FlowRevision>]) -> Outcome<()> {
    for sorting in sortings(call)?.iter().rev() {
        match sorting.column.as_str() {
            "id" => flows.sort_by(|one, two| one.id.cmp(&two.id)),
            "namespace" => flows.sort_by(|one, two| one.namespace.cmp(&two.namespace)),
            "updated" => flows.sort_by_key(|flow| flow.created),
            column => return Err(no_column(column)),
        }
        if sorting.is_descending {
            flows.reverse();
        }
    }
    Ok(())
}

pub(crate) fn namespaces(call: &Call) -> Outcome<Answer> {
    let wanted = call.query.get("q").unwrap_or_default();
    let all = call.runtime().flow_namespaces(&call.tenant)?;
    let shown = all.iter().filter(|namespace| call.may_see(namespace) && namespace.contains(wanted));
    Ok(Answer::json(&shown.map(|namespace| Json::from(&**namespace)).collect()))
}

/// The flows of a namespace, for a choice.
pub(crate) fn executable(call: &Call) -> Outcome<Answer> {
    let namespace = call.variable("namespace");
    call.demand(namespace)?;
    let flows = all(call)?;
    let own = flows.iter().filter(|flow| &*flow.namespace == namespace && !flow.is_disabled);
    Ok(Answer::json(&own.map(|flow| view::flow(flow)).collect()))
}

/// How many of something were changed.
pub(crate) fn count(count: usize) -> Answer {
    Answer::json(&serde_json::json!({"count": count})).status(StatusCode::OK)
}
