//! The variables of an execution.

use std::sync::Arc;

use kapelle_model::{Map, Value};

use super::{Builtin, Call, optional, required};
use crate::expression::error::{Error, Outcome};
use crate::expression::form;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "currentEachOutput",
        "The output of a task for the values of the loops that this task runs in.",
        current_each_output,
    )
    .takes(&[required("outputs")])
    .shown("{{ currentEachOutput(outputs.make).path }}")
    .keeps_marks()
    .removed_in_two(),
    Builtin::function(
        "env",
        "An environment variable from `envs`, or the default where it is missing or empty.",
        env,
    )
    .takes(&[required("name"), optional("default", "null")])
    .gives("{{ env('api_' ~ 'host', 'localhost') }}", "localhost")
    .keeps_marks(),
    Builtin::function("fetchContext", "A map of all variables there are.", all_variables)
        .shown("{{ fetchContext() | keys }}")
        .keeps_marks(),
    Builtin::function(
        "printContext",
        "A map of all variables there are, to be printed while a flow is being written.",
        all_variables,
    )
    .shown("{{ printContext() }}")
    .keeps_marks(),
    Builtin::function(
        "tasksWithState",
        "The tasks that are in a state, each as a map of `taskId`, `state` and, in a loop, `value`.",
        tasks_with_state,
    )
    .takes(&[required("state")])
    .gives("{{ tasksWithState('FAILED') }}", "[]"),
];

fn all_variables(call: &mut Call<'_, '_>) -> Outcome {
    call.run.all_variables().map(|variables| Value::Map(Arc::new(variables)))
}

/// Walks into the outputs by the value of each loop around, the outermost first.
fn current_each_output(call: &mut Call<'_, '_>) -> Outcome {
    let mut is_secret = false;
    let mut at = opened(call.required(0)?, &mut is_secret).clone();
    if !matches!(at, Value::Map(_)) {
        return Err(call.wrong_argument(0, "a map of outputs by the value of the loop", &at));
    }
    let parents = match call.run.context("parents") {
        Some(Value::List(parents)) => parents.as_slice(),
        _ => &[],
    };
    // In a working directory the value is that of the directory, which is among the parents.
    let own = call.run.context("taskrun").filter(|_| call.run.context("workerTaskrun").is_none());
    let own = own.and_then(|taskrun| member(taskrun, "value"));
    let around = parents.iter().rev().filter_map(|parent| member(member(parent, "taskrun")?, "value"));
    for value in around.chain(own) {
        call.run.step(1)?;
        let key = form::java_text(opened(value, &mut is_secret), call.run.bytes_left())?;
        is_secret |= key.has_secret();
        let Value::Map(map) = &at else {
            return Err(Error::wrong_type(format!(
                "`currentEachOutput` looks for the outputs of `{}`, but finds {}",
                form::short(&key.masked()),
                form::describe(&at)
            ))
            .help("pass all outputs of a task that runs in the same loops: `outputs.task_id`"));
        };
        let Some(found) = map.get(key.expose()) else { return Ok(Value::Null) };
        at = opened(found, &mut is_secret).clone();
    }
    Ok(if is_secret { at.into_secret() } else { at })
}

/// What is in a secret; that it was one is noted.
fn opened<'v>(value: &'v Value, is_secret: &mut bool) -> &'v Value {
    match value {
        Value::Secret(inner) => {
            *is_secret = true;
            inner
        }
        other => other,
    }
}

fn member<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Map(map) => map.get(key).filter(|value| !matches!(value, Value::Null)),
        _ => None,
    }
}

fn env(call: &mut Call<'_, '_>) -> Outcome {
    let name = call.required_text(0)?;
    let found = call.run.context("envs").and_then(|envs| member(envs, name.expose()));
    let is_empty = |value: &Value| matches!(value, Value::Str(text) if text.expose().is_empty());
    let value = match found {
        Some(value) if !is_empty(value) => value.clone(),
        _ => call.argument(1).cloned().unwrap_or_default(),
    };
    // The name may be what is secret; then so is what was found by it.
    Ok(if name.has_secret() { value.into_secret() } else { value })
}

fn tasks_with_state(call: &mut Call<'_, '_>) -> Outcome {
    let state = call.required_text(0)?.clone();
    let Some(Value::Map(tasks)) = call.run.context("tasks") else {
        return Ok(Value::List(Arc::default()));
    };
    let mut found = Vec::new();
    for (id, task) in tasks.iter() {
        if let Some(entry) = entry_in_state(id, None, task, state.expose()) {
            call.run.allocate(ENTRY_BYTES)?;
            found.push(entry);
            continue;
        }
        // A task in a loop has a state for each value.
        let Value::Map(values) = task else { continue };
        for (value, task) in values.iter() {
            if let Some(entry) = entry_in_state(id, Some(value), task, state.expose()) {
                call.run.allocate(ENTRY_BYTES)?;
                found.push(entry);
            }
        }
    }
    Ok(Value::List(Arc::new(found)))
}

/// About what a map of three texts takes.
const ENTRY_BYTES: usize = 256;

fn entry_in_state(id: &Arc<str>, value: Option<&Arc<str>>, task: &Value, wanted: &str) -> Option<Value> {
    let Some(Value::Str(state)) = member(task, "state") else { return None };
    if !state.expose().eq_ignore_ascii_case(wanted) {
        return None;
    }
    let mut entry = Map::new();
    entry.insert("taskId".into(), Value::from(id.as_ref()));
    entry.insert("state".into(), Value::Str(state.clone()));
    if let Some(value) = value {
        entry.insert("value".into(), Value::from(value.as_ref()));
    }
    Some(Value::Map(Arc::new(entry)))
}

#[cfg(test)]
mod tests;
