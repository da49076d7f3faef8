//! Containers that a server that died left behind, though their task runs are over.

use std::sync::{Arc, Weak};

use kapelle_model::ExecutionId;
use kapelle_plugins::docker;
use kapelle_runtime::Runtime;
use kapelle_store::store::Values;

use crate::terminal::note;

/// Looks once, after the start. Those of task runs that go on are taken up by their next attempts.
pub(super) async fn sweep(runtime: Weak<Runtime>, engine: Option<String>) {
    let asked = |execution: &str, run: &str| {
        runtime.upgrade().is_some_and(|runtime| is_over(&runtime, execution, run).unwrap_or(false))
    };
    match docker::sweep(engine.as_deref(), asked).await {
        Ok(0) => {}
        Ok(count) => note(&format!("removed {count} containers that a server left behind")),
        Err(why) => note(&format!("warning: containers of tasks that are over stay for now: {why}")),
    }
}

/// Whether a task run has ended; `None` if it is not known here.
fn is_over(runtime: &Arc<Runtime>, execution: &str, run: &str) -> Option<bool> {
    let id = ExecutionId::parse(execution)?;
    let execution = runtime.store().execution(id, Values::Named).ok()??;
    let of_run = execution.runs.iter().find(|found| runtime.run_id(id, found.index) == run)?;
    Some(of_run.state().is_terminal())
}
