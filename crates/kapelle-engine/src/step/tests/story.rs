//! The player of stories: an execution with a worker and a clock that do what a test says.

mod draw;
mod watch;
mod worker;
mod world;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use kapelle_core::expression::memory::MemoryServices;
use kapelle_model::delta::Delta;
use kapelle_model::effect::{Dispatch, Effect, Request};
use kapelle_model::event::{Admission, ChildNews, Due, Event, Order};
use kapelle_model::execution::{Birth, Breakpoint, Execution, Kind, Labels};
use kapelle_model::task_run::{Fence, RunIndex};
use kapelle_model::{ExecutionId, Failure, Map, Millis, State};

use crate::live::Live;
use crate::plan::Plan;
use crate::plan::tests::plan;
use crate::replay::Replay;
use crate::step::{Creation, Outcome, Refused, create, step};
use crate::transitions::tests::walked::Walked;
pub(super) use draw::json;
use world::Counting;

/// An execution with a worker that does what the types of the tasks say: `fail` fails, `slow` goes on until it is told
/// to end, everything else succeeds. A property `ends` names another state, `heals` a number of attempts that fail.
pub(super) struct Story {
    pub(super) plan: Plan,
    pub(super) live: Live,
    pub(super) now: Millis,
    services: MemoryServices,
    chance: Counting,
    /// What workers have, oldest first.
    queue: VecDeque<Dispatch>,
    /// What workers were told to stop.
    stopped: BTreeSet<(RunIndex, Fence)>,
    timers: Vec<(Millis, Due)>,
    pub(super) effects: Vec<Effect>,
    pub(super) lines: Vec<String>,
    /// The ways that states took.
    walked: Walked,
    /// What the changes say the execution is.
    kept: Execution,
}

/// Types without their long prefix.
fn short_types(yaml: &str) -> String {
    yaml.replace("type: flow.", "type: io.kestra.plugin.core.flow.")
        .replace("type: execution.", "type: io.kestra.plugin.core.execution.")
        .replace("type: ok", "type: io.kestra.plugin.core.debug.Return")
        .replace("type: fail", "type: io.kestra.plugin.core.execution.Fail")
        .replace("type: slow", "type: io.kestra.plugin.core.flow.Sleep")
}

/// The tree that a flow ends in.
pub(super) fn ends(yaml: &str) -> String {
    Story::of(yaml).play().tree()
}

fn creation(plan: &Plan) -> Creation {
    let birth = Birth {
        id: ExecutionId(1),
        tenant: "main".into(),
        namespace: Arc::clone(&plan.namespace),
        flow: Arc::clone(&plan.flow),
        revision: plan.revision,
        inputs: Arc::default(),
        origin: None,
        parent: None,
        replay_of: None,
        original: ExecutionId(1),
        original_created: Millis(0),
        start: None,
        kind: Kind::Normal,
        priority: 0,
        depth: 0,
        scope: None,
    };
    Creation {
        birth,
        labels: Labels::default(),
        variables: Arc::clone(&plan.variables),
        attempt: 1,
        breakpoints: Arc::default(),
        ends: None,
    }
}

impl Story {
    /// Creates an execution of a flow given by its properties, without `id` and `namespace`.
    pub(super) fn of(yaml: &str) -> Self {
        Self::created(yaml, |_| {})
    }

    /// Creates an execution that is not like all others.
    pub(super) fn created(yaml: &str, change: impl FnOnce(&mut Creation)) -> Self {
        let plan = plan(&format!("id: flow\nnamespace: ns\n{}", short_types(yaml)));
        let chance = Counting::from(100);
        let services = world::services();
        let mut creation = creation(&plan);
        change(&mut creation);
        let (live, outcome) =
            world::with(Millis(0), &chance, &services, |world| create(&plan, creation, world));
        Self::begun(plan, live, outcome, chance, services, Millis(0))
    }

    fn begun(
        plan: Plan,
        live: Live,
        outcome: Outcome,
        chance: Counting,
        services: MemoryServices,
        now: Millis,
    ) -> Self {
        let kept = outcome.delta.apply(None).unwrap();
        let mut story = Self {
            plan,
            live,
            now,
            services,
            chance,
            queue: VecDeque::new(),
            stopped: BTreeSet::new(),
            timers: Vec::new(),
            effects: Vec::new(),
            lines: Vec::new(),
            walked: Walked::default(),
            kept,
        };
        story.take(outcome.effects);
        story.check();
        story
    }

