//! How task runs, groups and executions end.

use std::sync::Arc;

use kapelle_model::effect::{Effect, Level};
use kapelle_model::execution::Slot;
use kapelle_model::task_run::{Hold, RunIndex};
use kapelle_model::{State, Text};

use super::{Next, Step};
use crate::conditions::{Conditions, Facts, Subject};
use crate::plan::{Kind, Task, TaskIndex};

/// The state that a task ends in, if failures and warnings of it are allowed.
pub(super) fn allowed(task: &Task, state: State) -> State {
    let state = if state == State::Failed && task.allow_failure { State::Warning } else { state };
    if state == State::Warning && task.allow_warning { State::Success } else { state }
}

impl Step<'_> {
    /// Ends a task run. What is open below it ends with it, and what is around it may go on.
    pub(super) fn end_run(&mut self, run: RunIndex, state: State) {
        if self.run(run).state().is_terminal() {
            return;
        }
        if self.take_along(run, state) {
            self.stop_waiting();
        }
        if self.run(run).wake().is_some() {
            self.detail_mut(run).wake = None;
        }
        self.set_run(run, state);
        self.agenda.push_back(Next::Advance(self.run(run).parent));
    }

    /// Ends everything that is open below a task run in the same state. Whether the execution waited for some of it.
    pub(super) fn take_along(&mut self, run: RunIndex, state: State) -> bool {
        let Some(group) = &self.live.node(run).group else { return false };
        if group.main.open + group.errors.open + group.finally.open == 0 {
            return false;
        }
        let mut has_waited = false;
        let mut below: Vec<RunIndex> = self.live.children(run).collect();
        while let Some(child) = below.pop() {
            if self.run(child).state().is_terminal() {
                continue;
            }
            below.extend(self.live.children(child));
            has_waited |= matches!(self.run(child).state(), State::Paused | State::Retrying);
            self.close(child, state);
        }
        has_waited
    }

    /// The execution goes on if nothing is left that it waits for.
    fn stop_waiting(&mut self) {
        match self.state() {
            State::Paused => self.unpause(),
            State::Retrying if !self.waits_in(State::Retrying) => self.set_state(State::Running),
            _ => {}
        }
    }

    /// Ends a task run without looking at what is around it. A worker that has it goes on until it reports.
    pub(super) fn close(&mut self, run: RunIndex, state: State) {
        if self.run(run).wake().is_some() {
            self.detail_mut(run).wake = None;
        }
        self.set_attempt_unless_ended(run, state);
        self.set_run(run, state);
    }

    pub(super) fn set_attempt_unless_ended(&mut self, run: RunIndex, state: State) {
        let is_open = self.run(run).attempts.last().is_some_and(|attempt| !attempt.current().is_terminal());
        if is_open {
            self.set_attempt(run, state);
        }
    }

    /// A group is over: its children say how.
    pub(super) fn end_group(&mut self, parent: Option<RunIndex>) {
        let guess = self.ending(parent).unwrap_or_else(|| self.live.group(parent).main.guess());
        let Some(run) = parent else {
            // What was started beside everything is not left behind.
            let is_alone = self.live.open == 0 || guess != State::Success && guess != State::Warning;
            if is_alone && matches!(self.state(), State::Running | State::Retrying) {
                self.end_execution(guess);
            }
            return;
        };
        let task = self.task_of(run);
        let state = match &task.kind {
            Kind::AllowFailure if guess == State::Failed => allowed(task, State::Warning),
            _ => allowed(task, guess),
        };
        self.end_group_as(run, state);
    }

    pub(super) fn end_group_as(&mut self, run: RunIndex, state: State) {
        self.set_attempt_unless_ended(run, state);
        self.end_run(run, state);
    }

    /// A decision led to no list of tasks.
    pub(super) fn end_without_list(&mut self, parent: Option<RunIndex>) {
        let Some(run) = parent else { return };
        let execution = &self.live.execution;
        let message = format!(
            "No task found on flow '{}', task '{}', execution '{}'",
            execution.birth.flow,
            self.run(run).task,
            execution.birth.id
        );
        self.log(Some(run), Level::Warn, Text::from(message));
        let state = allowed(self.task_of(run), State::Failed);
        self.end_group_as(run, state);
    }

    /// The execution is over, but for what comes after its end.
    pub(super) fn end_execution(&mut self, state: State) {
        let state = self.render_outputs(state);
        self.terminate(state);
    }

    /// Ends the execution at once, whatever is open.
    pub(super) fn abort(&mut self, state: State) {
        self.terminate(state);
    }

    fn terminate(&mut self, state: State) {
        let open: Vec<RunIndex> = self.open_runs();
        for run in open {
            self.close(run, state);
        }
        self.set_state(state);
        self.agenda.clear();
        self.agenda.push_back(Next::Advance(None));
    }

    /// All task runs that have not ended, oldest first.
    pub(super) fn open_runs(&self) -> Vec<RunIndex> {
        if self.live.open == 0 {
            return Vec::new();
        }
        let runs = self.live.execution.runs.iter();
        runs.filter(|run| !run.state().is_terminal()).map(|run| run.index).collect()
    }

    /// What comes after the end: listeners, then `afterExecution`, one after the other.
    pub(super) fn advance_after(&mut self) {
        if self.live.after.open > 0 || self.live.execution.birth.scope.is_some() {
            return;
        }
        let last = self.last_after();
        if let Some(task) = self.next_after(last) {
            self.create_run(task, None, None, None);
        } else {
            self.agenda.clear();
        }
    }

    /// The last task after the end that was created in this generation.
    fn last_after(&self) -> Option<TaskIndex> {
        if self.live.after.created == 0 {
            return None;
        }
        let runs = self.live.execution.runs.iter().rev();
        let mut after = runs.map(|run| self.live.node(run.index).task);
        after.find(|task| self.plan.task(*task).place == crate::plan::Place::After)
    }

    /// The task after that one, or the first: of listeners whose conditions hold, then of `afterExecution`.
    fn next_after(&self, last: Option<TaskIndex>) -> Option<TaskIndex> {
        let plan = self.plan;
        let listeners = plan.listeners.iter().map(|listener| (Some(&listener.conditions), &*listener.tasks));
        let mut last = last;
        for (conditions, tasks) in listeners.chain([(None, &*plan.after_execution)]) {
            let next = match last.and_then(|last| tasks.iter().position(|task| *task == last)) {
                Some(place) => {
                    last = None;
                    tasks.get(place + 1)
                }
                None if last.is_none() && conditions.is_none_or(|conditions| self.listens(conditions)) => {
                    tasks.first()
                }
                None => None,
            };
            if next.is_some() {
                return next.copied();
            }
        }
        None
    }

    fn listens(&self, conditions: &Conditions) -> bool {
        let subject = Subject {
            execution: Some(Facts::of(&self.live.execution)),
            namespace: &self.plan.namespace,
            flow: &self.plan.flow,
        };
        self.with_variables(None, &[], |all| conditions.evaluate(&subject, all.environment()).holds())
    }

    /// Whether nothing of the execution is left to be done. What comes after the end begins in the step of the end, each
    /// when the one before is over.
    pub(super) fn is_over(&self) -> bool {
        self.state().is_terminal() && self.live.after.open == 0
    }

    /// Gives back what an execution that is over holds, once nobody works for it any more, and tells who waits for it.
    pub(super) fn release(&mut self) {
        // Who has ended does not wait for a place any more, whatever still comes after the end.
        if self.live.execution.head.slot == Slot::Asked && self.state().is_terminal() {
            self.give_back();
        }
        if !self.is_over() {
            return;
        }
        if self.live.held_out == 0 && self.live.execution.head.slot != Slot::None {
            self.give_back();
        }
        let execution = &self.live.execution;
        if !self.was_over
            && let Some(parent) = execution.birth.parent
        {
            let outputs = execution.head.outputs.clone();
            let state = execution.state();
            let generation = execution.head.generation;
            let successor = execution.head.successor;
            self.effects.push(Effect::TellParent { parent, state, generation, outputs, successor });
        }
    }

    fn give_back(&mut self) {
        self.live.execution.head.slot = Slot::None;
        self.effects.push(Effect::ReleaseSlot);
    }

    /// Lets a task run go that a worker had.
    pub(super) fn free(&mut self, run: RunIndex) {
        self.set_hold(run, Hold::Free);
    }

    /// Renders the outputs of the flow, or of the iteration. If one of them fails that is required, so does the execution.
    fn render_outputs(&mut self, state: State) -> State {
        let scope = self.live.execution.birth.scope.as_ref().and_then(|scope| self.plan.find(&scope.task));
        let outputs = match scope.map(|task| &self.plan.task(task).kind) {
            Some(Kind::Loop(looped)) => &looped.outputs,
            _ => &self.plan.outputs,
        };
        if outputs.is_empty() {
            return state;
        }
        let encryption = self.world.encryption;
        let rendered = self.with_variables(None, &[], |all| outputs.render(encryption, all.environment()));
        for (level, message) in rendered.logs {
            self.log(None, level, message);
        }
        self.live.execution.head.outputs = Some(Arc::new(rendered.values));
        if rendered.failure.is_some() { State::Failed } else { state }
    }
}
