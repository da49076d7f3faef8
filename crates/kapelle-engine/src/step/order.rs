//! What people, clients and other executions want of an execution.

use std::sync::Arc;

use kapelle_model::effect::Effect;
use kapelle_model::event::Order;
use kapelle_model::execution::{Breakpoint, Labels, Slot};
use kapelle_model::task_run::RunIndex;
use kapelle_model::{Map, State};

use super::{Next, Refused, Step};
use crate::labels::SYSTEM;
use crate::plan::Kind;
use crate::replay::relabeled;

impl Step<'_> {
    pub(super) fn order(&mut self, order: &Order) -> Result<(), Refused> {
        match order {
            Order::Kill { cascade } => self.kill(*cascade),
            Order::Pause => self.pause_by_hand(),
            Order::Resume { values, by } => {
                let run = self.paused_run()?;
                self.resume(run, Some(values), by.as_deref());
                Ok(())
            }
            Order::Restart => self.restart(),
            Order::ChangeTaskState { run, state } => self.change_task_state(*run, *state),
            Order::ChangeStatus(state) => self.change_status(*state),
            Order::ForceRun => self.force_run(),
            Order::Unqueue(state) => self.unqueue(*state),
            Order::SetLabels(labels) => self.set_labels(labels),
            Order::MarkReplayed => {
                let labels = relabeled(&self.live.execution.head.labels, "system.replayed");
                self.live.execution.head.labels = labels;
                Ok(())
            }
            Order::ResumeBreakpoint { next } => self.resume_breakpoint(next.as_ref()),
        }
    }

    fn kill(&mut self, cascade: bool) -> Result<(), Refused> {
        let state = self.state();
        if cascade {
            self.kill_children();
        }
        if state.is_terminal() {
            return if self.stop_what_is_left() || cascade {
                Ok(())
            } else {
                Err(Refused::State(format!(
                    "Execution is already finished, current state is '{}'",
                    state.name()
                )))
            };
        }
        if state != State::Queued {
            self.set_state(State::Killing);
        }
        for run in self.open_runs() {
            self.before_kill(run);
        }
        self.stop_all();
        self.abort(State::Killed);
        Ok(())
    }

    /// Stops what still runs of an execution that has ended, and what comes after its end. Whether there was anything. A kill
    /// that comes twice leaves alone what comes after the first.
    fn stop_what_is_left(&mut self) -> bool {
        if self.state() == State::Killed {
            return false;
        }
        let open = self.open_runs();
        let is_left = !open.is_empty() || self.live.held_out > self.live.stopping;
        for run in open {
            self.before_kill(run);
            self.close(run, State::Killed);
        }
        self.stop_all();
        is_left
    }

    /// Has all executions killed that this one waits for.
    pub(super) fn kill_children(&mut self) {
        if self.live.execution.children.values().any(|child| child.ended.is_none()) {
            self.effects.push(Effect::KillChildren);
        }
    }

    fn pause_by_hand(&mut self) -> Result<(), Refused> {
        if self.state() != State::Running {
            return Err(Refused::State(format!(
                "Execution is not running, current state is '{}'",
                self.state().name()
            )));
        }
        self.set_state(State::Paused);
        Ok(())
    }

    fn resume(&mut self, run: Option<RunIndex>, values: Option<&Arc<Map>>, by: Option<&str>) {
        let Some(run) = run else {
            self.unpause();
            return self.look_again();
        };
        if matches!(self.task_of(run).kind, Kind::Pause(_)) {
            self.resume_pause(run, values, by);
        } else {
            self.detail_mut(run).wake = None;
            self.next_iteration(run);
        }
    }

    fn change_status(&mut self, state: State) -> Result<(), Refused> {
        if !self.state().is_terminal() || self.state() == State::Killed {
            return Err(Refused::State(
                "You can only change the state of a terminated non killed execution.".into(),
            ));
        }
        if !state.is_terminal() || matches!(state, State::Skipped | State::Resubmitted) {
            return Err(Refused::Invalid(
                "You can only change the state of an execution to a terminal state.".into(),
            ));
        }
        self.set_state(state);
        // Whoever waits for the execution, or waited for it, hears of this end as of any other.
        self.live.execution.head.generation += 1;
        self.was_over = false;
        Ok(())
    }

    fn force_run(&mut self) -> Result<(), Refused> {
        match self.state() {
            state if state.is_terminal() => {
                Err(Refused::State("Only non terminated executions can be forced run.".into()))
            }
            State::Created | State::Queued | State::Restarted => {
                self.force_slot();
                self.run_execution();
                Ok(())
            }
            State::Paused => {
                let run = self.paused_run()?;
                self.resume(run, None, None);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Is counted by the limits, whether there is a place or not.
    fn force_slot(&mut self) {
        if self.is_counted() {
            self.live.execution.head.slot = Slot::Forced;
            self.effects.push(Effect::ForceSlot);
        }
    }

    fn unqueue(&mut self, state: State) -> Result<(), Refused> {
        if self.state() != State::Queued {
            return Err(Refused::State(format!(
                "Execution is not queued, current state is '{}'",
                self.state().name()
            )));
        }
        match state {
            State::Running => {
                self.force_slot();
                self.run_execution();
            }
            State::Cancelled | State::Failed => self.abort(state),
            other => {
                return Err(Refused::Invalid(format!(
                    "Invalid target state: {}. Valid states are: [RUNNING, FAILED, CANCELLED]",
                    other.name()
                )));
            }
        }
        Ok(())
    }

    fn set_labels(&mut self, wanted: &Labels) -> Result<(), Refused> {
        if !self.state().is_terminal() {
            return Err(Refused::State("The execution is not terminated".into()));
        }
        let is_system = |(key, _): &&(Arc<str>, Arc<str>)| key.starts_with(SYSTEM);
        let known = &self.live.execution.head.labels;
        if let Some((key, _)) =
            wanted.iter().filter(is_system).find(|(key, value)| self.live.execution.label(key) != Some(value))
        {
            return Err(Refused::Invalid(format!(
                "System labels can only be set by Kestra itself, offending label: {key}"
            )));
        }
        let kept = known.iter().filter(is_system).cloned();
        let user = wanted.iter().filter(|label| !is_system(label)).cloned();
        let labels: Labels = kept.chain(user).collect();
        self.live.execution.head.labels = labels;
        Ok(())
    }

    fn resume_breakpoint(&mut self, next: Option<&Arc<[Breakpoint]>>) -> Result<(), Refused> {
        if self.state() != State::Breakpoint {
            return Err(Refused::State(format!(
                "Execution is not suspended at a breakpoint, current state is '{}'",
                self.state().name()
            )));
        }
        self.live.execution.head.breakpoints = next.cloned().unwrap_or_default();
        self.set_state(State::Running);
        let waiting = self.live.waiting.iter().copied();
        let suspended: Vec<RunIndex> =
            waiting.filter(|run| self.run(*run).state() == State::Breakpoint).collect();
        for run in suspended {
            self.set_run(run, State::Created);
            self.begin_now(run);
        }
        self.release_created();
        self.agenda.push_back(Next::Advance(None));
        Ok(())
    }
}
