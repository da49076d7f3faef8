//! What a form or a text gives for inputs. Files are kept for the execution that they are given to.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use kapelle_core::expression::plain;
use kapelle_model::{ExecutionId, Map, Value};
use kapelle_runtime::storage::{SCHEME, execution_folder};

use crate::call::{Body, Call};
use crate::error::{ApiError, Outcome, stored};
use crate::form::Part;

/// The part that holds a file for any input; its file name is the input then.
const FILES: &str = "files";

/// The label that says who asked for an execution.
const FROM: &str = "system.from";

/// Whose inputs they are.
pub(crate) struct Owner<'o> {
    pub(crate) namespace: &'o str,
    pub(crate) flow: &'o str,
    pub(crate) id: ExecutionId,
}

/// The values by the ids of inputs. A text without characters was not given.
pub(crate) fn inputs(call: &Call, owner: &Owner<'_>) -> Outcome<Map> {
    match &call.body {
        Body::Text(bytes) if bytes.is_empty() => Ok(Map::new()),
        Body::Text(_) if call.is_json() => match plain::from_json(call.text()?) {
            Ok(Value::Map(given)) => Ok(Arc::unwrap_or_clone(given)),
            Ok(Value::Null) => Ok(Map::new()),
            Ok(_) => Err(ApiError::invalid_entity("the body has to be a map of inputs")),
            Err(why) => Err(ApiError::invalid_entity(format!("the body is not valid JSON: {why}"))),
        },
        Body::Text(_) => Ok(Map::new()),
        Body::Form(parts) => parts.iter().filter_map(|part| input(call, owner, part).transpose()).collect(),
    }
}

fn input(call: &Call, owner: &Owner<'_>, part: &Part) -> Outcome<Option<(Arc<str>, Value)>> {
    let Some(filename) = &part.filename else {
        let value = part.value()?;
        return Ok((!value.is_empty()).then(|| (part.name.as_str().into(), Value::from(&*value))));
    };
    let name = if part.name == FILES { filename.as_str() } else { part.name.as_str() };
    let uri = keep(call, owner, part, name, filename)?;
    Ok(Some((name.into(), Value::from(&*uri))))
}

/// Keeps a file where the inputs of the execution are. Its address.
fn keep(call: &Call, owner: &Owner<'_>, part: &Part, input: &str, filename: &str) -> Outcome<String> {
    let folder = execution_folder(owner.namespace, owner.flow, &owner.id.to_string());
    let filename = filename.rsplit(['/', '\\']).next().unwrap_or(filename);
    let inner = format!("{folder}/inputs/{input}/{filename}");
    let path = stored(&call.tenant, &inner)?;
    let failed = |error: io::Error| {
        let status = hyper::StatusCode::INSUFFICIENT_STORAGE;
        ApiError::new(status, format!("the file cannot be kept: {}", error.kind()))
    };
    let mut file = call.app.storage.create().map_err(failed)?;
    io::copy(&mut part.reader().map_err(failed)?, &mut file).map_err(failed)?;
    file.keep(&path).map_err(failed)?;
    Ok(format!("{SCHEME}/{inner}"))
}

/// Labels of the query, `key:value` each. Those of the system are not given by people.
pub(crate) fn labels(call: &Call) -> Outcome<kapelle_model::execution::Labels> {
    let mut seen = BTreeSet::new();
    let mut labels: Vec<(Arc<str>, Arc<str>)> = Vec::new();
    for text in call.query.all("labels").filter(|text| !text.is_empty()) {
        let wrong = || ApiError::invalid_entity(format!("labels: `{text}` is to be written as key:value"));
        let pair = text.split_once(':').filter(|(key, value)| !key.is_empty() && !value.is_empty());
        let (key, value) = pair.ok_or_else(wrong)?;
        check_label(key, value)?;
        if !seen.insert(key.to_owned()) {
            return Err(ApiError::invalid_entity(format!("labels: `{key}` is there twice")));
        }
        labels.push((key.into(), value.into()));
    }
    if seen.insert(FROM.to_owned()) {
        labels.push((FROM.into(), "api".into()));
    }
    Ok(labels.into())
}

/// Refuses labels that only the system sets.
pub(crate) fn check_label(key: &str, value: &str) -> Outcome<()> {
    if key.starts_with("system.") && key != "system.correlationId" {
        return Err(ApiError::illegal_argument(format!(
            "System labels can only be set by Kestra itself, offending label: {key}={value}"
        )));
    }
    Ok(())
}
