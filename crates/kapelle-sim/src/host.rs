//! A host of the engine in one thread: it keeps executions, does what they ask for, and lets time pass by hand.
//!
//! Everything that is to be done is a [`Job`] in one list, everything that waits for a moment stands on one clock. Who
//! drives a flow calls [`Host::save`], [`Host::create`], the orders, and [`Host::settle`]. Who wants to see what happens
//! when jobs come late, twice or never takes them out with [`Host::take`], and hands them to [`Host::perform`] as it likes.

mod checks;
pub(crate) mod clock;
mod creation;
mod effects;
mod flows;
mod given;
mod orders;
mod settle;
mod triggers;
mod view;
mod worker;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::Services;
use kapelle_engine::inputs::Encryption;
use kapelle_engine::limits::Limits;
use kapelle_engine::live::Live;
use kapelle_engine::plan::OnLost;
use kapelle_engine::step::{self, Outcome, Refused};
use kapelle_engine::variables::Variables;
use kapelle_engine::world::{Executions, NoExecutions, World};
use kapelle_model::effect::{Effect, Level};
use kapelle_model::event::{ChildNews, Due, Event};
use kapelle_model::task_run::{Fence, RunIndex};
use kapelle_model::{ExecutionId, Map, Millis, Text};

use crate::shelf::Shelf;
use crate::tasks::Directory;
use clock::Clock;
use flows::Flows;

pub use flows::Definition;
pub use given::Given;
pub use settle::Until;

/// Jobs that may follow from one thing that happened, before it is taken for endless.
const JOBS_MAX: usize = 1_000_000;

/// The host and its world.
pub struct Host {
    pub shelf: Shelf,
    settings: Settings,
    /// Variables of the installation.
    variables: Map,
    flows: Flows,
    executions: IndexMap<ExecutionId, Kept>,
    jobs: VecDeque<Job>,
    clock: Clock<Alarm>,
    limits: Limits,
    triggers: triggers::Triggers,
    directories: BTreeMap<(ExecutionId, RunIndex), Directory>,
}

/// An execution, and what is kept beside it.
struct Kept {
    live: Live,
    flow: Arc<Definition>,
    logs: Vec<Logged>,
}

/// A line of a log.
#[derive(Clone, Debug)]
struct Logged {
    run: Option<RunIndex>,
    level: Level,
    message: Text,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Something that an execution asked for.
    Effect { of: ExecutionId, effect: Effect },
    /// Something that happened to an execution.
    Event { to: ExecutionId, event: Event },
}

/// What happens at a moment.
enum Alarm {
    Due {
        to: ExecutionId,
        due: Due,
    },
    /// A worker is done.
    Done {
        to: ExecutionId,
        run: RunIndex,
        fence: Fence,
        finish: worker::Finish,
    },
}

/// Why the host did not do what it was asked for, as an API would answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub message: String,
}

impl Refusal {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

/// The one other execution that a step may look at.
struct Known(Option<(ExecutionId, Map)>);

impl Executions for Known {
    fn variables(&self, id: ExecutionId) -> Option<Map> {
        self.0.as_ref().filter(|(known, _)| *known == id).map(|(_, variables)| variables.clone())
    }
}

impl Host {
    /// A host at a moment, with nothing in it. The seed decides over all ids and chances.
    pub fn new(now: Timestamp, seed: u64) -> Self {
        Self {
            shelf: Shelf::new(now, seed),
            settings: Settings::default(),
            variables: Map::from_iter([("envs".into(), kapelle_model::Value::Map(Arc::default()))]),
            flows: Flows::default(),
            executions: IndexMap::new(),
            jobs: VecDeque::new(),
            clock: Clock::default(),
            limits: Limits::default(),
            triggers: triggers::Triggers::default(),
            directories: BTreeMap::new(),
        }
    }

    pub fn now(&self) -> Millis {
        Millis(self.shelf.now().as_millisecond())
    }

    /// Ids of all executions, oldest first.
    pub fn executions(&self) -> impl Iterator<Item = ExecutionId> {
        self.executions.keys().copied()
    }

    /// How many jobs are to be done now.
    pub fn jobs(&self) -> usize {
        self.jobs.len()
    }

    /// Takes a job out, the oldest with place 0.
    pub fn take(&mut self, place: usize) -> Option<Job> {
        self.jobs.remove(place)
    }

    /// Does a job. What follows from it becomes new jobs.
    pub fn perform(&mut self, job: Job) {
        match job {
            Job::Effect { of, effect } => self.do_effect(of, effect),
            Job::Event { to, event } => {
                // Late and doubled events are normal.
                let _refused = self.happen(to, &event);
            }
        }
    }

    /// Does all jobs, and those that follow from them. False if they have no end.
    pub fn drain(&mut self) -> bool {
        for _ in 0..JOBS_MAX {
            let Some(job) = self.jobs.pop_front() else { return true };
            self.perform(job);
        }
        false
    }

    /// Puts the clock to a moment; what waited for it, or for an earlier one, becomes jobs.
    pub fn advance_to(&mut self, at: Millis) {
        let at = at.max(self.now());
        self.shelf.set_now(Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::MAX));
        for alarm in self.clock.due(at) {
            match alarm {
                Alarm::Due { to, due } => self.jobs.push_back(Job::Event { to, event: Event::Due(due) }),
                Alarm::Done { to, run, fence, finish } => self.worker_is_done(to, run, fence, finish),
            }
        }
    }

    /// The next moment at which something happens by itself.
    pub fn next_moment(&self) -> Option<Millis> {
        self.clock.next()
    }

    /// Applies an event to an execution; its effects become jobs.
    fn happen(&mut self, to: ExecutionId, event: &Event) -> Result<(), Refused> {
        let now = self.now();
        let known = self.known_to(event);
        let kept = self.executions.get_mut(&to).ok_or(Refused::Late)?;
        let world = World {
            now,
            chance: &self.shelf,
            services: &self.shelf,
            executions: &known,
            settings: &self.settings,
            variables: &self.variables,
            encryption: Encryption::Configured,
            on_worker_lost: OnLost::Retry,
        };
        let outcome = step::step(&kept.flow.plan, &mut kept.live, event, &world)?;
        self.follow(to, outcome);
        Ok(())
    }

    /// The execution that an event tells of, as it is to be known to whom it is told.
    fn known_to(&self, event: &Event) -> Known {
        let Event::Child { news: ChildNews::Ended { .. }, id, .. } = event else { return Known(None) };
        let seen = |kept: &Kept| {
            let world = self.world(&self.shelf);
            Variables::new(&kept.flow.plan, &kept.live, None, &world, &[]).snapshot(true)
        };
        Known(self.executions.get(id).map(|kept| (*id, seen(kept))))
    }

    fn follow(&mut self, of: ExecutionId, outcome: Outcome) {
        self.jobs.extend(outcome.effects.into_iter().map(|effect| Job::Effect { of, effect }));
    }

    fn world<'a>(&'a self, services: &'a dyn Services) -> World<'a> {
        World {
            now: self.now(),
            chance: &self.shelf,
            services,
            executions: &NoExecutions,
            settings: &self.settings,
            variables: &self.variables,
            encryption: Encryption::Configured,
            on_worker_lost: OnLost::Retry,
        }
    }
}

#[cfg(test)]
mod tests;
