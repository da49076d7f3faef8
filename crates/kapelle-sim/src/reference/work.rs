//! Tasks that workers run, and tasks that change their execution. Sections 3.2, 3.3 and 5.4.

use std::sync::Arc;

use kapelle_model::flow::Task;
use kapelle_model::{Map, Node, State, Value};

use super::life::Life;
use super::lists::{End, allowed};
use super::render::{flag, number};
use super::spot::Spot;
use super::{Clear, Unclear};
use crate::oracle::Answer;

/// What follows a failed attempt.
pub(super) enum Next {
    Again,
    /// The execution as a whole is tried again.
    New,
    Over,
}

impl<'a> Life<'_, 'a> {
    pub(super) fn work(&mut self, task: &'a Task, spot: &Spot<'a>, path: &str) -> Clear<End> {
        let end = self.tries(spot.retry_of(task), spot, path)?;
        Ok(match end {
            End::Is(state) => End::Is(allowed(task, state)),
            abort @ End::Abort(_) => abort,
        })
    }

    /// Has workers try until one succeeds or no further try is allowed.
    pub(super) fn tries(&mut self, retry: Option<&Node>, spot: &Spot<'a>, path: &str) -> Clear<End> {
        let mut tries = 0;
        loop {
            let answer = self.reference.oracle.answer(&self.lineage, path, tries);
            tries += 1;
            let mut state = match answer {
                Answer::Failed => match self.next(retry, tries, spot) {
                    Next::Again => continue,
                    Next::New => {
                        self.say(path.to_owned(), State::Retried, Some(tries));
                        return Ok(End::Abort(State::Retried));
                    }
                    Next::Over => State::Failed,
                },
                Answer::Warning => State::Warning,
                Answer::Success => State::Success,
            };
            let warns =
                retry.is_some_and(|retry| retry.get("warningOnRetry").and_then(Node::as_bool) == Some(true));
            if state == State::Success && warns && tries > 1 {
                state = State::Warning;
            }
            self.say(path.to_owned(), state, Some(tries));
            self.put_outputs(spot, path);
            return Ok(End::Is(state));
        }
    }

    /// All attempts count, and so do all executions that try again what the first one did. What comes after the end is
    /// not tried again.
    pub(super) fn next(&self, retry: Option<&Node>, tries: u32, spot: &Spot<'_>) -> Next {
        let Some(retry) = retry.filter(|_| !spot.is_after) else { return Next::Over };
        let most = number(retry.get("maxAttempts"), u32::MAX);
        match creates_executions(retry) {
            true if self.attempt < most => Next::New,
            false if tries < most => Next::Again,
            _ => Next::Over,
        }
    }

    /// Conditions of loops read which pass their tasks were in.
    fn put_outputs(&mut self, spot: &Spot<'_>, path: &str) {
        let id = path.rsplit('/').next().and_then(|last| last.split(['[', '%']).next()).unwrap_or_default();
        let pass = Value::Int(i64::from(spot.pass.unwrap_or(0)) + 1);
        let outputs = Map::from_iter([(Arc::from("pass"), pass)]);
        self.outputs.insert(id.into(), Value::Map(Arc::new(outputs)));
    }

    pub(super) fn update(&mut self, name: &str, task: &'a Task, spot: &Spot<'a>) -> Clear<End> {
        if name == "execution.Exit" {
            let state = task.property("state").and_then(Node::as_text).and_then(State::from_name);
            return Ok(End::Abort(state.unwrap_or(State::Success)));
        }
        // Generated tasks take away a variable that is never there, and all others succeed.
        let fails = name == "execution.UnsetVariables" && !flag(task, "ignoreMissing");
        if !fails {
            return Ok(End::Is(allowed(task, State::Success)));
        }
        match self.next(spot.retry_of(task), u32::MAX, spot) {
            // The language does not say whether what runs on no worker is tried again.
            Next::New => Err(Unclear),
            Next::Again | Next::Over => Ok(End::Is(allowed(task, State::Failed))),
        }
    }
}

fn creates_executions(retry: &Node) -> bool {
    retry.get("behavior").and_then(Node::as_text) == Some("CREATE_NEW_EXECUTION")
}

impl<'a> Spot<'a> {
    /// The retry that counts for a task here: its own, or the nearest around it. A failure that is allowed is no reason
    /// for a new execution.
    pub(super) fn retry_of(&self, task: &'a Task) -> Option<&'a Node> {
        let retry = task.property("retry").or(self.retry);
        retry.filter(|retry| !(flag(task, "allowFailure") && creates_executions(retry)))
    }
}
