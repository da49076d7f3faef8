//! The start of a task run: is it its turn, does it run at all, and who runs it.

use std::sync::Arc;

use kapelle_core::expression::Outcome;
use kapelle_model::effect::{Effect, Level, Work};
use kapelle_model::flow::BranchKind;
use kapelle_model::task_run::{Fence, Hold, RunIndex};
use kapelle_model::{Failure, State, Text, Value};

use super::{Next, Step, each, words};
use crate::live::{EVALUATION_RESULT, SWITCH_VALUE};
use crate::plan::{Kind, Task, Template};
use kapelle_core::property::{Property, text_of};

/// What stands before the reason why a group fails by itself.
const BREAKS_OFF: &str = "Unable to resolve state from the Flowable task: ";

impl Step<'_> {
    pub(super) fn begin(&mut self, run: RunIndex) {
        let is_there = self.live.position(run).is_some_and(|_| self.run(run).state().is_created());
        if !is_there {
            return;
        }
        if !self.may_begin(run) {
            self.live.created.insert(run);
            return;
        }
        if self.is_breakpoint(run) {
            self.log(Some(run), Level::Info, "Flow is suspended at a breakpoint.");
            self.set_run(run, State::Breakpoint);
            return self.set_state(State::Breakpoint);
        }
        self.begin_now(run);
    }

    /// Whether a task run is there and has tasks of its own.
    pub(super) fn is_group(&self, run: RunIndex) -> bool {
        self.live.position(run).is_some() && self.task_of(run).kind.is_group()
    }

    /// Begins a task run past any breakpoint.
    pub(super) fn begin_now(&mut self, run: RunIndex) {
        let task = self.task_of(run);
        let is_again = self.run(run).state() == State::Restarted;
        // What an If or a Switch decides is told even if it does not run.
        let decided = self.decide(run, task);
        let run_if = task.run_if.as_ref().filter(|_| !(is_again && task.kind.is_group()));
        match self.runs_at_all(run, run_if) {
            Ok(true) if let Err(failure) = decided => {
                self.open_group_attempt(run);
                self.break_off(run, &failure);
            }
            Ok(true) => self.start_run(run, task),
            Ok(false) => {
                self.add_attempt(run, State::Skipped);
                self.end_run(run, State::Skipped);
            }
            Err(error) => {
                let cause = words(&error);
                let message = format!("Failed to evaluate the runIf condition for task {}. Cause: ", task.id);
                let message = Text::concat(&message.into(), &cause.message);
                self.note_failure(run, Failure::new(message));
                self.end_run(run, State::Failed);
            }
        }
    }

    /// A group has one attempt; one that begins again goes on with it.
    fn open_group_attempt(&mut self, run: RunIndex) {
        if self.run(run).attempts.is_empty() {
            self.add_attempt(run, State::Running);
        } else {
            self.set_attempt(run, State::Running);
        }
    }

    /// Whether a created task run can go on: the execution lets it, and nobody works on an earlier attempt any more.
    fn may_begin(&self, run: RunIndex) -> bool {
        let run = self.run(run);
        run.hold == Hold::Free && (run.forced || matches!(self.state(), State::Running | State::Retrying))
    }

    /// Whether the execution is to stand still before a task run. What runs after its end, or beside it, holds nothing up.
    fn is_breakpoint(&self, run: RunIndex) -> bool {
        let run = self.run(run);
        !run.forced
            && self.live.execution.head.breakpoints.iter().any(|breakpoint| {
                breakpoint.task == run.task
                    && breakpoint.value.as_ref().is_none_or(|value| run.value.as_ref() == Some(value))
            })
    }

    fn runs_at_all(&self, run: RunIndex, run_if: Option<&Property>) -> Outcome<bool> {
        run_if.map_or(Ok(true), |run_if| {
            self.with_variables(Some(run), &[], |all| run_if.truth(all.environment()))
        })
    }

    fn start_run(&mut self, run: RunIndex, task: &Task) {
        match &task.kind {
            Kind::Runnable => self.dispatch(run, Work::Run),
            Kind::Update(update) => self.update(run, *update),
            Kind::Subflow(_) | Kind::Items(..) | Kind::Loop(_) => {
                let is_restarted = self.run(run).state() == State::Restarted;
                self.set_run(run, State::Running);
                self.add_attempt(run, State::Running);
                self.begin_executions(run, task, is_restarted);
            }
            _ => {
                self.set_run(run, State::Running);
                self.open_group_attempt(run);
                self.begin_group(run, task);
            }
        }
    }

    fn decide(&mut self, run: RunIndex, task: &Task) -> Result<(), Failure> {
        match &task.kind {
            Kind::If { condition } => self.decide_if(run, condition),
            Kind::Switch { value } => self.decide_switch(run, task, value),
            _ => Ok(()),
        }
    }

    /// Hands a task run to a worker.
    pub(super) fn dispatch(&mut self, run: RunIndex, work: Work) {
        let head = &mut self.live.execution.head;
        head.fence = Fence(head.fence.0 + 1);
        let fence = head.fence;
        if work == Work::Run {
            self.add_attempt(run, State::Created);
            self.set_run(run, State::Submitted);
        }
        self.run_mut(run).fence = fence;
        self.set_hold(run, Hold::Out);
        let dispatch = crate::outstanding::dispatch(self.plan, self.live, run, work);
        self.effects.push(Effect::Dispatch(dispatch));
    }

    fn begin_group(&mut self, run: RunIndex, task: &Task) {
        let decided = match &task.kind {
            Kind::Each(each) => self.decide_values(run, &each.values),
            Kind::Template(template) => self.begin_template(run, template),
            Kind::Pause(pause) => return self.begin_pause(run, pause),
            Kind::Directory => return self.open_directory(run),
            Kind::Until(_) => {
                self.begin_until(run);
                Ok(())
            }
            Kind::Retry(_) => {
                let place = self.run(run).place;
                self.run_mut(run).iteration = Some(place);
                Ok(())
            }
            _ => Ok(()),
        };
        match decided {
            Ok(()) => self.agenda.push_back(Next::Advance(Some(run))),
            Err(failure) => self.break_off(run, &failure),
        }
    }

    fn begin_template(&mut self, run: RunIndex, template: &Template) -> Result<(), Failure> {
        if let Some(missing) = &template.missing {
            return Err(Failure::new(missing.as_str()));
        }
        let Some(args) = &template.args else { return Ok(()) };
        let args = self.with_variables(Some(run), &[], |all| args.render(all.environment()));
        self.set_output(run, "args", args.map_err(|error| words(&error))?);
        Ok(())
    }

    fn decide_if(&mut self, run: RunIndex, condition: &Property) -> Result<(), Failure> {
        let result = self.with_variables(Some(run), &[], |all| condition.truth(all.environment()));
        let result = result.map_err(|error| words(&error))?;
        self.set_output(run, EVALUATION_RESULT, Value::Bool(result));
        Ok(())
    }

    fn decide_switch(&mut self, run: RunIndex, task: &Task, value: &Property) -> Result<(), Failure> {
        let rendered = self.with_variables(Some(run), &[], |all| text_of(&value.render(all.environment())?));
        let value: Text = rendered.map_err(|error| words(&error))?;
        let is_case = task.lists.branch(&BranchKind::Case(value.expose().to_owned())).is_some();
        self.set_output(run, SWITCH_VALUE, Value::Str(value));
        self.set_output(run, "defaults", Value::Bool(!is_case));
        Ok(())
    }

    fn decide_values(&mut self, run: RunIndex, values: &Property) -> Result<(), Failure> {
        let values: Vec<Arc<str>> =
            self.with_variables(Some(run), &[], |all| each::values(values, all.environment()))?;
        self.detail_mut(run).values = Some(values.into());
        Ok(())
    }

    /// Ends a group whose own properties do not render. Its `errors` and `finally` do not run, and what it allows does
    /// not count: it never began.
    pub(super) fn break_off(&mut self, run: RunIndex, failure: &Failure) {
        let message = Text::concat(&BREAKS_OFF.into(), &failure.message);
        self.note_failure(run, Failure::new(message));
        self.set_attempt(run, State::Failed);
        self.end_run(run, State::Failed);
    }
}
