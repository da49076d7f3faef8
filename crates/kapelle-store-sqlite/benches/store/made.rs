//! Executions as they come out of the engine.

use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_model::delta::Delta;
use kapelle_model::execution::{Birth, Head, Kind, Labels, Origin, Slot};
use kapelle_model::task_run::{Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, History, Map, Millis, State, Value};
use kapelle_store::issuer::Issuer;

pub(crate) const BEGINNING: Millis = Millis(1_780_000_000_000);

/// Namespaces and labels among which flows are spread, unless there are fewer flows.
const NAMESPACES: u64 = 20;
const LABELS: u64 = 50;

/// Makes executions, one after the other, a few in each second.
pub(crate) struct Maker {
    issuer: Issuer,
    made: u64,
    tenant: Arc<str>,
    namespaces: Vec<Arc<str>>,
    flows: Vec<Arc<str>>,
    owners: Vec<Labels>,
}

impl Maker {
    pub(crate) fn new(flows: u64) -> Self {
        let named =
            |count: u64, name: &str| (0..count).map(|number| format!("{name}{number}").into()).collect();
        let label = |number: u64| -> Labels {
            [("owner".into(), format!("team-{number}").into())].into_iter().collect::<Vec<_>>().into()
        };
        Self {
            issuer: Issuer::new(0, None),
            made: 0,
            tenant: "main".into(),
            namespaces: named(NAMESPACES.min(flows), "company.team"),
            flows: named(flows, "daily-report-"),
            owners: (0..LABELS.min(flows)).map(label).collect(),
        }
    }

    fn birth(&mut self) -> Birth {
        let made = self.made;
        self.made += 1;
        let now = BEGINNING.plus((made / 4) as i64);
        let id = self.issuer.next(now, made.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let flow = made.wrapping_mul(2_654_435_761) % self.flows.len() as u64;
        let inputs = Map::from_iter([
            (Arc::from("day"), Value::from("2026-11-27")),
            (Arc::from("limit"), Value::Int((made % 1_000) as i64)),
        ]);
        let origin = Origin {
            id: "every-minute".into(),
            type_name: "io.kestra.plugin.core.trigger.Schedule".into(),
            variables: Arc::new(Map::from_iter([(Arc::from("date"), Value::from("2026-11-27T21:00:00Z"))])),
        };
        Birth {
            id,
            tenant: Arc::clone(&self.tenant),
            namespace: Arc::clone(&self.namespaces[flow as usize % self.namespaces.len()]),
            flow: Arc::clone(&self.flows[flow as usize]),
            revision: 3,
            inputs: Arc::new(inputs),
            origin: Some(origin),
            parent: None,
            replay_of: None,
            original: id,
            original_created: now,
            start: None,
            kind: Kind::Normal,
            priority: 0,
            depth: 0,
            scope: None,
        }
    }

    /// An execution of one task: what its creation changes, and what its end does.
    pub(crate) fn one_task(&mut self, state: State) -> [Delta; 2] {
        let birth = Arc::new(self.birth());
        let mut head = self.head(&birth);
        let mut run = run(1, head.opened);
        let mut first = delta(birth.id, &head, vec![run.clone()]);
        first.birth = Some(birth);
        finish(&mut run, state);
        head.version = 2;
        head.history.push(state, head.opened.plus(7));
        let mut second = delta(first.id, &head, vec![run]);
        second.is_at_rest = true;
        [first, second]
    }

    /// An execution that is over already.
    pub(crate) fn over(&mut self, state: State) -> Delta {
        let [first, second] = self.one_task(state);
        let head = Head { version: 1, ..second.head.clone() };
        Delta { birth: first.birth, head, ..second }
    }

    /// An execution of many task runs at the same time: what its creation changes, and each end.
    pub(crate) fn wide(&mut self, width: u32) -> Vec<Delta> {
        let birth = Arc::new(self.birth());
        let mut head = self.head(&birth);
        let runs: Vec<TaskRun> = (1..=width).map(|number| run(number, head.opened)).collect();
        let mut first = delta(birth.id, &head, runs.clone());
        first.birth = Some(birth);
        let mut deltas = vec![first];
        for mut run in runs {
            head.version += 1;
            finish(&mut run, State::Success);
            deltas.push(delta(deltas[0].id, &head, vec![run]));
        }
        deltas
    }

    fn head(&self, birth: &Birth) -> Head {
        let now = birth.original_created;
        let mut history = History::new(State::Created, now);
        history.push(State::Running, now.plus(1));
        Head {
            history,
            version: 1,
            generation: 0,
            opened: now,
            attempt: 1,
            runs_made: 1,
            fence: Fence(1),
            labels: Arc::clone(&self.owners[self.made as usize % self.owners.len()]),
            variables: Arc::default(),
            outputs: None,
            slot: Slot::None,
            strays: Arc::default(),
            breakpoints: Arc::default(),
            successor: None,
            violated: 0,
            waiting: None,
        }
    }
}

fn run(number: u32, now: Millis) -> TaskRun {
    let mut history = History::new(State::Created, now);
    history.push(State::Submitted, now.plus(1));
    TaskRun {
        index: RunIndex(NonZeroU32::new(number).expect("they count from 1")),
        parent: None,
        task: "extract".into(),
        value: None,
        place: 0,
        iteration: None,
        attempts: vec![history.clone()],
        history,
        outputs: None,
        fence: Fence(number),
        hold: Hold::Out,
        forced: false,
        detail: None,
    }
}

fn finish(run: &mut TaskRun, state: State) {
    let now = run.history.since();
    run.hold = Hold::Free;
    run.outputs = Some(Arc::new(Map::from_iter([
        (
            Arc::from("uri"),
            Value::from("kestra:///company/team/daily-report/executions/1/tasks/extract/out.csv"),
        ),
        (Arc::from("rows"), Value::Int(1_234)),
    ])));
    for state in [State::Running, state] {
        run.history.push(state, now.plus(3));
        run.attempts[0].push(state, now.plus(3));
    }
}

fn delta(id: ExecutionId, head: &Head, runs: Vec<TaskRun>) -> Delta {
    Delta {
        id,
        birth: None,
        head: head.clone(),
        runs,
        removed: Vec::new(),
        children: Vec::new(),
        is_at_rest: false,
    }
}
