//! `io.kestra.plugin.core.flow.ForEachItem$ForEachItemMergeOutputs`: joins what the executions of a `ForEachItem` gave.

use std::sync::Arc;

use kapelle_core::property::{Property, text_of};
use kapelle_model::{Failure, Map, Text, Value};
use kapelle_plugin::{Broken, Name, NewFile, RunContext, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use kapelle_plugin::files::{copy, open};

/// # Join outputs
///
/// The last of the three tasks that a `ForEachItem` becomes: it puts what the executions of the batches gave into one
/// file, in the order of the batches.
///
/// Whoever runs it lays these outputs out before: for the batch `n` as one line of Ion in the file
/// `kestra://<base>/<n>/outputs.ion`, where `<base>` is the output `subflowOutputsBaseUri` of the task beside it whose id
/// ends with `_items`. A batch whose execution gave nothing has no file.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ForEachItemMergeOutputs {}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// The address of the file with the outputs; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    subflow_outputs: Option<String>,
}

impl Task for ForEachItemMergeOutputs {
    const TYPE: &'static str = "io.kestra.plugin.core.flow.ForEachItem$ForEachItemMergeOutputs";
    const HAS_EFFECTS: bool = false;
    type Output = Output;

    async fn run(&self, cx: &RunContext) -> Result<Output, Broken> {
        cx.blocking(work).await
    }
}

fn work(cx: &RunContext) -> Result<Output, Broken> {
    let items = started(cx)?;
    let count = match items.get("numberOfBatches") {
        Some(Value::Int(count)) => *count,
        _ => 0,
    };
    let Some(base) = items.get("subflowOutputsBaseUri") else {
        return Ok(Output { subflow_outputs: None });
    };
    let base = text_of(base)?;
    let mut merged = None;
    for batch in 0..count {
        let uri = outputs_uri(base.expose(), batch);
        if cx.host.files().size(&uri)?.is_none() {
            continue;
        }
        let file = match &mut merged {
            Some(file) => file,
            None => merged.insert(cx.host.files().create(Name::Ending(".ion"))?),
        };
        copy(cx, &mut open(cx, &Text::from(uri))?, file)?;
    }
    Ok(Output { subflow_outputs: merged.map(NewFile::finish).transpose()? })
}

/// Where the outputs of the execution of a batch lie.
fn outputs_uri(base: &str, batch: i64) -> String {
    format!("kestra://{base}/{batch}/outputs.ion")
}

/// The outputs of the task that started the executions, which stands beside this one.
fn started(cx: &RunContext) -> Result<Arc<Map>, Failure> {
    let beside = cx.place.task.strip_suffix("_merge").unwrap_or(&cx.place.task);
    let source = format!("{{{{ currentEachOutput(outputs['{beside}_items']) }}}}");
    let outputs = Property::text(source, cx.settings.language).value(cx.environment());
    match outputs.map_err(|error| Failure::new(error.text()))? {
        Value::Map(outputs) => Ok(outputs),
        _ => Err(Failure::new(format!("the task `{beside}_items` has no outputs"))),
    }
}

#[cfg(test)]
mod tests {
    use kapelle_core::expression::plain;
    use kapelle_plugin::stage::{Stage, properties_of};
    use kapelle_plugin::{ErasedTask, read};

    use super::*;

    /// What is merged for batches that gave these outputs.
    async fn merged(batches: &[(i64, &str)]) -> Option<String> {
        let outputs = r#"{"t_1_items": {"numberOfBatches": 3, "subflowOutputsBaseUri": "/t"}}"#;
        let stage = Stage::new().variable("outputs", plain::from_json(outputs).unwrap());
        for (batch, line) in batches {
            stage.put_file(&format!("{batch}/outputs.ion"), line.as_bytes());
        }
        let mut cx = stage.context();
        let mut place = (*cx.place).clone();
        place.task = "t_1_merge".into();
        cx.place = Arc::new(place);
        let task: ForEachItemMergeOutputs = read(&properties_of("{}")).unwrap();
        let given = ErasedTask::run(&task, &cx).await.unwrap();
        let uri = given.get("subflowOutputs").map(|uri| text_of(uri).unwrap());
        uri.map(|uri| stage.content(uri.expose()))
    }

    #[tokio::test]
    async fn outputs_are_joined_in_the_order_of_the_batches() {
        assert_eq!(merged(&[(2, "{o:2}\n"), (0, "{o:0}\n")]).await.as_deref(), Some("{o:0}\n{o:2}\n"));
    }

    #[tokio::test]
    async fn no_outputs_are_no_file() {
        assert_eq!(merged(&[]).await, None);
    }

    #[tokio::test]
    async fn the_task_beside_has_to_have_outputs() {
        let task: ForEachItemMergeOutputs = read(&properties_of("{}")).unwrap();
        let stage = Stage::new().variable("outputs", Value::Map(Arc::default()));
        assert!(ErasedTask::run(&task, &stage.context()).await.is_err());
    }
}
