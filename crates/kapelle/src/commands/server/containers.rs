//! Containers and pods that a server that died left behind, though their task runs are over.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use kapelle_http::Client;
use kapelle_model::ExecutionId;
use kapelle_plugins::{docker, kubernetes};
use kapelle_runtime::Runtime;
use kapelle_store::store::Values;

use crate::terminal::note;

/// Looks once, after the start. Those of task runs that go on are taken up by their next attempts.
pub(super) async fn sweep(runtime: Weak<Runtime>, engine: BTreeMap<String, String>) {
    let setting = |name: &str| engine.get(name).cloned();
    tell("containers", docker::sweep(Client::of_tasks(), setting, asking(&runtime)).await);
}

/// The same for pods of the cluster of the installation, if it has one.
pub(super) async fn sweep_pods(runtime: Weak<Runtime>, cluster: BTreeMap<String, String>) {
    let setting = |name: &str| cluster.get(name).cloned();
    tell("pods", kubernetes::sweep(Client::of_tasks(), setting, asking(&runtime)).await);
}

/// Whether a task run has ended, by the ids of execution and task run.
fn asking(runtime: &Weak<Runtime>) -> impl Fn(&str, &str) -> bool {
    move |execution: &str, run: &str| {
        runtime.upgrade().is_some_and(|runtime| is_over(&runtime, execution, run).unwrap_or(false))
    }
}

fn tell(what: &str, removed: Result<usize, String>) {
    match removed {
        Ok(0) => {}
        Ok(count) => note(&format!("removed {count} {what} that a server left behind")),
        Err(why) => note(&format!("warning: {what} of tasks that are over stay for now: {why}")),
    }
}

/// Whether a task run has ended; `None` if it is not known here.
fn is_over(runtime: &Arc<Runtime>, execution: &str, run: &str) -> Option<bool> {
    let id = ExecutionId::parse(execution)?;
    let execution = runtime.store().execution(id, Values::Named).ok()??;
    let of_run = execution.runs.iter().find(|found| runtime.run_id(id, found.index) == run)?;
    Some(of_run.state().is_terminal())
}
