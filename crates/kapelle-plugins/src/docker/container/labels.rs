//! Whose a container is, for people, and for whoever finds it later.

use kapelle_plugin::Place;
use serde_json::{Value as Json, json};

/// The task run.
pub(super) const RUN: &str = "kestra.io/taskrun-id";
/// The execution.
pub(super) const EXECUTION: &str = "kestra.io/execution-id";
/// Where the directory is in the container.
pub(super) const DIRECTORY: &str = "kapelle.io/directory";
/// `true` if the container has no business without its task run.
pub(in crate::docker) const BOUND: &str = "kapelle.io/bound";

pub(super) fn labels(place: &Place, directory: &str, is_bound: bool) -> Json {
    json!({
        "kestra.io/namespace": &*place.namespace,
        "kestra.io/flow-id": &*place.flow,
        "kestra.io/task-id": &*place.task,
        EXECUTION: place.execution.to_string(),
        RUN: &*place.run_id,
        "kestra.io/taskrun-attempt": place.attempt.to_string(),
        DIRECTORY: directory,
        BOUND: is_bound.to_string(),
    })
}
