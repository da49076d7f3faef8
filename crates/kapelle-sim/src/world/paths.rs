//! The names of task runs in the story: where they stand, as the reference names them.

use kapelle_engine::plan::{Kind, Place, Plan};
use kapelle_model::execution::Execution;
use kapelle_model::task_run::TaskRun;

use crate::oracle;

/// The path of a task run in its execution.
pub(super) fn path_of(plan: &Plan, execution: &Execution, run: &TaskRun) -> String {
    let parent = run.parent.and_then(|parent| execution.run(parent));
    let around = parent.map(|parent| path_of(plan, execution, parent)).unwrap_or_default();
    oracle::path(&around, &run.task, run.value.as_deref(), pass_of(plan, execution, run))
}

/// Which pass of a group that runs more than once a task run is directly in. There are only those of the last one.
pub(super) fn pass_of(plan: &Plan, execution: &Execution, run: &TaskRun) -> Option<u32> {
    let parent = execution.run(run.parent?)?;
    let is_in_main = matches!(plan.task(plan.find(&run.task)?).place, Place::Main(_));
    if !is_in_main || !passes(plan, parent) {
        return None;
    }
    let first = first_iteration(plan, execution, parent);
    Some(parent.iteration.unwrap_or(first).saturating_sub(first))
}

fn passes(plan: &Plan, run: &TaskRun) -> bool {
    kind(plan, run).is_some_and(|kind| matches!(kind, Kind::Until(_) | Kind::Retry(_)))
}

fn kind<'p>(plan: &'p Plan, run: &TaskRun) -> Option<&'p Kind> {
    plan.find(&run.task).map(|task| &plan.task(task).kind)
}

/// The number with which a group counts its first pass: what it got from what is around it.
fn first_iteration(plan: &Plan, execution: &Execution, run: &TaskRun) -> u32 {
    if run.value.is_some() || matches!(kind(plan, run), Some(Kind::Retry(_))) {
        return run.place;
    }
    let around = run.parent.and_then(|parent| execution.run(parent)).filter(|around| passes(plan, around));
    around.map_or(0, |around| match kind(plan, around) {
        Some(Kind::Retry(_)) => around.iteration.map_or(0, |iteration| iteration - around.place),
        _ => around.iteration.unwrap_or(0),
    })
}
