//! Stories: a flow, what happens to it, and where that leads.

mod basics;

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::Arc;

use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::plain;
use kapelle_core::expression::services::NoServices;
use kapelle_model::delta::Delta;
use kapelle_model::effect::{Dispatch, Effect};
use kapelle_model::event::{Admission, Event, Order, Report};
use kapelle_model::execution::{Birth, Kind, Labels};
use kapelle_model::task_run::{RunIndex, TaskRun};
use kapelle_model::{ExecutionId, Failure, Map, Millis, State, Value};

use super::*;
use crate::plan::tests::plan;
use crate::step::Creation;
use crate::world::Chance;

/// Ids and numbers that count up.
#[derive(Default)]
struct Counting(Cell<u64>);

impl Chance for Counting {
    fn execution(&self) -> ExecutionId {
        ExecutionId(u128::from(self.number()))
    }

    fn number(&self) -> u64 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }

    fn run(&self, execution: ExecutionId, run: RunIndex) -> String {
        format!("{execution}-{}", run.0)
    }
}

/// An execution with a worker that does what the types of the tasks say: `Fail` fails, everything else succeeds.
struct Story {
    plan: Plan,
    live: Live,
    now: Millis,
    chance: Counting,
    /// What workers have, oldest first.
    queue: VecDeque<Dispatch>,
    timers: Vec<(Millis, Due)>,
    effects: Vec<Effect>,
    lines: Vec<String>,
    /// What the changes say the execution is.
    kept: kapelle_model::execution::Execution,
}

fn birth(plan: &Plan) -> Birth {
    Birth {
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
    }
}

impl Story {
    /// Creates an execution of a flow given by its properties, without `id` and `namespace`.
    fn of(yaml: &str) -> Self {
        Self::born(yaml, |_| {})
    }

    fn born(yaml: &str, change: impl FnOnce(&mut Birth)) -> Self {
        let plan = plan(&format!("id: flow\nnamespace: ns\n{}", short_types(yaml)));
        let chance = Counting::default();
        let settings = Settings::default();
        let variables = Map::new();
        let world = World {
            now: Millis(0),
            chance: &chance,
            services: &NoServices,
            settings: &settings,
            variables: &variables,
            encryption: crate::inputs::Encryption::Configured,
        };
        let mut birth = birth(&plan);
        change(&mut birth);
        let creation = Creation {
            birth,
            labels: Labels::default(),
            variables: Arc::clone(&plan.variables),
            attempt: 1,
            breakpoints: Arc::default(),
            ends: None,
        };
        let (live, outcome) = create(&plan, creation, &world);
        let kept = outcome.delta.apply(None).unwrap();
        let mut story = Self {
            plan,
            live,
            now: Millis(0),
            chance,
            queue: VecDeque::new(),
            timers: Vec::new(),
            effects: Vec::new(),
            lines: Vec::new(),
            kept,
        };
        story.take(outcome.effects);
        story.check();
        story
    }

