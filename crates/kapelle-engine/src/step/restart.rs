//! Starting an execution again from what failed in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use kapelle_model::effect::Effect;
use kapelle_model::execution::{Execution, Head};
use kapelle_model::task_run::{Hold, Phase, RunIndex, TaskRun};
use kapelle_model::{Millis, State};

use super::{Next, Outcome, Refused, Step};
use crate::labels::merged;
use crate::live::Live;
use crate::plan::{Kind, Place, Plan};
use crate::transitions::Machine;
use crate::world::World;

/// How the task runs of an execution change so that it can go on.
pub(crate) struct Reopening {
    /// Those that begin again.
    pub(crate) again: BTreeSet<RunIndex>,
    /// Groups around them, which go on.
    pub(crate) around: BTreeSet<RunIndex>,
    pub(crate) gone: BTreeSet<RunIndex>,
}

impl Reopening {
    /// Lets some task runs begin again. What belongs to the end of the execution or of a group is taken away, and so is
    /// everything below what begins again.
    pub(crate) fn of(plan: &Plan, live: &Live, starts: impl IntoIterator<Item = RunIndex>) -> Self {
        let mut reopening = Self { again: BTreeSet::new(), around: BTreeSet::new(), gone: BTreeSet::new() };
        for run in starts {
            reopening.add(plan, live, run);
        }
        let around = &reopening.around;
        reopening.gone = endings(plan, live, |parent| parent.is_none_or(|parent| around.contains(&parent)));
        let again: Vec<RunIndex> = reopening.again.iter().copied().collect();
        for run in again {
            take_below(live, run, &mut reopening.gone);
        }
        let gone = &reopening.gone;
        reopening.again.retain(|run| !gone.contains(run));
        reopening.around.retain(|run| !gone.contains(run));
        reopening
    }

    /// Lets everything around a task run go on.
    fn around(plan: &Plan, live: &Live, run: RunIndex) -> Self {
        let around: BTreeSet<RunIndex> = live.ancestors(run).map(|run| run.index).collect();
        let gone = endings(plan, live, |parent| parent.is_none_or(|parent| around.contains(&parent)));
        Self { again: BTreeSet::new(), around, gone }
    }

    /// Adds a task run. A directory or a loop until a condition around it begins again in its place.
    fn add(&mut self, plan: &Plan, live: &Live, run: RunIndex) {
        let kind = |run: RunIndex| &plan.task(live.node(run).task).kind;
        let around = live.ancestors(run).map(|run| run.index);
        let whole = around.filter(|run| matches!(kind(*run), Kind::Directory | Kind::Until(_)));
        let again = whole.last().unwrap_or(run);
        self.again.insert(again);
        self.around.extend(live.ancestors(again).map(|run| run.index));
    }

    /// Takes more task runs away, with all below them.
    pub(crate) fn drop(&mut self, live: &Live, runs: impl IntoIterator<Item = RunIndex>) {
        for run in runs {
            take_below(live, run, &mut self.gone);
            self.gone.insert(run);
        }
        let gone = &self.gone;
        self.again.retain(|run| !gone.contains(run));
        self.around.retain(|run| !gone.contains(run));
    }

    /// Puts all of it into effect. Whoever still works on what begins again or is taken away is told to stop.
    pub(crate) fn apply(&self, plan: &Plan, live: &mut Live, now: Millis) -> Vec<Effect> {
        let mut execution = live.execution.clone();
        let mut stops = Vec::new();
        let Execution { head, runs, .. } = &mut execution;
        for run in runs {
            if self.again.contains(&run.index) {
                push(run, State::Restarted, now);
                run.detail = None;
                if matches!(plan.find(&run.task).map(|task| &plan.task(task).kind), Some(Kind::Until(_))) {
                    run.iteration = run.value.as_ref().map(|_| run.place);
                }
                stops.extend(stop(run));
            } else if self.gone.contains(&run.index) {
                stops.extend(take_away(head, run));
            } else if self.around.contains(&run.index) {
                push(run, State::Running, now);
                if let Some(detail) = &mut run.detail {
                    (detail.wake, detail.ending) = (None, None);
                    // A directory was thrown away when its group ended, or is now.
                    if detail.phase != Phase::Outside {
                        detail.phase = Phase::Closed;
                    }
                }
                stops.extend(stop(run));
                if let Some(attempt) = run.attempts.last_mut() {
                    Machine::Attempt.assert(Some(attempt.current()), State::Running);
                    attempt.push(State::Running, now);
                }
            }
        }
        execution.runs.retain(|run| !self.gone.contains(&run.index));
        execution.children.retain(|(run, _), _| !self.gone.contains(run));
        *live = Live::restore(plan, execution).expect("the plan is the same as before");
        stops
    }
}

/// Tells whoever works on a task run that is taken away to stop, and keeps it in mind until that is confirmed.
pub(super) fn take_away(head: &mut Head, run: &TaskRun) -> Option<Effect> {
    if run.hold == Hold::Free {
        return None;
    }
    head.strays = head.strays.iter().copied().chain([(run.index, run.fence)]).collect();
    (run.hold == Hold::Out).then_some(Effect::Stop { run: run.index, fence: run.fence })
}

/// Tells whoever works on a task run to stop.
fn stop(run: &mut TaskRun) -> Option<Effect> {
    let is_out = run.hold == Hold::Out;
    if is_out {
        run.hold = Hold::Stopping;
    }
    is_out.then_some(Effect::Stop { run: run.index, fence: run.fence })
}

