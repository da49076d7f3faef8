//! One event, and what becomes of an execution by it.
//!
//! [`step`] is the whole of it: the event is checked and applied, then everything that follows from it happens until the
//! world is needed again. What changed comes out as one [`Delta`], what has to be done as effects. An event that does not
//! fit, since it came late or twice, is refused and has changed nothing.
//!
//! The files below have one matter each: [`start`] creation and limits, [`advance`] what a group does next, [`begin`] the
//! start of a task run, [`worker`] what workers say, [`ending`] ends, [`order`] what people want.

mod advance;
mod agreement;
mod begin;
mod children;
mod directory;
mod each;
mod ending;
mod group_retry;
mod order;
mod pause;
mod restart;
mod start;
mod until;
mod update;
mod worker;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use kapelle_core::expression::Error;
use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::delta::Delta;
use kapelle_model::effect::{Effect, Level, Line};
use kapelle_model::event::{Due, Event};
use kapelle_model::task_run::{Detail, Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{Failure, History, Map, Millis, State, Text, Value};

use crate::live::{Live, is_handed};
use crate::plan::{Place, Plan, Task, TaskIndex};
use crate::transitions::Machine;
use crate::variables::Variables;
use crate::world::World;

pub(crate) use restart::{Reopening, go_on, restartable};
pub use start::{Creation, create};

/// Task runs that one execution may have made.
pub const RUNS_MAX: u32 = 1_000_000;

/// What an event led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub delta: Delta,
    pub effects: Vec<Effect>,
}

/// Why an event was not applied. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It came twice, or too late: what it is about has gone on.
    Late,
    /// The execution is in no state for it; the words are for the person who asked.
    State(String),
    /// It names something that is not there, or a value that is none.
    Invalid(String),
}

/// Applies an event.
pub fn step(plan: &Plan, live: &mut Live, event: &Event, world: &World<'_>) -> Result<Outcome, Refused> {
    let mut step = Step::new(plan, live, world);
    step.apply(event)?;
    step.settle();
    Ok(step.finish())
}

/// What is still to be looked at.
enum Next {
    /// A group, or the execution itself, may go on or be over.
    Advance(Option<RunIndex>),
    /// A task run was created.
    Begin(RunIndex),
    /// A group was created, and all tasks that were created with it have begun.
    BeginGroup(RunIndex),
}

/// One event at work.
struct Step<'a> {
    plan: &'a Plan,
    live: &'a mut Live,
    world: &'a World<'a>,
    state_before: State,
    effects: Vec<Effect>,
    changed: Vec<RunIndex>,
    removed: BTreeSet<RunIndex>,
    children_changed: Vec<(RunIndex, u32)>,
    agenda: VecDeque<Next>,
    /// Everything was done already before this event.
    was_over: bool,
    /// The assertions of the flow have been looked at.
    is_watched: bool,
}

impl<'a> Step<'a> {
    fn new(plan: &'a Plan, live: &'a mut Live, world: &'a World<'a>) -> Self {
        let mut step = Self {
            plan,
            state_before: live.execution.state(),
            live,
            world,
            effects: Vec::new(),
            changed: Vec::new(),
            removed: BTreeSet::new(),
            children_changed: Vec::new(),
            agenda: VecDeque::new(),
            was_over: false,
            is_watched: false,
        };
        step.was_over = step.is_over();
        step
    }

    fn apply(&mut self, event: &Event) -> Result<(), Refused> {
        match event {
            Event::Admission { generation, answer } => self.admitted(*generation, answer),
            Event::Started { run, fence, at } => self.started(*run, *fence, *at),
            Event::Finished { run, fence, report } => self.finished(*run, *fence, report),
            Event::Lost { run, fence } => self.lost(*run, *fence),
            Event::Due(Due::Start) => self.start_due(),
            Event::Due(Due::Run(run)) => self.run_due(*run),
            Event::Due(Due::Agreement(place)) => self.agreement_due(*place),
            Event::Child { run, iteration, id, news } => self.child_news(*run, *iteration, *id, news),
            Event::Order(order) => self.order(order),
        }
    }

