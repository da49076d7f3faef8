//! Tasks that start executions. Sections 5.2 and 5.14.

use kapelle_model::State;
use kapelle_model::flow::Task;

use super::life::{Life, Scope};
use super::lists::{Children, End, allowed};
use super::render::{flag_or_true, number};
use super::spot::Spot;
use super::work::Next;
use super::{Clear, Unclear};
use crate::oracle::child_lineage;

impl<'a> Life<'_, 'a> {
    pub(super) fn subflow(&mut self, task: &'a Task, spot: &Spot<'a>, path: &str) -> Clear<End> {
        let is_awaited =
            task.property("wait").map_or(task.property("schedule").is_none(), |_| flag_or_true(task, "wait"));
        let transmits = flag_or_true(task, "transmitFailed");
        let mut tries = 0;
        loop {
            let lineage = child_lineage(&self.lineage, path, tries, 0);
            tries += 1;
            let ended = match self.reference.called(task) {
                Some(known) => Some(self.reference.execution(known, &lineage, None)?),
                None => None,
            };
            let state = match ended {
                Some(_) if !is_awaited || !transmits => State::Success,
                None | Some(State::Failed) => State::Failed,
                Some(State::Killed) => State::Killed,
                Some(State::Warning) => State::Warning,
                Some(_) => State::Success,
            };
            if state != State::Failed {
                return Ok(End::Is(allowed(task, state)));
            }
            match self.next(spot.retry_of(task), tries, spot) {
                Next::Again => {}
                Next::New => return Ok(End::Abort(State::Retried)),
                Next::Over => return Ok(End::Is(allowed(task, State::Failed))),
            }
        }
    }

    /// A group of three tasks: one splits a file, one starts an execution for each part, one merges what they gave.
    pub(super) fn items(&mut self, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        let inner = spot.below(task);
        let id = &task.id.value;
        let mut children = Children::default();
        for step in ["split", "items", "merge"] {
            let path = inner.path_of(&format!("{id}_{step}"));
            let end = if step == "items" {
                self.parts(task, &inner, path, &format!("{}/{id}_split", inner.around))?
            } else {
                self.tries(spot.retry_of(task), &inner, &path)?
            };
            match end {
                End::Abort(state) => {
                    children.abort = Some(state);
                    break;
                }
                // The language says what the executions make of it, and not what a failing split does.
                End::Is(State::Failed | State::Warning) if step != "items" && has_allowance(task) => {
                    return Err(Unclear);
                }
                End::Is(state) => children.states.push(state),
            }
            if children.has(State::Failed) {
                break;
            }
        }
        self.group_end(task, &children, &inner)
    }

    fn parts(&mut self, task: &'a Task, spot: &Spot<'a>, path: String, split: &str) -> Clear<End> {
        let count = self.reference.oracle.parts(&self.lineage, split);
        let is_awaited = flag_or_true(task, "wait");
        let mut states = Vec::new();
        for iteration in 0..count {
            let lineage = child_lineage(&self.lineage, &path, 0, iteration);
            states.push(match self.reference.called(task) {
                Some(known) => self.reference.execution(known, &lineage, None)?,
                // What is not waited for is not asked either whether it is there.
                None if !is_awaited => return Err(Unclear),
                None => State::Failed,
            });
        }
        let is_missing = count > 0 && self.reference.called(task).is_none();
        let told = if is_missing {
            State::Failed
        } else if !is_awaited || !flag_or_true(task, "transmitFailed") {
            State::Success
        } else {
            worst(&states, &[State::Failed, State::Killed, State::Warning])
        };
        // Whether all of them are started again is said nowhere.
        if told == State::Failed && !matches!(self.next(spot.retry_of(task), 1, spot), Next::Over) {
            return Err(Unclear);
        }
        // What is allowed is allowed to the whole group.
        self.say(path, told, None);
        Ok(End::Is(told))
    }

    /// Each iteration is an execution of the tasks of the loop. When the loop is tried again, so are all of them.
    pub(super) fn looped(&mut self, task: &'a Task, spot: &Spot<'a>, path: &str) -> Clear<End> {
        let mut tries = 0;
        loop {
            let state = self.iterations(task, spot, path, tries)?;
            tries += 1;
            let end = match state {
                State::Failed => match self.next(spot.retry_of(task), tries, spot) {
                    Next::Again => continue,
                    Next::New => return Ok(End::Abort(State::Retried)),
                    Next::Over => allowed(task, State::Failed),
                },
                state => allowed(task, state),
            };
            self.say(path.to_owned(), end, None);
            return Ok(End::Is(end));
        }
    }

    /// What the iterations of one try make of it.
    fn iterations(&mut self, task: &'a Task, spot: &Spot<'a>, path: &str, attempt: u32) -> Clear<State> {
        let Ok(values) = self.values(task, &["values"], spot) else { return Ok(State::Failed) };
        let breaks = task.property("breakWhen").is_some();
        let scope = Scope { task, retry: task.property("retry").or(spot.retry) };
        let is_alone = number(task.property("concurrencyLimit"), 0) == 1;
        let mut states = Vec::new();
        for iteration in 0..values.len() as u32 {
            let lineage = child_lineage(&self.lineage, path, attempt, iteration);
            let state = self.reference.execution(self.known, &lineage, Some(scope))?;
            states.push(state);
            if breaks && state == State::Failed {
                if !is_alone {
                    return Err(Unclear);
                }
                break;
            }
        }
        if states.contains(&State::Failed) && states.contains(&State::Killed) {
            return Err(Unclear);
        }
        let told = flag_or_true(task, "transmitFailed");
        Ok(if told {
            worst(&states, &[State::Failed, State::Killed, State::Warning])
        } else {
            State::Success
        })
    }
}

fn has_allowance(task: &Task) -> bool {
    task.property("allowFailure").is_some() || task.property("allowWarning").is_some()
}

fn worst(states: &[State], order: &[State]) -> State {
    order.iter().copied().find(|state| states.contains(state)).unwrap_or(State::Success)
}
