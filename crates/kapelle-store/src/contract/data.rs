//! Executions and their changes, made of a seed. What they say makes no sense; only the store looks at it.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::delta::Delta;
use kapelle_model::execution::{
    Birth, Breakpoint, Child, Execution, Head, Kind, Labels, Origin, Parent, Scope, Slot, Start, StartReason,
};
use kapelle_model::task_run::{Detail, Fence, Hold, RunIndex, TaskRun};
use kapelle_model::time::Millis;
use kapelle_model::value::{Map, Text, Value};
use kapelle_model::{ExecutionId, Failure, History, State};

use super::dice::Dice;
use crate::issuer::Issuer;
use crate::listing::Header;
use crate::store::Store;
use crate::transaction::{Transaction, Write};

pub const TENANTS: [&str; 3] = ["main", "main", "other"];
pub const NAMESPACES: [&str; 7] =
    ["shop", "shop.orders", "shop.orders.eu", "shopping", "team", "Team.a", "team.über"];
pub const FLOWS: [&str; 4] = ["daily", "import", "Import-2", "shop"];
pub const LABELS: [&str; 3] = ["env", "team", "system.correlationId"];
pub const LABEL_VALUES: [&str; 5] = ["prod", "test", "a.b", "", "ÄÖ"];
pub const KINDS: [Kind; 5] = [Kind::Normal, Kind::Normal, Kind::Test, Kind::Playground, Kind::Loop];
const SLOTS: [Slot; 5] = [Slot::None, Slot::None, Slot::Asked, Slot::Held, Slot::Forced];

/// 2024-06-01, some minutes after a full hour.
pub const BEGINNING: Millis = Millis(1_717_200_000_000 + 777_777);

/// Executions as they have to be kept, and what changes them.
#[derive(Debug)]
pub struct World {
    pub dice: Dice,
    pub executions: BTreeMap<ExecutionId, Execution>,
    pub at_rest: BTreeSet<ExecutionId>,
    pub now: Millis,
    issuer: Issuer,
}

impl World {
    pub fn new(seed: u64) -> Self {
        // Each seed has a shard of its own, so that the ids of several worlds differ.
        let issuer = Issuer::new(seed as u16, None);
        let (executions, at_rest) = (BTreeMap::new(), BTreeSet::new());
        Self { dice: Dice::new(seed), executions, at_rest, now: BEGINNING, issuer }
    }

    /// A world of a size that is kept in a store: so many executions, and a few changes of each.
    pub fn filled(seed: u64, store: &dyn Store, executions: usize) -> Self {
        let mut world = Self::new(seed);
        let mut writes = Vec::new();
        for _ in 0..executions {
            writes.push(Write::from(world.birth()));
        }
        for _ in 0..executions * 3 {
            writes.push(Write::from(world.change()));
        }
        for part in writes.chunks(50) {
            store.commit(Transaction::of(part.to_vec())).expect("all of this can be written");
        }
        world
    }

    pub fn ids(&self) -> Vec<ExecutionId> {
        self.executions.keys().copied().collect()
    }

    pub fn headers(&self) -> Vec<Header> {
        self.executions.values().map(header).collect()
    }

    pub fn any_id(&mut self) -> ExecutionId {
        let ids = self.ids();
        *self.dice.pick(&ids)
    }

    /// A new execution, or a change of one.
    pub fn step(&mut self) -> Delta {
        if self.executions.is_empty() || self.dice.percent(25) { self.birth() } else { self.change() }
    }

    pub fn birth(&mut self) -> Delta {
        self.birth_with(|_| ())
    }

    /// A new execution, of which something is settled.
    pub fn birth_with(&mut self, settle: impl FnOnce(&mut Birth)) -> Delta {
        let id = self.next_id();
        let mut birth = self.make_birth(id);
        settle(&mut birth);
        let birth = Arc::new(birth);
        let head = self.make_head(History::new(State::Created, self.now), 1);
        let runs = (0..self.dice.below(3) as u32).map(|number| self.run(number)).collect();
        self.accept(Delta {
            id,
            birth: Some(birth),
            head,
            runs,
            removed: Vec::new(),
            children: Vec::new(),
            is_at_rest: false,
        })
    }