    /// Goes on until nothing more follows.
    fn settle(&mut self) {
        loop {
            match self.agenda.pop_front() {
                Some(Next::Advance(parent)) => self.advance(parent),
                Some(Next::Begin(run)) if self.is_group(run) => self.agenda.push_back(Next::BeginGroup(run)),
                Some(Next::Begin(run) | Next::BeginGroup(run)) => self.begin(run),
                None if self.watch_agreements() => {}
                None => break,
            }
        }
    }

    /// Gathers what changed.
    fn finish(mut self) -> Outcome {
        let state = self.state();
        if state != self.state_before {
            self.effects.push(Effect::Changed { from: self.state_before, to: state });
        }
        self.release();
        let waiting = crate::why::of_execution(self.plan, self.live);
        // What stands still without a reason would stand still for ever.
        assert!(
            waiting.as_ref().is_none_or(|waiting| waiting.cause != Cause::Unknown),
            "execution {} waits for nothing that is known, in state {}",
            self.live.execution.birth.id,
            self.state().name()
        );
        let head = &mut self.live.execution.head;
        head.version += 1;
        let is_new =
            head.waiting.as_ref().map(|known| &known.cause) != waiting.as_ref().map(|waiting| &waiting.cause);
        if is_new {
            head.waiting = waiting.map(|waiting| match waiting.cause {
                // Until now somebody worked.
                Cause::Worker => Waiting { since: self.world.now, ..waiting },
                _ => waiting,
            });
        }
        self.changed.sort_unstable();
        self.changed.dedup();
        let execution = &self.live.execution;
        let runs = self.changed.iter().filter_map(|index| execution.run(*index).cloned()).collect();
        self.children_changed.sort_unstable();
        self.children_changed.dedup();
        let children =
            self.children_changed.iter().filter_map(|key| Some((*key, execution.children.get(key)?.clone())));
        let delta = Delta {
            id: execution.birth.id,
            birth: (execution.head.version == 1).then(|| Arc::clone(&execution.birth)),
            head: execution.head.clone(),
            runs,
            removed: self.removed.into_iter().collect(),
            children: children.collect(),
            is_at_rest: self.live.is_at_rest(),
        };
        Outcome { delta, effects: self.effects }
    }

    // What all files below use.

    fn state(&self) -> State {
        self.live.execution.state()
    }

