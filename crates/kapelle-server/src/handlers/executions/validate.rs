//! Inputs that are looked at before an execution is created or goes on.

use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_engine::inputs::Resolved;
use kapelle_model::effect::Request;
use kapelle_model::{Map, Node, Value};
use serde_json::{Value as Json, json};

use super::create::asked;
use super::whole;
use crate::answer::Answer;
use crate::call::{Body, Call};
use crate::error::{ApiError, Outcome};
use crate::form::Part;
use crate::views::value;

pub(crate) fn inputs(call: &Call) -> Outcome<Answer> {
    let (namespace, flow) = (call.variable("namespace"), call.variable("flow"));
    call.demand(namespace)?;
    let id = call.runtime().fresh_id();
    let request = Request { inputs: Arc::new(given(call)?), ..asked(call, namespace, flow, id)? };
    let found = call.runtime().definition(&call.tenant, namespace, flow, request.revision)?;
    let definition = found.ok_or_else(|| ApiError::not_found("Flow not found"))?;
    let tried = call.runtime().try_inputs(&call.tenant, &request)?;
    let declared = definition.root.get("inputs");
    let checks = tried.checks.iter().flat_map(|checks| &checks.failed).map(|check| {
        json!({
            "message": check.message.masked(), "style": check.style.name(), "behavior": check.behavior.name()
        })
    });
    Ok(Answer::json(&json!({
        "id": flow,
        "namespace": namespace,
        "inputs": shown(&tried.inputs, declared),
        "checks": checks.collect::<Vec<_>>(),
    })))
}

pub(crate) fn resume(call: &Call) -> Outcome<Answer> {
    let execution = whole(call, call.variable("id"))?;
    let birth = &execution.birth;
    let resolved = call.runtime().try_resume(birth.id, &given(call)?)?;
    let revision = Some(birth.revision);
    let found = call.runtime().definition(&birth.tenant, &birth.namespace, &birth.flow, revision)?;
    let definition = found.ok_or_else(|| ApiError::not_found("Flow not found"))?;
    let mut paused = execution.runs.iter().filter(|run| run.state() == kapelle_model::State::Paused);
    let declared =
        paused.find_map(|run| crate::views::flow::task(&definition.root, &run.task)?.get("onResume"));
    Ok(Answer::json(&json!({
        "id": &*birth.flow,
        "namespace": &*birth.namespace,
        "inputs": resolved.map_or_else(Vec::new, |resolved| shown(&resolved, declared)),
        "checks": [],
    })))
}

/// What is given; files are named and not kept.
fn given(call: &Call) -> Outcome<Map> {
    let Body::Form(parts) = &call.body else { return Ok(Map::new()) };
    let each = parts.iter().filter_map(|part| one(part).transpose());
    each.collect()
}

fn one(part: &Part) -> Outcome<Option<(Arc<str>, Value)>> {
    if let Some(filename) = &part.filename {
        let name = if part.name == "files" { filename } else { &part.name };
        return Ok(Some((name.as_str().into(), Value::from(&*format!("kestra:///{filename}")))));
    }
    let text = part.value()?;
    Ok((!text.is_empty()).then(|| (part.name.as_str().into(), Value::from(&*text))))
}

fn shown(resolved: &Resolved, declared: Option<&Node>) -> Vec<Json> {
    let row = |input: &kapelle_engine::inputs::ResolvedInput| {
        let node = declared.and_then(|declared| find(declared, &input.id));
        let mut declaration = node.map_or_else(|| json!({}), |node| value(&plain::from_node(node)));
        declaration["id"] = (*input.id).into();
        if let (Some(choices), true) = (&input.choices, declaration.get("values").is_none_or(Json::is_null)) {
            declaration["values"] = choices.iter().map(|choice| Json::from(choice.masked())).collect();
        }
        let errors = input.violations.iter().map(|message| json!({"message": message}));
        let mut row = json!({
            "input": declaration,
            "enabled": input.is_enabled,
            "isDefault": input.is_default,
            "errors": errors.collect::<Vec<_>>(),
        });
        if input.value != Value::Null {
            row["value"] = value(&input.value);
        }
        row
    };
    resolved.inputs.iter().map(row).collect()
}

/// The declaration of an input; those of a form have its id in front.
fn find<'n>(declared: &'n Node, id: &str) -> Option<&'n Node> {
    declared.items().iter().find_map(|node| {
        let own = node.get("id").and_then(Node::scalar_text)?;
        if own == id {
            return Some(node);
        }
        find(node.get("inputs")?, id.strip_prefix(&own)?.strip_prefix('.')?)
    })
}
