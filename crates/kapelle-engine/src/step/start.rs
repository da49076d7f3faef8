//! How an execution comes into being and starts.

use std::sync::Arc;

use kapelle_model::effect::{Effect, Level};
use kapelle_model::event::{Admission, Due};
use kapelle_model::execution::{Birth, Breakpoint, Execution, Head, Labels, Slot};
use kapelle_model::task_run::Fence;
use kapelle_model::{Failure, History, Map, State};

use super::{Next, Outcome, Refused, Step};
use crate::live::Live;
use crate::plan::{Overflow, Plan};
use crate::world::World;

/// Task runs that an execution makes room for at first.
const RUNS_EXPECTED_MAX: usize = 16;

/// Everything that a new execution is made of.
#[derive(Clone, Debug)]
pub struct Creation {
    pub birth: Birth,
    pub labels: Labels,
    pub variables: Arc<Map>,
    pub attempt: u32,
    pub breakpoints: Arc<[Breakpoint]>,
    /// It cannot run, and is created to say so: a check failed, a quota is used up, a trigger could not be evaluated.
    pub ends: Option<(State, Failure)>,
}

/// Creates an execution, and starts it if nothing is in its way.
pub fn create(plan: &Plan, creation: Creation, world: &World<'_>) -> (Live, Outcome) {
    let execution = Execution {
        birth: Arc::new(creation.birth),
        head: Head {
            history: History::new(State::Created, world.now),
            version: 0,
            generation: 0,
            opened: world.now,
            attempt: creation.attempt,
            runs_made: 0,
            fence: Fence::default(),
            labels: creation.labels,
            variables: creation.variables,
            outputs: None,
            slot: Slot::None,
            breakpoints: creation.breakpoints,
            strays: Arc::default(),
            successor: None,
            violated: 0,
            waiting: None,
        },
        // Most executions have a run for each task, and no more.
        runs: Vec::with_capacity(plan.tasks.len().min(RUNS_EXPECTED_MAX)),
        children: std::collections::BTreeMap::new(),
    };
    let mut live = Live::empty(execution);
    let mut step = Step::new(plan, &mut live, world);
    step.set_agreements();
    match creation.ends {
        Some((state, failure)) => {
            step.log(None, Level::Error, failure.message);
            step.abort(state);
        }
        None => step.wait_for_start(),
    }
    step.settle();
    let outcome = step.finish();
    (live, outcome)
}

impl Step<'_> {
    /// Waits for the moment of the start, or goes on to the limits.
    pub(super) fn wait_for_start(&mut self) {
        match self.live.execution.birth.start {
            Some(start) if start.at > self.world.now => {
                self.effects.push(Effect::Wake { at: start.at, due: Due::Start });
            }
            _ => self.ask_limits(),
        }
    }

    pub(super) fn start_due(&mut self) -> Result<(), Refused> {
        let start = self.live.execution.birth.start.ok_or(Refused::Late)?;
        let head = &self.live.execution.head;
        if self.state() != State::Created || head.slot != Slot::None || self.world.now < start.at {
            return Err(Refused::Late);
        }
        self.ask_limits();
        Ok(())
    }

    /// Whether the execution needs a place; an iteration runs in that of its loop.
    pub(super) fn is_counted(&self) -> bool {
        self.plan.concurrency.is_some() && self.live.execution.birth.scope.is_none()
    }

    /// Asks for a place if the flow has a limit, and starts if it has none.
    pub(super) fn ask_limits(&mut self) {
        if self.is_counted() && !matches!(self.live.execution.head.slot, Slot::Held | Slot::Forced) {
            self.live.execution.head.slot = Slot::Asked;
            self.effects.push(Effect::AskSlot);
        } else {
            self.run_execution();
        }
    }

    pub(super) fn admitted(&mut self, generation: u32, admission: &Admission) -> Result<(), Refused> {
        let head = &self.live.execution.head;
        if head.slot != Slot::Asked || head.generation != generation {
            return Err(Refused::Late);
        }
        match admission {
            Admission::Granted => {
                self.live.execution.head.slot = Slot::Held;
                self.run_execution();
            }
            Admission::Full { running, .. } => {
                if self.state() == State::Queued {
                    return Err(Refused::Late);
                }
                match self.plan.on_full() {
                    Overflow::Queue => {
                        let message = format!(
                            "Execution is queued due to concurrency limit exceeded, {running} running(s)"
                        );
                        self.log(None, Level::Info, message);
                        self.set_state(State::Queued);
                    }
                    Overflow::Cancel => {
                        self.end_execution(State::Cancelled);
                    }
                    Overflow::Fail => {
                        let message = "Execution is FAILED due to concurrency limit exceeded";
                        self.log(None, Level::Error, message);
                        self.end_execution(State::Failed);
                    }
                }
            }
        }
        Ok(())
    }

    /// Starts, or goes on after a restart.
    pub(super) fn run_execution(&mut self) {
        self.set_state(State::Running);
        self.release_created();
        self.agenda.push_back(Next::Advance(None));
        self.look_again();
    }

    /// Has all created task runs begin that were held back.
    pub(super) fn release_created(&mut self) {
        self.agenda.extend(self.live.created.iter().map(|run| Next::Begin(*run)));
    }
}