    /// The story of an execution that repeats this one.
    pub(super) fn replay(self, replay: &Replay) -> Result<Self, Refused> {
        let (old, id) = (self.live.execution(), ExecutionId(2));
        let replayed = world::with(self.now, &self.chance, &self.services, |world| {
            crate::replay::replay(&self.plan, old, replay, id, world)
        });
        let (live, outcome) = replayed?;
        Ok(Self::begun(self.plan, live, outcome, self.chance, self.services, self.now))
    }

    // What happens.

    pub(super) fn event(&mut self, event: &Event) -> Result<(), Refused> {
        let before = self.live.clone();
        let (plan, live) = (&self.plan, &mut self.live);
        let outcome =
            world::with(self.now, &self.chance, &self.services, |world| step(plan, live, event, world));
        match outcome {
            Ok(outcome) => {
                // Orders are rare; everything else must not write rows of a wide loop again and again.
                let is_order = matches!(event, Event::Order(_));
                for run in outcome.delta.runs.iter().filter(|_| !is_order) {
                    let was = before.execution.run(run.index);
                    assert_ne!(was, Some(run), "a task run is written that did not change");
                }
                self.keep(&outcome.delta);
                self.take(outcome.effects);
                self.check();
                Ok(())
            }
            Err(refused) => {
                assert_eq!(self.live, before, "a refused event changed something: {event:?}");
                Err(refused)
            }
        }
    }

    /// Another process goes on with what an earlier version wrote.
    pub(super) fn is_taken_over(&mut self, earlier: impl FnOnce(&mut Execution)) -> &mut Self {
        earlier(&mut self.kept);
        self.live = Live::restore(&self.plan, self.kept.clone()).unwrap();
        self
    }

