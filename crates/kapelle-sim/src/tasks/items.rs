//! The two tasks of a `ForEachItem` that run on a worker.

use kapelle_core::expression::Template;
use kapelle_core::property::text_of;
use kapelle_model::{Failure, Map, Value};

use super::batches::{How, batches};
use super::files::extension;
use super::properties::{failed, unfit};
use super::{Done, Work};

/// Cuts the file into batches and writes their URIs into another, one on each line.
pub(super) fn split(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let from = work.required("items")?;
    let batch = match work.value("batch")? {
        Some(Value::Map(batch)) => batch,
        Some(other) => {
            return Err(unfit(
                "batch",
                &text_of(&other).map_err(failed)?,
                "it is a map with one of `rows`, `bytes`, `partitions`, `regexPattern`",
            ));
        }
        None => std::sync::Arc::new(Map::new()),
    };
    let property = |name: &str| match batch.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => text_of(value).map(Some).map_err(failed),
    };
    let separator = property("separator")?.map_or_else(|| "\n".to_owned(), |text| text.expose().to_owned());
    let how = How::read(&property, Some(How::Rows(1)))?;
    let content = work.content(from.expose())?;
    let uris: Vec<String> = batches(&content, &how, &separator)?
        .into_iter()
        .map(|batch| work.put(extension(from.expose()), batch))
        .collect();
    done.output("splits", &*work.put(".txt", uris.join("\n")));
    Ok(())
}

/// Puts what the executions gave into one file, in the order of the batches.
pub(super) fn merge(work: &Work<'_>, done: &mut Done) -> Result<(), Failure> {
    let items = started(work)?;
    let count = match items.get("numberOfBatches") {
        Some(Value::Int(count)) => *count,
        _ => 0,
    };
    let Some(base) = items.get("subflowOutputsBaseUri") else { return Ok(()) };
    let base = text_of(base).map_err(failed)?;
    let files: Vec<_> =
        (0..count).filter_map(|batch| work.shelf.file(&outputs_uri(base.expose(), batch))).collect();
    if !files.is_empty() {
        done.output("subflowOutputs", &*work.put(".ion", files.concat()));
    }
    Ok(())
}

/// Where the outputs of the execution of a batch lie.
pub fn outputs_uri(base: &str, batch: i64) -> String {
    format!("kestra://{base}/{batch}/outputs.ion")
}

/// The outputs of the task that started the executions, which stands beside this one.
fn started(work: &Work<'_>) -> Result<std::sync::Arc<Map>, Failure> {
    let beside = work.place.task.strip_suffix("_merge").unwrap_or(work.place.task);
    let source = format!("{{{{ currentEachOutput(outputs['{beside}_items']) }}}}");
    let template = Template::compile(source, work.environment.settings.language).map_err(|_| {
        Failure::new(format!("the task `{beside}_items` has an id that no expression can name"))
    })?;
    match template.value(work.environment).map_err(failed)? {
        Value::Map(outputs) => Ok(outputs),
        _ => Err(Failure::new(format!("the task `{beside}_items` has no outputs"))),
    }
}
