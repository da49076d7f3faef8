//! How addresses are made: `kestra:///<namespace>/<flow>/executions/<execution>/tasks/<task>/<run>/<name>`.
//!
//! The tenant is never in them, the dots of a namespace are slashes, and names of flows and tasks are slugs.

use kapelle_core::expression::plain::slug;

/// What addresses of the internal storage begin with, before the slash of the path.
pub const SCHEME: &str = "kestra://";

/// The last name in a folder of all executions of a flow.
pub const EXECUTIONS: &str = "executions";

/// The folder of a namespace.
pub fn namespace_folder(namespace: &str) -> String {
    namespace.replace('.', "/")
}

/// The folder of an execution. Ids of older servers, which are no ids of ours, have one too.
pub fn execution_folder(namespace: &str, flow: &str, execution: &str) -> String {
    format!("{}/{execution}", executions_folder(namespace, flow))
}

/// The folder of all executions of a flow.
pub fn executions_folder(namespace: &str, flow: &str) -> String {
    format!("{}/{}/{EXECUTIONS}", namespace_folder(namespace), slug(flow))
}

/// The folder of a task run.
pub fn task_folder(execution_folder: &str, task: &str, run_id: &str) -> String {
    format!("{execution_folder}/tasks/{}/{run_id}", slug(task))
}

/// The folder of what a trigger found for an execution.
pub(super) fn trigger_folder(execution_folder: &str, trigger: &str) -> String {
    format!("{execution_folder}/trigger/{}", slug(trigger))
}

/// The name of the file that holds the log of an attempt, counted from 0.
pub fn log_name(attempt: u32) -> String {
    format!("attempt-{}.log", attempt + 1)
}

/// What a flow keeps for later executions under a name. The first part of the name is as good as its slug.
pub(super) fn cache_path(namespace: &str, flow: &str, name: &str) -> String {
    let folder = namespace_folder(namespace);
    let (first, rest) = name.split_once('/').unwrap_or((name, ""));
    let middle = if rest.is_empty() { String::new() } else { format!("{rest}/") };
    format!("{folder}/{}/{}/cache/{middle}cache.zip", slug(flow), slug(first))
}

/// The path of an address of the internal storage.
pub(super) fn path_of(uri: &str) -> Option<&str> {
    uri.strip_prefix(SCHEME)?.strip_prefix('/')
}
