//! How fast executions go through `step` alone, without a store and without workers, and what they weigh.
//!
//! The baseline of the same run is what cannot be avoided: the rows of the execution, made and copied. Run with
//! `make bench`; nothing fails, a person reads it.

#![expect(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures, and prints what it measured"
)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use kapelle_core::catalogue::Catalogue;
use kapelle_core::expression::environment::Settings;
use kapelle_core::expression::services::NoServices;
use kapelle_core::language::Language;
use kapelle_engine::defaults::Layers;
use kapelle_engine::live::Live;
use kapelle_engine::plan::Plan;
use kapelle_engine::step::{Creation, create, step};
use kapelle_engine::world::{Chance, NoExecutions, World};
use kapelle_model::delta::Delta;
use kapelle_model::effect::{Dispatch, Effect};
use kapelle_model::event::{Event, Report};
use kapelle_model::execution::{Birth, Execution, Head, Kind, Labels, Slot};
use kapelle_model::task_run::{Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, History, Map, Millis, Span, State};

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

fn plan(tasks: &str) -> Plan {
    let yaml = format!("id: bench\nnamespace: bench\ntasks:\n{tasks}");
    let reading = kapelle_core::yaml::read(&yaml, Span::new(0, yaml.len() as u32));
    let root = reading.root.expect("the flow is YAML");
    Plan::compile(&root, 1, Layers::default(), Catalogue::bundled(), Language::One)
}

fn tasks(count: usize) -> String {
    let mut yaml = String::new();
    for place in 0..count {
        let written = writeln!(yaml, "- {{id: t{place}, type: io.kestra.plugin.core.debug.Return}}");
        assert!(written.is_ok(), "a String takes everything");
    }
    yaml
}

/// A group with so many children that run at the same time.
fn wide(width: usize) -> String {
    let values = (0..width).map(|value| value.to_string()).collect::<Vec<_>>().join(",");
    format!(
        "- id: wide\n  type: io.kestra.plugin.core.flow.EachParallel\n  value: '[{values}]'\n  tasks:\n  - {{id: t, type: io.kestra.plugin.core.debug.Return}}\n"
    )
}

fn creation(plan: &Plan, id: u64) -> Creation {
    let id = ExecutionId(u128::from(id));
    Creation {
        birth: Birth {
            id,
            tenant: Arc::from("main"),
            namespace: Arc::clone(&plan.namespace),
            flow: Arc::clone(&plan.flow),
            revision: 1,
            inputs: Arc::default(),
            origin: None,
            parent: None,
            replay_of: None,
            original: id,
            original_created: Millis(0),
            start: None,
            kind: Kind::Normal,
            priority: 0,
            depth: 0,
            scope: None,
        },
        labels: Labels::default(),
        variables: Arc::clone(&plan.variables),
        attempt: 1,
        breakpoints: Arc::default(),
        ends: None,
    }
}

/// Runs an execution to its end; gives it back with the number of its steps.
fn run(plan: &Plan, id: u64, world: &World<'_>) -> (Live, u64) {
    let (mut live, outcome) = create(plan, creation(plan, id), world);
    let mut queue: VecDeque<Dispatch> = VecDeque::new();
    let mut steps = 1;
    take(outcome.effects, &mut queue);
    while let Some(dispatch) = queue.pop_front() {
        let event =
            Event::Finished { run: dispatch.run, fence: dispatch.fence, report: Box::new(Report::default()) };
        let outcome = step(plan, &mut live, &event, world).expect("workers report once");
        black_box(&outcome.delta);
        take(outcome.effects, &mut queue);
        steps += 1;
    }
    assert_eq!(live.execution().state(), State::Success);
    (live, steps)
}