    fn keep(&mut self, delta: &Delta) {
        self.kept = delta.apply(Some(self.kept.clone())).expect("changes follow each other");
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match &effect {
                Effect::Dispatch(dispatch) => self.queue.push_back(dispatch.clone()),
                Effect::Stop { run, fence } => {
                    self.stopped.insert((*run, *fence));
                }
                Effect::Wake { at, due } => self.timers.push((*at, *due)),
                Effect::Log(line) => {
                    self.lines.push(format!("{} {}", line.level.name(), line.message.masked()));
                }
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    pub(super) fn order(&mut self, order: Order) -> Result<(), Refused> {
        self.event(&Event::Order(order))
    }

    /// Somebody wants something, and gets it.
    #[track_caller]
    pub(super) fn does(&mut self, order: Order) -> &mut Self {
        let words = format!("{order:?}");
        if let Err(refused) = self.order(order) {
            panic!("{words} was refused: {refused:?}\n{}", self.tree());
        }
        self
    }

    pub(super) fn kill(&mut self) -> &mut Self {
        self.does(Order::Kill { cascade: true })
    }

    pub(super) fn resume(&mut self) -> &mut Self {
        self.does(Order::Resume { values: Arc::default(), by: None })
    }

    /// The words with which an order is refused.
    #[track_caller]
    pub(super) fn refusal(&mut self, order: Order) -> String {
        match self.order(order) {
            Err(Refused::State(words) | Refused::Invalid(words)) => words,
            other => panic!("it was not refused with words: {other:?}"),
        }
    }

    /// All but one of the task runs were made that one execution may have.
    pub(super) fn almost_all_runs_made(&mut self) {
        self.live.execution.head.runs_made = crate::step::RUNS_MAX - 1;
        self.kept.head.runs_made = crate::step::RUNS_MAX - 1;
    }

    #[track_caller]
    pub(super) fn happens(&mut self, event: &Event) -> &mut Self {
        if let Err(refused) = self.event(event) {
            panic!("{event:?} was refused: {refused:?}\n{}", self.tree());
        }
        self
    }

    pub(super) fn is_late(&mut self, event: &Event) -> bool {
        self.event(event) == Err(Refused::Late)
    }

    // Limits.

    /// The answer of the limits to the last question.
    pub(super) fn admission(&self, answer: Admission) -> Event {
        Event::Admission { generation: self.live.execution().head.generation, answer }
    }

    pub(super) fn granted(&mut self) -> &mut Self {
        self.happens(&self.admission(Admission::Granted))
    }

    /// So many run, and no more may.
    pub(super) fn full(&mut self, running: u32) -> &mut Self {
        self.happens(&self.admission(Admission::Full { limit: "ns.flow".into(), size: running, running }))
    }

    // The clock.

    /// Goes on to the next moment that something waits for.
    pub(super) fn wait(&mut self) -> bool {
        let Some(next) = self.timers.iter().map(|(at, _)| *at).min() else { return false };
        self.now = self.now.max(next);
        let (due, later): (Vec<_>, Vec<_>) = self.timers.drain(..).partition(|(at, _)| *at <= next);
        self.timers = later;
        for (_, due) in due {
            let _refused_if_late = self.event(&Event::Due(due));
        }
        true
    }

    /// Works and waits until the execution stands still.
    pub(super) fn play(&mut self) -> &mut Self {
        for _ in 0..1_000 {
            self.work();
            if self.is_over() || !self.wait() {
                self.work();
                return self;
            }
        }
        panic!("it never stands still:\n{}", self.tree());
    }

    fn is_over(&self) -> bool {
        self.state().is_terminal() && self.live.open == 0
    }

    /// Lets time pass in which nothing happens.
    pub(super) fn after_seconds(&mut self, seconds: i64) -> &mut Self {
        self.now = self.now.plus(seconds * 1_000);
        self
    }

    // Executions that this one started.

    /// What was asked for, oldest first.
    pub(super) fn requests(&self) -> Vec<&Request> {
        let requests = self.effects.iter().filter_map(|effect| match effect {
            Effect::Create(request) => Some(&**request),
            _ => None,
        });
        requests.collect()
    }

    /// News of the child with this number.
    fn news(&self, task: &str, iteration: u32, news: ChildNews) -> Event {
        let run = self.find(task);
        let id = self.live.execution().children[&(run, iteration)].id;
        Event::Child { run, iteration, id, news }
    }

    /// The generation that a child is in, as far as its parent can know.
    fn next_generation(&self, task: &str, iteration: u32) -> u32 {
        let child = &self.live.execution().children[&(self.find(task), iteration)];
        child.generation.map_or(0, |generation| generation + 1)
    }

    #[track_caller]
    pub(super) fn child_created(&mut self, task: &str, iteration: u32) -> &mut Self {
        let event = self.news(task, iteration, ChildNews::Created(State::Created));
        self.happens(&event)
    }

    #[track_caller]
    pub(super) fn child_refused(&mut self, task: &str, message: &str) -> &mut Self {
        let event = self.news(task, 0, ChildNews::Refused(Failure::new(message)));
        self.happens(&event)
    }

    #[track_caller]
    pub(super) fn child_ended(&mut self, task: &str, iteration: u32, state: State) -> &mut Self {
        self.child_gave(task, iteration, state, None)
    }

    #[track_caller]
    pub(super) fn child_gave(
        &mut self,
        task: &str,
        iteration: u32,
        state: State,
        outputs: Option<Arc<Map>>,
    ) -> &mut Self {
        let generation = self.next_generation(task, iteration);
        let news = ChildNews::Ended { state, generation, outputs, successor: None };
        let event = self.news(task, iteration, news);
        self.happens(&event)
    }

    /// The child is tried again as another execution.
    #[track_caller]
    pub(super) fn child_retried(&mut self, task: &str, successor: ExecutionId) -> &mut Self {
        let (generation, successor) = (self.next_generation(task, 0), Some(successor));
        let news = ChildNews::Ended { state: State::Retried, generation, outputs: None, successor };
        let event = self.news(task, 0, news);
        self.happens(&event)
    }
}

/// Where to stop, as people write it: `task` or `task.value`.
pub(super) fn breakpoint(text: &str) -> Breakpoint {
    match text.split_once('.') {
        Some((task, value)) => Breakpoint { task: task.into(), value: Some(value.into()) },
        None => Breakpoint { task: text.into(), value: None },
    }
}
