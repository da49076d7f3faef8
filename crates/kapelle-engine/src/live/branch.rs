//! Which of its lists a group runs.

use kapelle_model::flow::BranchKind;
use kapelle_model::task_run::{TaskRun, Turn};
use kapelle_model::{Map, Value};

use crate::plan::{Kind, Task, TaskIndex};

/// Outputs in which a decision is kept.
pub(crate) const EVALUATION_RESULT: &str = "evaluationResult";
pub(crate) const SWITCH_VALUE: &str = "value";

/// The main list of a task run; `None` if there is none for what was decided.
pub(crate) fn chosen<'p>(task: &'p Task, run: &TaskRun) -> Option<&'p [TaskIndex]> {
    let outputs = run.outputs.as_deref();
    let branch = |kind: &BranchKind| task.lists.branch(kind);
    match &task.kind {
        Kind::If { .. } => match outputs?.get(EVALUATION_RESULT)? {
            Value::Bool(true) => branch(&BranchKind::Then),
            _ => Some(branch(&BranchKind::Else).unwrap_or_default()),
        },
        Kind::Switch { .. } => {
            let case = text(outputs?, SWITCH_VALUE).and_then(|value| branch(&BranchKind::Case(value)));
            case.or_else(|| branch(&BranchKind::Defaults))
        }
        Kind::Pause(_) => {
            let turn = run.detail.as_ref().map_or(Turn::Waiting, |detail| detail.turn);
            let kind = if turn == Turn::TimedOut { BranchKind::OnTimeout } else { BranchKind::Tasks };
            Some(branch(&kind).unwrap_or_default())
        }
        _ => Some(task.lists.tasks()),
    }
}

fn text(map: &Map, key: &str) -> Option<String> {
    match map.get(key)? {
        Value::Str(text) => Some(text.expose().to_owned()),
        _ => None,
    }
}