/// The rows of an execution of one task, made and written as often as its two changes write them, without anything being
/// decided: what no engine with such rows can go below.
fn rows(plan: &Plan, id: u64, world: &World<'_>) -> (Execution, [Delta; 2]) {
    let Creation { birth, labels, variables, attempt, breakpoints, .. } = creation(plan, id);
    let birth = Arc::new(birth);
    let mut head = Head {
        history: History::new(State::Created, world.now),
        version: 1,
        generation: 0,
        opened: world.now,
        attempt,
        runs_made: 1,
        fence: Fence(1),
        labels,
        variables,
        outputs: None,
        slot: Slot::None,
        breakpoints,
        strays: Arc::default(),
        successor: None,
        violated: 0,
        waiting: None,
    };
    head.history.push(State::Running, world.now);
    let mut run = TaskRun {
        index: RunIndex(NonZeroU32::MIN),
        parent: None,
        task: Arc::clone(&plan.tasks[0].id),
        value: None,
        place: 0,
        iteration: None,
        history: History::new(State::Created, world.now),
        attempts: vec![History::new(State::Created, world.now)],
        outputs: None,
        fence: Fence(1),
        hold: Hold::Out,
        forced: false,
        detail: None,
    };
    run.history.push(State::Submitted, world.now);
    let delta = |head: &Head, run: &TaskRun, birth: Option<Arc<Birth>>| Delta {
        id: ExecutionId(u128::from(id)),
        is_at_rest: birth.is_none(),
        birth,
        head: head.clone(),
        runs: vec![run.clone()],
        removed: Vec::new(),
        children: Vec::new(),
    };
    let first = delta(&head, &run, Some(Arc::clone(&birth)));
    run.hold = Hold::Free;
    for state in [State::Running, State::Success] {
        run.history.push(state, world.now);
        run.attempts[0].push(state, world.now);
    }
    head.history.push(State::Success, world.now);
    let second = delta(&head, &run, None);
    (Execution { birth, head, runs: vec![run], children: BTreeMap::new() }, [first, second])
}

fn take(effects: Vec<Effect>, queue: &mut VecDeque<Dispatch>) {
    for effect in effects {
        if let Effect::Dispatch(dispatch) = effect {
            queue.push_back(dispatch);
        }
    }
}

/// How many in a second, the best of five rounds.
fn rate(executions: u64, make: impl Fn(u64)) -> f64 {
    let round = || {
        let start = Instant::now();
        for id in 0..executions {
            make(id);
        }
        executions as f64 / start.elapsed().as_secs_f64()
    };
    (0..5).map(|_| round()).fold(0.0, f64::max)
}

fn main() {
    let chance = Counting::default();
    let settings = Settings::default();
    let variables = Map::new();
    let world = World {
        now: Millis(1_000),
        chance: &chance,
        services: &NoServices,
        executions: &NoExecutions,
        settings: &settings,
        variables: &variables,
        encryption: kapelle_engine::inputs::Encryption::Configured,
        on_worker_lost: kapelle_engine::plan::OnLost::Retry,
    };
    println!("executions through step alone, one thread");
    let plan_one = plan(&tasks(1));
    let bare = rate(200_000, |id| drop(black_box(rows(&plan_one, id, &world))));
    println!("  rows alone             {bare:>10.0} executions/s   the baseline");
    let through = |plan: &Plan, executions| rate(executions, |id| drop(black_box(run(plan, id, &world))));
    let one = through(&plan_one, 200_000);
    println!(
        "  one task               {one:>10.0} executions/s   aim 700,000    ratio to the rows: {:.2}",
        one / bare
    );
    let ten = through(&plan(&tasks(10)), 30_000);
    println!("  ten tasks              {:>10.0} executions/s   {:>10.0} task runs/s", ten, ten * 10.0);
    println!("a wide fan-out, all children at once");
    let mut first = None;
    for width in [100, 1_000, 10_000, 100_000] {
        let plan = plan(&wide(width));
        let rounds = (200_000 / width as u64).max(1);
        let per_child = 1e9 / (through(&plan, rounds) * width as f64);
        let first = *first.get_or_insert(per_child);
        let ratio = per_child / first;
        println!("  {width:>7} children      {per_child:>10.0} ns a child        ratio to 100: {ratio:.2}");
    }
    weigh(&world);
}

/// Bytes, counted from the structures themselves.
fn weigh(world: &World<'_>) {
    println!("bytes, without the values that executions only refer to");
    let plan_one = plan(&tasks(1));
    let (live, outcome) = create(&plan_one, creation(&plan_one, 1), world);
    drop(outcome);
    println!("  a live execution of one task   {:>6}   aim 1,500", live.bytes());
    let plan_wide = plan(&wide(1_000));
    let (wide, _) = run(&plan_wide, 1, world);
    let per_run = (wide.bytes() - live.bytes()) / 999;
    println!("  a task run                     {per_run:>6}   aim 250");
    println!("  a plan of one task             {:>6}", plan_one.bytes());
    println!("  a plan of ten tasks            {:>6}", plan(&tasks(10)).bytes());
}
