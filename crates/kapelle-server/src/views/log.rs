//! Lines of logs.

use kapelle_store::logs::LogLine;
use serde_json::{Map as Object, Value as Json};

use super::moment;

/// A line; the public id of its task run is named by `run_id`.
pub(crate) fn line(line: &LogLine, run_id: &dyn Fn(&LogLine) -> Option<String>) -> Json {
    let entries = [
        ("tenantId", Some((*line.tenant).into())),
        ("namespace", Some((*line.namespace).into())),
        ("flowId", Some((*line.flow).into())),
        ("taskId", line.task.as_deref().map(Json::from)),
        ("executionId", line.execution.map(|id| id.to_string().into())),
        ("taskRunId", run_id(line).map(Json::from)),
        ("attemptNumber", line.run.map(|_| line.attempt.into())),
        ("triggerId", line.trigger.as_deref().map(Json::from)),
        ("timestamp", Some(moment(line.at).into())),
        ("level", Some(line.level.name().into())),
        ("message", Some((*line.message).into())),
    ];
    let present = entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Json::Object(present.collect::<Object<_, _>>())
}