    fn event(&mut self, event: &Event) -> Result<(), Refused> {
        let settings = Settings::default();
        let variables = Map::new();
        let world = World {
            now: self.now,
            chance: &self.chance,
            services: &NoServices,
            settings: &settings,
            variables: &variables,
            encryption: crate::inputs::Encryption::Configured,
        };
        let before = self.live.clone();
        match step(&self.plan, &mut self.live, event, &world) {
            Ok(outcome) => {
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

    fn keep(&mut self, delta: &Delta) {
        self.kept = delta.apply(Some(self.kept.clone())).expect("changes follow each other");
    }

    /// What must hold after every step: what is kept is what is in memory, and all that is derived can be derived again.
    fn check(&self) {
        assert_eq!(&self.kept, self.live.execution());
        let restored = Live::restore(&self.plan, self.kept.clone()).unwrap();
        assert_eq!(restored, self.live);
        if let Some(waiting) = &self.live.execution.head.waiting {
            assert_ne!(waiting.cause, kapelle_model::cause::Cause::Unknown, "{}", self.tree());
        }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match &effect {
                Effect::Dispatch(dispatch) => self.queue.push_back(dispatch.clone()),
                Effect::Wake { at, due } => self.timers.push((*at, *due)),
                Effect::Log(line) => {
                    self.lines.push(format!("{} {}", line.level.name(), line.message.masked()));
                }
                _ => {}
            }
            self.effects.push(effect);
        }
    }

    fn order(&mut self, order: Order) -> Result<(), Refused> {
        self.event(&Event::Order(order))
    }

    /// Lets the worker end the oldest thing it has.
    fn work_once(&mut self) -> bool {
        let Some(dispatch) = self.queue.pop_front() else { return false };
        let Some(run) = self.live.execution.run(dispatch.run) else { return true };
        let report = self.report(run, dispatch.work);
        let event = Event::Finished { run: dispatch.run, fence: dispatch.fence, report: Box::new(report) };
        let _refused_if_late = self.event(&event);
        true
    }

    fn report(&self, run: &TaskRun, work: kapelle_model::effect::Work) -> Report {
        let task = self.plan.task(self.plan.find(&run.task).unwrap());
        let fails = task.type_name.ends_with(".Fail") && work == kapelle_model::effect::Work::Run;
        let heals = task.property("heals").is_some() && run.attempts.len() > 1;
        let settings = Settings::default();
        let globals = Map::new();
        let world = World {
            now: self.now,
            chance: &self.chance,
            services: &NoServices,
            settings: &settings,
            variables: &globals,
            encryption: crate::inputs::Encryption::Configured,
        };
        let variables = Variables::new(&self.plan, &self.live, Some(run.index), &world, &[]);
        let value = task.property("format").map(|format| format.render_text(variables.environment()));
        let outputs = |text| Map::from_iter([(Arc::from("value"), Value::Str(text))]);
        match value {
            Some(Err(error)) => Report { failure: Some(Failure::new(error.text())), ..Report::default() },
            _ if fails && !heals => Report { failure: Some(Failure::new("it failed")), ..Report::default() },
            Some(Ok(text)) => Report { outputs: Some(Arc::new(outputs(text))), ..Report::default() },
            None => Report::default(),
        }
    }

    /// Lets the worker work until nothing is left to do now.
    fn work(&mut self) -> &mut Self {
        while self.work_once() {}
        self
    }

    /// Goes on to the next moment that something waits for.
    fn wait(&mut self) -> bool {
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
    fn play(&mut self) -> &mut Self {
        for _ in 0..1_000 {
            self.work();
            let is_over = self.live.execution.state().is_terminal() && self.live.after.open == 0;
            if is_over || !self.wait() {
                self.work();
                return self;
            }
        }
        panic!("it never stands still:\n{}", self.tree());
    }

    fn state(&self) -> State {
        self.live.execution.state()
    }

    fn find(&self, task: &str) -> RunIndex {
        let runs = &self.live.execution.runs;
        runs.iter().rev().find(|run| &*run.task == task).expect("there is such a task run").index
    }

    fn state_of(&self, task: &str) -> Option<State> {
        self.live.execution.runs.iter().rev().find(|run| &*run.task == task).map(TaskRun::state)
    }

    fn outputs(&self, task: &str) -> String {
        let outputs = self.live.run(self.find(task)).outputs.clone().unwrap_or_default();
        let text = plain::to_json(&Value::Map(outputs), &jiff::tz::TimeZone::UTC, true, 10_000);
        text.unwrap().expose().to_owned()
    }

    /// The execution with its task runs, as a tree.
    fn tree(&self) -> String {
        let execution = &self.live.execution;
        let mut text = format!("{}\n", execution.state().name());
        for run in execution.runs.iter().filter(|run| run.parent.is_none()) {
            self.write(run.index, 1, &mut text);
        }
        text
    }

    fn write(&self, index: RunIndex, depth: usize, text: &mut String) {
        use std::fmt::Write;
        let run = self.live.run(index);
        let value = run.value.as_ref().map(|value| format!("[{value}]")).unwrap_or_default();
        let attempts =
            if run.attempts.len() > 1 { format!(" x{}", run.attempts.len()) } else { String::new() };
        let state = run.state().name();
        writeln!(text, "{}{}{value} {state}{attempts}", "  ".repeat(depth), run.task).unwrap();
        for child in self.live.children(index) {
            self.write(child, depth + 1, text);
        }
    }

    fn histories(&self) -> String {
        let names = self.live.execution.head.history.entries().map(|(state, _)| state.name());
        names.collect::<Vec<_>>().join(" ")
    }
}

/// Types without their long prefix: `log.Log` for `io.kestra.plugin.core.log.Log`.
fn short_types(yaml: &str) -> String {
    yaml.replace("type: flow.", "type: io.kestra.plugin.core.flow.")
        .replace("type: execution.", "type: io.kestra.plugin.core.execution.")
        .replace("type: ok", "type: io.kestra.plugin.core.debug.Return")
        .replace("type: fail", "type: io.kestra.plugin.core.execution.Fail")
}

/// The tree that a flow ends in.
fn ends(yaml: &str) -> String {
    Story::of(yaml).play().tree()
}