    /// A change of any execution.
    pub fn change(&mut self) -> Delta {
        let id = self.any_id();
        let state = State::from_index(self.dice.below(State::NAMES.len())).expect("it has a name");
        let state = if self.dice.percent(30) { State::Success } else { state };
        self.change_to(id, state)
    }

    /// A change of an execution that brings it into a state.
    pub fn change_to(&mut self, id: ExecutionId, state: State) -> Delta {
        let before = self.executions[&id].clone();
        let mut history = before.head.history.clone();
        self.pass_time();
        history.push(state, self.now);
        let head = self.make_head(history, before.head.version + 1);
        let known: Vec<_> = before.runs.iter().map(|run| run.index).collect();
        let removed = if self.dice.percent(15) { self.dice.some(&known) } else { Vec::new() };
        let mut indices: BTreeSet<_> = self.dice.some(&known).into_iter().collect();
        indices.extend((0..self.dice.below(3)).map(|more| index(before.runs.len() as u32 + more as u32)));
        let runs: Vec<_> = indices.into_iter().map(|run| self.run(run.0.get() - 1)).collect();
        let children = runs.iter().filter_map(|run| self.child(run.index)).collect();
        let is_at_rest = state.is_terminal() && self.dice.percent(70);
        self.accept(Delta { id, birth: None, head, runs, removed, children, is_at_rest })
    }

    /// Ends an execution for good.
    pub fn end(&mut self, id: ExecutionId) -> Delta {
        let mut delta = self.change_to(id, State::Success);
        delta.is_at_rest = true;
        self.at_rest.insert(id);
        delta
    }

    /// What stays when executions are deleted.
    pub fn forget(&mut self, ids: &[ExecutionId]) {
        for id in ids {
            self.executions.remove(id);
            self.at_rest.remove(id);
        }
    }

    pub fn next_id(&mut self) -> ExecutionId {
        self.pass_time();
        let random = self.dice.roll();
        self.issuer.next(self.now, random)
    }

    fn accept(&mut self, delta: Delta) -> Delta {
        let before = self.executions.remove(&delta.id);
        let after = delta.apply(before).expect("it was made of what is there");
        self.executions.insert(delta.id, after);
        if delta.is_at_rest {
            self.at_rest.insert(delta.id);
        } else {
            self.at_rest.remove(&delta.id);
        }
        delta
    }

    /// Sometimes not at all, mostly some minutes.
    fn pass_time(&mut self) {
        self.now = self.now.plus(*self.dice.pick(&[0, 1, 999, 60_000, 600_001]));
    }

    fn make_birth(&mut self, id: ExecutionId) -> Birth {
        let parent = (!self.executions.is_empty() && self.dice.percent(20)).then(|| Parent {
            execution: self.any_id(),
            run: index(0),
            iteration: self.dice.below(3) as u32,
        });
        let dice = &mut self.dice;
        let origin = dice.percent(40).then(|| {
            let told = ExecutionId(dice.below(3) as u128).to_string();
            let variables = Arc::new(Map::from_iter([("executionId".into(), Value::from(&*told))]));
            Origin { id: "trigger".into(), type_name: "Flow".into(), variables }
        });
        let start = Start { at: self.now.plus(60_000), reason: StartReason::Scheduled };
        let scope = || Scope { task: "each".into(), item: Arc::default(), outputs: Arc::default() };
        Birth {
            id,
            tenant: (*dice.pick(&TENANTS)).into(),
            namespace: (*dice.pick(&NAMESPACES)).into(),
            flow: (*dice.pick(&FLOWS)).into(),
            revision: dice.below(9) as u32 + 1,
            inputs: map(dice),
            origin,
            parent,
            replay_of: dice.percent(10).then_some(ExecutionId(77)),
            original: id,
            original_created: self.now,
            start: dice.percent(20).then_some(start),
            kind: *dice.pick(&KINDS),
            priority: dice.below(7) as i32 - 3,
            depth: dice.below(4) as u32,
            scope: dice.percent(10).then(|| Arc::new(scope())),
        }
    }

