//! `subflow()`: a flow run by an expression.

use std::sync::Arc;

use jiff::SignedDuration;
use kapelle_model::{Map, Value};

use super::Call;
use super::label::labels;
use crate::expression::builtin::origin::check_namespace;
use crate::expression::error::{Error, Outcome};
use crate::expression::services::Subflow;
use crate::time::duration;

const INPUTS: usize = 2;
const REVISION: usize = 3;
const LABELS: usize = 4;
const TIMEOUT: usize = 5;

const TIMEOUT_DEFAULT: SignedDuration = SignedDuration::from_mins(1);
const TIMEOUT_MAX: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn subflow(call: &mut Call<'_, '_>) -> Outcome {
    let namespace = call.required_text(0)?.expose().to_owned();
    let id = call.required_text(1)?.expose().to_owned();
    let inputs = match call.given(INPUTS) {
        None => Map::new(),
        Some(Value::Map(map)) => map.as_ref().clone(),
        Some(other) => return Err(call.wrong_argument(INPUTS, "a map", other)),
    };
    let asked = Subflow {
        namespace,
        id,
        revision: call.given_integer(REVISION)?,
        inputs,
        labels: labels(call, LABELS)?,
        timeout: timeout(call)?,
    };
    check_place(call)?;
    check_namespace(call, &asked.namespace)?;
    let finished = call.run.services().subflow(&asked)?;
    if !matches!(finished.state.as_str(), "SUCCESS" | "WARNING") {
        return Err(Error::io(format!(
            "the flow `{}` of the namespace `{}` ended as {}",
            asked.id, asked.namespace, finished.state
        ))
        .help(format!("its execution `{}` tells why", finished.id)));
    }
    let mut result = Map::new();
    result.insert("id".into(), Value::from(finished.id.as_str()));
    result.insert("state".into(), Value::from(finished.state.as_str()));
    result.insert("outputs".into(), Value::Map(Arc::new(finished.outputs)));
    result.insert("labels".into(), Value::Map(Arc::new(finished.labels)));
    Ok(Value::Map(Arc::new(result)))
}

/// Only the inputs of a flow may run another; once it runs there are tasks for that.
fn check_place(call: &Call<'_, '_>) -> Outcome<()> {
    let here = ["taskrun", "task", "trigger"]
        .into_iter()
        .find(|name| call.run.context(name).is_some_and(|value| !matches!(value, Value::Null)));
    let (what, instead) = match here {
        None => return Ok(()),
        Some("trigger") => ("a trigger", "let the trigger start that flow, or call it from a task"),
        Some(_) => ("a task", "use a task of the type `io.kestra.plugin.core.flow.Subflow`"),
    };
    Err(Error::forbidden(format!(
        "The 'subflow' function can only be used while inputs are filled in, not in {what}."
    ))
    .help(instead))
}

fn timeout(call: &Call<'_, '_>) -> Outcome<SignedDuration> {
    let timeout = match call.given(TIMEOUT) {
        None => return Ok(TIMEOUT_DEFAULT),
        Some(Value::Duration(timeout)) => *timeout,
        Some(Value::Str(text)) => duration::parse(text.expose()).map_err(|reason| {
            call.wrong_argument(TIMEOUT, "a duration", &Value::Str(text.clone())).help(reason)
        })?,
        Some(other) => return Err(call.wrong_argument(TIMEOUT, "a duration", other)),
    };
    if timeout > TIMEOUT_MAX || !timeout.is_positive() {
        return Err(Error::argument(format!(
            "the timeout of `subflow()` has to be between zero and {}, but it is {}",
            duration::format(TIMEOUT_MAX),
            duration::format(timeout)
        ))
        .help("what takes longer is a task of the type `io.kestra.plugin.core.flow.Subflow`"));
    }
    Ok(timeout)
}
