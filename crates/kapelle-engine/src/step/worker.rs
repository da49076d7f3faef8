//! What workers say of the task runs they have.

use kapelle_model::effect::{Effect, Work};
use kapelle_model::event::{Due, Report};
use kapelle_model::execution::{Start, StartReason};
use kapelle_model::task_run::{Fence, Hold, Phase, RunIndex};
use kapelle_model::{Failure, History, Millis, State};

use super::ending::allowed;
use super::{Next, Refused, Step};
use crate::plan::{Kind, OnLost, Retry};

/// The state that a worker asks for. Only ends of attempts are its to give.
fn reported(report: &Report) -> State {
    use State::{Cancelled, Failed, Killed, Skipped, Success, Warning};
    match (&report.failure, report.state) {
        _ if report.killed => Killed,
        (_, Some(state @ (Success | Warning | Failed | Killed | Cancelled | Skipped))) => state,
        (Some(_), _) => State::Failed,
        (None, _) => State::Success,
    }
}

impl Step<'_> {
    /// A task run that a worker has under this fence.
    fn check_fence(&self, run: RunIndex, fence: Fence) -> Result<(), Refused> {
        let known = self.live.execution.run(run).ok_or(Refused::Late)?;
        if known.fence == fence && known.hold != Hold::Free { Ok(()) } else { Err(Refused::Late) }
    }

    /// Whether this was the worker of a task run that is not there any more. Nobody wants to know how it ended.
    fn stray_is_gone(&mut self, run: RunIndex, fence: Fence) -> bool {
        let head = &mut self.live.execution.head;
        let is_stray = head.strays.contains(&(run, fence));
        if is_stray {
            head.strays = head.strays.iter().copied().filter(|stray| *stray != (run, fence)).collect();
            self.live.held_out -= 1;
            self.live.stopping -= 1;
        }
        is_stray
    }

    pub(super) fn started(&mut self, run: RunIndex, fence: Fence, at: Millis) -> Result<(), Refused> {
        self.check_fence(run, fence)?;
        let known = self.run(run);
        match known.state() {
            State::Submitted => self.set_started(run, at),
            // Its group ended without it. It is left to its end all the same, which is noted when it comes.
            state if state.is_terminal() && known.hold == Hold::Out => {}
            _ => return Err(Refused::Late),
        }
        Ok(())
    }

    /// A worker began; it may tell of a moment that lies behind.
    fn set_started(&mut self, run: RunIndex, at: Millis) {
        let at = at.min(self.world.now);
        self.set_run(run, State::Running);
        self.set_attempt_at(run, State::Running, at);
    }

    pub(super) fn finished(&mut self, run: RunIndex, fence: Fence, report: &Report) -> Result<(), Refused> {
        if self.stray_is_gone(run, fence) {
            return Ok(());
        }
        self.check_fence(run, fence)?;
        let was_stopped = self.run(run).hold == Hold::Stopping;
        self.free(run);
        if self.was_superseded(run) {
            if !was_stopped && self.run(run).state() != State::Killed {
                self.note_late_end(run, report);
            }
            return Ok(());
        }
        let phase = self.run(run).detail.as_ref().map_or(Phase::Outside, |detail| detail.phase);
        if phase != Phase::Outside {
            self.directory_answered(run, phase, report);
            return Ok(());
        }
        if self.run(run).state() == State::Submitted {
            self.set_started(run, report.started.unwrap_or(self.world.now));
        }
        if let Some(outputs) = &report.outputs {
            self.set_outputs(run, Some(outputs.clone()));
        }
        self.attempt_ended(run, report);
        Ok(())
    }

    /// Whether a task run was ended or started again while the worker still had it. Then only its place was taken.
    fn was_superseded(&mut self, run: RunIndex) -> bool {
        let state = self.run(run).state();
        if state.is_created() {
            self.agenda.push_back(Next::Begin(run));
        }
        state.is_created() || state.is_terminal()
    }

    /// The group of a task run ended without waiting for it. How it really ended is kept; nothing follows from it.
    fn note_late_end(&mut self, run: RunIndex, report: &Report) {
        // The opening or closing of a directory is not the end of its group.
        if self.run(run).detail.as_ref().is_some_and(|detail| detail.phase != Phase::Outside) {
            return;
        }
        let state = allowed(self.task_of(run), reported(report));
        if let Some(outputs) = &report.outputs {
            self.set_outputs(run, Some(outputs.clone()));
        }
        self.set_attempt(run, reported(report));
        self.set_run(run, state);
    }

    fn attempt_ended(&mut self, run: RunIndex, report: &Report) {
        let task = self.task_of(run);
        let mut state = reported(report);
        if let Some(failure) = &report.failure {
            self.detail_mut(run).failure = Some(failure.clone());
        }
        self.set_attempt(run, state);
        if state == State::Failed && self.retries(run) {
            return;
        }
        let warns = task.retry.as_ref().is_some_and(|retry| retry.warning_on_retry);
        if state == State::Success && warns && self.run(run).tries() > 1 {
            state = State::Warning;
        }
        self.end_run(run, allowed(task, state));
    }

    /// Whether a failed attempt is tried again; if so, that is arranged.
    pub(super) fn retries(&mut self, run: RunIndex) -> bool {
        let task = self.task_of(run);
        let Some(retry) = task.retry.as_deref() else { return false };
        // What comes after the end, or beside everything, is not tried again.
        if self.run(run).forced {
            return false;
        }
        if retry.new_execution {
            return !task.allow_failure && self.retries_execution(run, retry);
        }
        let attempts = self.run(run).tries();
        let first = self.run(run).attempts.first().map_or(self.world.now, History::started);
        let random = self.world.chance.number();
        let Some(at) = retry.next(attempts, first, self.world.now, random) else { return false };
        self.detail_mut(run).wake = Some(at);
        self.set_run(run, State::Retrying);
        if self.state() == State::Running {
            self.set_state(State::Retrying);
        }
        self.effects.push(Effect::Wake { at, due: Due::Run(run) });
        true
    }

    /// The whole execution is tried again as a new one; this one ends.
    fn retries_execution(&mut self, run: RunIndex, retry: &Retry) -> bool {
        let execution = &self.live.execution;
        let created = execution.birth.original_created;
        let random = self.world.chance.number();
        let Some(at) = retry.next(execution.head.attempt, created, self.world.now, random) else {
            return false;
        };
        let request =
            crate::replay::retry_request(self.live, Start { at, reason: StartReason::Retry }, self.world);
        self.live.execution.head.successor = Some(request.id);
        self.effects.push(Effect::Create(Box::new(request)));
        let around: Vec<RunIndex> = self.live.ancestors(run).map(|run| run.index).collect();
        self.close(run, State::Retried);
        for run in around {
            self.close(run, State::Retried);
        }
        self.abort(State::Retried);
        true
    }

    /// The worker is gone. The work starts anew, which costs no try, unless it may not be done twice.
    pub(super) fn lost(&mut self, run: RunIndex, fence: Fence) -> Result<(), Refused> {
        if self.stray_is_gone(run, fence) {
            return Ok(());
        }
        self.check_fence(run, fence)?;
        self.free(run);
        if self.was_superseded(run) {
            return Ok(());
        }
        match self.run(run).detail.as_ref().map_or(Phase::Outside, |detail| detail.phase) {
            Phase::Outside if self.may_not_begin_again(run) => self.give_up(run),
            Phase::Outside => {
                if let Some(group) = self.directory_around(run) {
                    // What it left in the directory is gone with the worker.
                    self.restart_directory(group);
                    return Ok(());
                }
                self.set_attempt(run, State::Resubmitted);
                self.set_run(run, State::Created);
                self.agenda.push_back(Next::Begin(run));
            }
            Phase::Closing => self.dispatch(run, Work::Close),
            Phase::Closed => self.agenda.push_back(Next::Advance(Some(run))),
            Phase::Opening | Phase::Inside => self.restart_directory(run),
        }
        Ok(())
    }

    /// Whether work began that never begins a second time: its own, or what would be done again together with it, since
    /// it shares a directory.
    fn may_not_begin_again(&self, run: RunIndex) -> bool {
        let is_done_once = |run: RunIndex| {
            self.task_of(run).on_worker_lost.unwrap_or(self.world.on_worker_lost) == OnLost::Fail
        };
        let began = |attempt: &History| attempt.entries().any(|(state, _)| state == State::Running);
        match self.directory_around(run) {
            None => is_done_once(run) && self.run(run).attempts.last().is_some_and(began),
            Some(group) => self
                .live
                .children(group)
                .any(|child| is_done_once(child) && self.run(child).attempts.iter().any(began)),
        }
    }

    /// The work was lost, and is not done again.
    fn give_up(&mut self, run: RunIndex) {
        let words = "the worker was lost while it ran this task, which may not be run twice (`onWorkerLost: fail`); \
                     restart the execution from here once it is known what the task did";
        self.note_failure(run, Failure::new(words));
        self.set_attempt(run, State::Failed);
        self.end_run(run, allowed(self.task_of(run), State::Failed));
    }

    /// A moment came that a task run waited for.
    pub(super) fn run_due(&mut self, run: RunIndex) -> Result<(), Refused> {
        let known = self.live.execution.run(run).ok_or(Refused::Late)?;
        let at = known.wake().ok_or(Refused::Late)?;
        if self.world.now < at {
            return Err(Refused::Late);
        }
        self.detail_mut(run).wake = None;
        match &self.task_of(run).kind {
            Kind::Pause(pause) => self.pause_is_over(run, pause),
            Kind::Until(_) => self.next_iteration(run),
            Kind::Retry(_) => self.run_group_again(run),
            _ => self.try_again(run),
        }
        Ok(())
    }

    /// The next attempt of a task run.
    fn try_again(&mut self, run: RunIndex) {
        self.set_run(run, State::Created);
        if self.state() == State::Retrying {
            self.set_state(State::Running);
        }
        self.agenda.push_back(Next::Begin(run));
    }

    /// Keeps why an execution that a task run asked for failed.
    pub(super) fn fail_run(&mut self, run: RunIndex, failure: Failure) {
        self.note_failure(run, failure);
        self.attempt_failed(run);
    }

    /// An attempt failed without a worker.
    pub(super) fn attempt_failed(&mut self, run: RunIndex) {
        self.set_attempt(run, State::Failed);
        if !self.retries(run) {
            let state = allowed(self.task_of(run), State::Failed);
            self.end_run(run, state);
        }
    }
}