    fn task_of(&self, run: RunIndex) -> &'a Task {
        self.plan.task(self.live.node(run).task)
    }

    fn run(&self, run: RunIndex) -> &TaskRun {
        self.live.run(run)
    }

    /// A task run that is about to be changed.
    fn run_mut(&mut self, run: RunIndex) -> &mut TaskRun {
        self.changed.push(run);
        let place = self.live.place_of(run);
        &mut self.live.execution.runs[place]
    }

    fn detail_mut(&mut self, run: RunIndex) -> &mut Detail {
        self.run_mut(run).detail_mut()
    }

    /// Brings the execution into a state.
    fn set_state(&mut self, state: State) {
        let history = &mut self.live.execution.head.history;
        Machine::Execution.assert(Some(history.current()), state);
        history.push(state, self.world.now);
    }

    /// Brings a task run into a state, and counts it there.
    fn set_run(&mut self, index: RunIndex, state: State) {
        let now = self.world.now;
        let from = self.run(index).state();
        Machine::TaskRun.assert(Some(from), state);
        if from == state {
            return;
        }
        self.recount(index, |run| {
            run.history.push(state, now);
        });
        // Both may be terminal: a person may change one end into another.
        self.live.failed += u32::from(state == State::Failed);
        self.live.failed -= u32::from(from == State::Failed);
        self.live.open += u32::from(from.is_terminal());
        self.live.open -= u32::from(state.is_terminal());
        self.live.count(self.plan, index, Some(from), Some(state));
        self.live.file(self.plan, index, state);
    }

    /// Notes who has a task run.
    fn set_hold(&mut self, index: RunIndex, hold: Hold) {
        self.recount(index, |run| run.hold = hold);
    }

    /// Changes a task run, and counts anew who works on it.
    fn recount(&mut self, index: RunIndex, change: impl FnOnce(&mut TaskRun)) {
        let counts = |step: &Self| {
            let run = step.live.run(index);
            let is_handed = is_handed(step.task_of(index), run);
            [run.hold != Hold::Free, is_handed, run.hold == Hold::Stopping].map(u32::from)
        };
        let before = counts(self);
        change(self.run_mut(index));
        let after = counts(self);
        let live = &mut *self.live;
        for (place, count) in
            [&mut live.held_out, &mut live.handed, &mut live.stopping].into_iter().enumerate()
        {
            *count = *count + after[place] - before[place];
        }
    }

    /// Brings the last attempt of a task run into a state.
    fn set_attempt(&mut self, index: RunIndex, state: State) {
        self.set_attempt_at(index, state, self.world.now);
    }

    fn set_attempt_at(&mut self, index: RunIndex, state: State, at: Millis) {
        if let Some(attempt) = self.run_mut(index).attempts.last_mut() {
            Machine::Attempt.assert(Some(attempt.current()), state);
            attempt.push(state, at);
        }
    }

    fn add_attempt(&mut self, index: RunIndex, state: State) {
        Machine::Attempt.assert(None, state);
        let now = self.world.now;
        let attempts = &mut self.run_mut(index).attempts;
        if attempts.is_empty() {
            attempts.reserve_exact(1);
        }
        attempts.push(History::new(state, now));
    }

    /// Creates a task run; its turn comes at once.
    fn create_run(
        &mut self,
        task: TaskIndex,
        parent: Option<RunIndex>,
        value: Option<(u32, Arc<str>)>,
        iteration: Option<u32>,
    ) -> RunIndex {
        let head = &mut self.live.execution.head;
        head.runs_made += 1;
        let number = std::num::NonZeroU32::new(head.runs_made).expect("it was counted up");
        let index = RunIndex(number);
        let planned = self.plan.task(task);
        let run = TaskRun {
            index,
            parent,
            task: Arc::clone(&planned.id),
            place: value.as_ref().map_or(0, |(place, _)| *place),
            value: value.map(|(_, value)| value),
            iteration,
            history: History::new(State::Created, self.world.now),
            attempts: Vec::new(),
            outputs: None,
            fence: Fence::default(),
            hold: Hold::Free,
            forced: matches!(planned.place, Place::After | Place::Aside)
                || parent.is_some_and(|parent| self.live.run(parent).forced),
            detail: None,
        };
        self.live.insert(self.plan, task, run);
        self.changed.push(index);
        self.agenda.push_back(Next::Begin(index));
        index
    }

    fn set_outputs(&mut self, index: RunIndex, outputs: Option<Arc<Map>>) {
        self.run_mut(index).outputs = outputs;
        let run = self.live.run(index).clone();
        self.live.add_outputs(&run);
    }

    fn set_output(&mut self, index: RunIndex, name: &str, value: Value) {
        let outputs = crate::live::with(self.run(index).outputs.as_ref(), name, value);
        self.set_outputs(index, Some(outputs));
    }

    /// Does something with the variables of a task run, or of the execution.
    fn with_variables<T>(
        &self,
        run: Option<RunIndex>,
        extra: &[(&str, Value)],
        use_them: impl FnOnce(&Variables<'_>) -> T,
    ) -> T {
        use_them(&Variables::new(self.plan, self.live, run, self.world, extra))
    }

    /// Writes a line into the log.
    fn log(&mut self, run: Option<RunIndex>, level: Level, message: impl Into<Text>) {
        let attempt = run.map_or(0, |run| self.run(run).attempts.len().saturating_sub(1));
        self.effects.push(Effect::Log(Line { run, attempt: attempt as u32, level, message: message.into() }));
    }

    /// Notes why a task run failed, for the log and for who asks later.
    fn note_failure(&mut self, run: RunIndex, failure: Failure) {
        self.log(Some(run), Level::Error, failure.message.clone());
        self.detail_mut(run).failure = Some(failure);
    }
}

/// The words of an expression that failed.
fn words(error: &Error) -> Failure {
    Failure::new(error.text())
}

#[cfg(test)]
mod tests;
