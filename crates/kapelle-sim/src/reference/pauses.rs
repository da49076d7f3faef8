//! Pauses that nobody but time ends. Section 5.1.

use kapelle_model::State;
use kapelle_model::flow::{BranchKind, Task};

use super::groups::word;
use super::life::Life;
use super::lists::{Children, End, enabled, tasks_of};
use super::spot::Spot;
use super::{Clear, Unclear};

impl<'a> Life<'_, 'a> {
    pub(super) fn pause(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        // It is started and not waited for, and stands beside everything.
        for task in enabled(&task.branches, &BranchKind::OnPause).into_iter().flatten() {
            self.leave_open(Spot::root(None).path(task));
        }
        let single = |state| Children { states: vec![state], abort: None };
        let children = if task.property("pauseDuration").is_some() {
            match word(task, "behavior").unwrap_or("RESUME") {
                "RESUME" => self.in_order(&tasks_of(task), &inner)?,
                "WARN" => single(State::Warning),
                "FAIL" => single(State::Failed),
                "CANCEL" => return Ok(End::Abort(State::Cancelled)),
                _ => return Err(Unclear),
            }
        } else if task.property("timeout").is_some() {
            match enabled(&task.branches, &BranchKind::OnTimeout) {
                Some(tasks) => self.in_order(&tasks, &inner)?,
                None => single(State::Failed),
            }
        } else {
            // Only a person ends it.
            return Err(Unclear);
        };
        self.group_end(task, &children, &inner)
    }
}