    fn make_head(&mut self, history: History, version: u64) -> Head {
        let dice = &mut self.dice;
        let waiting = Waiting { cause: Cause::Paused { until: Some(self.now) }, since: self.now, run: None };
        let breakpoint = Breakpoint { task: "stop".into(), value: None };
        Head {
            history,
            version,
            generation: dice.below(3) as u32,
            opened: self.now,
            attempt: 1,
            runs_made: dice.below(9) as u32,
            fence: Fence(dice.below(99) as u32),
            labels: labels(dice),
            variables: map(dice),
            outputs: dice.percent(40).then(|| map(dice)),
            slot: *dice.pick(&SLOTS),
            strays: dice.some(&[(index(0), Fence(1)), (index(1), Fence(2))]).into(),
            breakpoints: dice.some(&[breakpoint]).into(),
            successor: dice.percent(10).then_some(ExecutionId(78)),
            violated: dice.roll() >> 1 & 1 << 62 | dice.below(8) as u64,
            waiting: dice.percent(30).then_some(waiting),
        }
    }

    /// A task run with a number from 0.
    pub fn run(&mut self, number: u32) -> TaskRun {
        let dice = &mut self.dice;
        let history = History::new(State::Created, self.now);
        let detail = Detail {
            wake: Some(self.now.plus(5)),
            failure: Some(Failure::new(Text::from("the password is ").into_secret())),
            values: Some(["a".into(), "b".into()].into()),
            ..Detail::default()
        };
        TaskRun {
            index: index(number),
            parent: (number > 0 && dice.percent(50)).then(|| index(0)),
            task: format!("task-{}", dice.below(5)).into(),
            value: dice.percent(30).then(|| "value".into()),
            place: dice.below(9) as u32,
            iteration: dice.percent(20).then_some(3),
            attempts: dice.some(std::slice::from_ref(&history)),
            history,
            outputs: dice.percent(50).then(|| map(dice)),
            fence: Fence(dice.below(99) as u32),
            hold: *dice.pick(&[Hold::Free, Hold::Out, Hold::Stopping]),
            forced: dice.percent(10),
            detail: dice.percent(30).then(|| Box::new(detail)),
        }
    }

    fn child(&mut self, run: RunIndex) -> Option<((RunIndex, u32), Child)> {
        let dice = &mut self.dice;
        let child = Child {
            ended: dice.percent(50).then_some(State::Warning),
            outputs: dice.percent(30).then(|| map(dice)),
            generation: dice.percent(50).then_some(2),
            ..Child::new(ExecutionId(dice.roll().into()))
        };
        dice.percent(30).then(|| ((run, dice.below(3) as u32), child))
    }
}

pub fn header(execution: &Execution) -> Header {
    Header { birth: Arc::clone(&execution.birth), head: execution.head.clone() }
}

/// The index of the task run with a number from 0.
pub fn index(number: u32) -> RunIndex {
    RunIndex(NonZeroU32::MIN.saturating_add(number))
}

fn labels(dice: &mut Dice) -> Labels {
    let keys = dice.some(&LABELS);
    keys.into_iter().map(|key| (key.into(), (*dice.pick(&LABEL_VALUES)).into())).collect()
}

/// A map with values of many kinds, secret ones among them.
pub fn map(dice: &mut Dice) -> Arc<Map> {
    let count = dice.below(4);
    Arc::new((0..count).map(|place| (format!("key {place}").into(), value(dice, 2))).collect())
}

fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth == 0 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => Value::Bool(dice.percent(50)),
        2 => Value::Int(dice.roll().cast_signed()),
        3 => Value::Float(f64::from(dice.below(1_000) as u32) / 8.0),
        4 => Value::from("plain ✓"),
        5 => Value::Str(Text::concat(&"user:".into(), &Text::from("hunter2").into_secret())),
        6 => Value::List(Arc::new((0..dice.below(3)).map(|_| value(dice, depth - 1)).collect())),
        7 => Value::Map(Arc::new(Map::from_iter([("inner".into(), value(dice, depth - 1))]))),
        _ => Value::Int(4711).into_secret(),
    }
}