fn push(run: &mut TaskRun, state: State, now: Millis) {
    Machine::TaskRun.assert(Some(run.state()), state);
    run.history.push(state, now);
}

/// Task runs of `errors` and `finally` of some groups and of what comes after the end, with all below them.
fn endings(plan: &Plan, live: &Live, of: impl Fn(Option<RunIndex>) -> bool) -> BTreeSet<RunIndex> {
    let mut gone = BTreeSet::new();
    for run in &live.execution.runs {
        let place = plan.task(live.node(run.index).task).place;
        let is_ending = matches!(place, Place::Errors(_) | Place::Finally(_) | Place::After | Place::Aside);
        if is_ending && of(run.parent) || run.parent.is_some_and(|parent| gone.contains(&parent)) {
            gone.insert(run.index);
        }
    }
    gone
}

fn take_below(live: &Live, run: RunIndex, gone: &mut BTreeSet<RunIndex>) {
    let mut below: Vec<RunIndex> = live.children(run).collect();
    while let Some(child) = below.pop() {
        below.extend(live.children(child));
        gone.insert(child);
    }
}

/// The task runs that a restart begins with: what failed or waits, and did not only end because of what is below it.
pub(crate) fn restartable(plan: &Plan, live: &Live) -> Vec<RunIndex> {
    let endings = endings(plan, live, |_| true);
    let fits = |state: State| matches!(state, State::Failed | State::Paused);
    let is_reason = |run: RunIndex| {
        !live.children(run).any(|child| fits(live.run(child).state()) && !endings.contains(&child))
    };
    let runs = live.execution.runs.iter();
    runs.filter(|run| fits(run.state()) && !endings.contains(&run.index) && is_reason(run.index))
        .map(|run| run.index)
        .collect()
}

/// Starts a new execution that consists of task runs of an old one.
pub(crate) fn go_on(plan: &Plan, live: &mut Live, reopening: &Reopening, world: &World<'_>) -> Outcome {
    let mut step = Step::new(plan, live, world);
    step.changed.extend(step.live.execution.runs.iter().map(|run| run.index));
    step.agenda.extend(reopening.around.iter().map(|run| Next::Advance(Some(*run))));
    step.set_agreements();
    step.ask_limits();
    step.settle();
    step.finish()
}

impl Step<'_> {
    pub(super) fn restart(&mut self) -> Result<(), Refused> {
        let state = self.state();
        let can_restart = (state.is_terminal() || state == State::Paused) && state != State::Killed;
        if !can_restart {
            return Err(Refused::State(format!(
                "Execution must be terminated or paused and not killed to be restarted, current state is '{}' !",
                state.name()
            )));
        }
        let starts = restartable(self.plan, self.live);
        if starts.is_empty() {
            return Err(Refused::Invalid("No task found to restart execution from!".into()));
        }
        let reopening = Reopening::of(self.plan, self.live, starts);
        self.reopen(&reopening);
        Ok(())
    }

    pub(super) fn change_task_state(&mut self, run: RunIndex, state: State) -> Result<(), Refused> {
        if !self.state().is_terminal() || self.state() == State::Killed {
            return Err(Refused::State(
                "You can only change the state of a terminated non killed execution.".into(),
            ));
        }
        if self.live.position(run).is_none() {
            return Err(Refused::Invalid("the execution has no such task run".into()));
        }
        if !state.is_terminal() || state == State::Resubmitted {
            return Err(Refused::Invalid(format!(
                "a task run cannot be put into the state {}",
                state.name()
            )));
        }
        let reopening = Reopening::around(self.plan, self.live, run);
        if reopening.gone.contains(&run) {
            return Err(Refused::Invalid(
                "the state of a task that runs at the end cannot be changed".into(),
            ));
        }
        if matches!(self.task_of(run).kind, Kind::Pause(_)) {
            self.note_resumed(run, state, None);
        }
        // A lost attempt stays one.
        if self.run(run).attempts.last().is_some_and(|attempt| attempt.current() != State::Resubmitted) {
            self.set_attempt(run, state);
        }
        self.set_run(run, state);
        // Who still works on it has nothing more to say.
        let stops = stop(self.run_mut(run));
        self.effects.extend(stops);
        let parent = self.run(run).parent;
        self.reopen(&reopening);
        self.agenda.push_back(Next::Advance(parent));
        Ok(())
    }

    /// Opens the execution again.
    fn reopen(&mut self, reopening: &Reopening) {
        let stops = reopening.apply(self.plan, self.live, self.world.now);
        self.effects.extend(stops);
        // Who waits for the execution waits for its next end, even if that comes at once.
        self.was_over = false;
        self.changed.extend(reopening.again.iter().chain(&reopening.around));
        self.removed.extend(&reopening.gone);
        let head = &mut self.live.execution.head;
        head.generation += 1;
        head.opened = self.world.now;
        head.successor = None;
        head.violated = 0;
        head.attempt += 1;
        head.outputs = None;
        head.labels = merged(&head.labels, &[(Arc::from("system.restarted"), Arc::from("true"))]);
        self.agenda.extend(reopening.around.iter().map(|run| Next::Advance(Some(*run))));
        self.set_state(State::Restarted);
        self.set_agreements();
        self.ask_limits();
    }
}
