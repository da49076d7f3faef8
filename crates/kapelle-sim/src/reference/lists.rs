//! Lists of tasks: main, errors, finally; and what they make of what is around them. Sections 4.4 and 4.5.

use kapelle_model::State;
use kapelle_model::flow::{Branch, BranchKind, Task};

use super::Clear;
use super::life::Life;
use super::render::flag;
use super::spot::Spot;

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Is(State),
    /// And with it all that is around it, up to the execution.
    Abort(State),
}

impl End {
    pub(super) fn state(self) -> State {
        match self {
            Self::Is(state) | Self::Abort(state) => state,
        }
    }
}

/// How the tasks of a main list ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Children {
    pub(super) states: Vec<State>,
    pub(super) abort: Option<State>,
}

impl Children {
    pub(super) fn has(&self, state: State) -> bool {
        self.states.contains(&state)
    }

    /// The first match wins.
    pub(super) fn guess(&self) -> State {
        [State::Killed, State::Failed, State::Warning]
            .into_iter()
            .find(|state| self.has(*state))
            .unwrap_or(State::Success)
    }
}

/// The tasks of one kind of list that are not disabled.
pub(super) fn enabled<'a>(branches: &'a [Branch], kind: &BranchKind) -> Option<Vec<&'a Task>> {
    let branch = branches.iter().find(|branch| branch.kind == *kind)?;
    Some(branch.tasks.iter().filter(|task| !task.disabled).collect())
}

pub(super) fn tasks_of(task: &Task) -> Vec<&Task> {
    enabled(&task.branches, &BranchKind::Tasks).unwrap_or_default()
}

/// What a task makes of failures and warnings that it allows.
pub(super) fn allowed(task: &Task, state: State) -> State {
    let state = if state == State::Failed && flag(task, "allowFailure") { State::Warning } else { state };
    if state == State::Warning && flag(task, "allowWarning") { State::Success } else { state }
}

impl<'a> Life<'_, 'a> {
    /// Runs tasks one after the other, until one fails.
    pub(super) fn in_order(&mut self, tasks: &[&'a Task], spot: &Spot<'a>) -> Clear<Children> {
        let mut children = Children::default();
        for task in tasks {
            match self.task(task, spot)? {
                End::Abort(state) => return Ok(Children { abort: Some(state), ..children }),
                End::Is(state) => children.states.push(state),
            }
            if children.has(State::Failed) {
                break;
            }
        }
        Ok(children)
    }

    /// What follows when the main list is over: `errors` if something failed, then `finally`. Neither changes the state
    /// that the main list gives, unless one of their tasks ends everything.
    pub(super) fn after_main(
        &mut self,
        branches: &'a [Branch],
        children: &Children,
        spot: &Spot<'a>,
    ) -> Clear<End> {
        if let Some(state) = children.abort {
            return Ok(End::Abort(state));
        }
        let state = children.guess();
        let errors = enabled(branches, &BranchKind::Errors).filter(|_| children.has(State::Failed));
        let finally = enabled(branches, &BranchKind::Finally);
        for task in errors.into_iter().chain(finally).flatten() {
            if let End::Abort(state) = self.task(task, spot)? {
                return Ok(End::Abort(state));
            }
        }
        Ok(End::Is(state))
    }

    /// The end of a group whose main list is over.
    pub(super) fn group_end(&mut self, task: &'a Task, children: &Children, spot: &Spot<'a>) -> Clear<End> {
        Ok(match self.after_main(&task.branches, children, spot)? {
            End::Is(state) => End::Is(allowed(task, state)),
            abort @ End::Abort(_) => abort,
        })
    }
}
