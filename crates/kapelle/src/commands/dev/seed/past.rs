//! Executions that are over, as the engine would have left them, with their logs.

use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_model::delta::Delta;
use kapelle_model::effect::Level;
use kapelle_model::execution::{Birth, Head, Kind, Labels, Origin, Slot};
use kapelle_model::task_run::{Detail, Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, Failure, History, Map, Millis, State, Value};
use kapelle_store::error::Result;
use kapelle_store::issuer::Issuer;
use kapelle_store::logs::LogLine;
use kapelle_store::{Store, Transaction};

use super::Scenario;
use super::flows::Typical;
use crate::local::TENANT;

const YEAR: i64 = 365 * 24 * 3_600_000;

/// Executions of one transaction, and lines that are handed over at once.
const BATCH: usize = 500;
const LINES: usize = 10_000;

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }
}

/// Writes them in the order of their creation, spread over the year before this moment.
pub(super) fn write(store: &dyn Store, flows: &[Typical], scenario: Scenario, until: Millis) -> Result<()> {
    let number = scenario.executions();
    let mut maker = Maker::new(20_261_128);
    let all: u64 = flows.iter().map(|flow| flow.weight).sum();
    let step = YEAR / i64::try_from(number.max(1)).unwrap_or(i64::MAX);
    let mut writes = Vec::with_capacity(BATCH);
    for place in 0..number {
        let back = i64::try_from(number - place).unwrap_or(0) * step;
        let flow = chosen(flows, maker.dice.below(all));
        writes.push(maker.execution(flow, until.plus(-back), until).into());
        if writes.len() == BATCH {
            store.commit(Transaction::of(std::mem::take(&mut writes)))?;
        }
        if maker.lines.len() >= LINES {
            store.append_logs(std::mem::take(&mut maker.lines))?;
        }
    }
    if scenario.long_log() > 0 {
        let delta = maker.execution(&flows[0], until.plus(-1), until);
        maker.lines.clear();
        long_log(store, &flows[0], delta.id, until, scenario.long_log())?;
        writes.push(delta.into());
    }
    store.commit(Transaction::of(writes))?;
    store.append_logs(maker.lines)
}

/// The flow that a part of all weights belongs to.
fn chosen(flows: &[Typical], mut place: u64) -> &Typical {
    for flow in flows {
        if place < flow.weight {
            return flow;
        }
        place -= flow.weight;
    }
    &flows[0]
}

pub(super) struct Maker {
    dice: Dice,
    issuer: Issuer,
    tenant: Arc<str>,
    pub(super) lines: Vec<LogLine>,
}

impl Maker {
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), issuer: Issuer::new(0, None), tenant: TENANT.into(), lines: Vec::new() }
    }

    pub(super) fn execution(&mut self, flow: &Typical, at: Millis, until: Millis) -> Delta {
        let random = self.dice.roll();
        let id = self.issuer.next(at, random);
        let end = self.end(flow);
        let failed = match end {
            State::Failed | State::Killed => Some(self.dice.below(flow.tasks.len() as u64) as usize),
            _ => None,
        };
        let mut history = History::new(State::Created, at);
        let mut now = at.plus(self.dice.below(400) as i64 + 5);
        history.push(State::Running, now);
        let mut runs: Vec<TaskRun> = Vec::new();
        for (place, task) in flow.tasks.iter().enumerate() {
            let state = if failed == Some(place) { end } else { State::Success };
            let took = (flow.millis / 2 + self.dice.below(flow.millis)) as i64;
            let over = now.plus(took).min(until);
            runs.push(self.run(runs.len() as u32 + 1, task, flow, state, (now, over)));
            self.say(flow, id, &runs[runs.len() - 1], (now, over));
            now = over;
            if failed == Some(place) {
                break;
            }
        }
        history.push(end, now.plus(3));
        let birth = Arc::new(self.birth(flow, id, at));
        let head = self.head(flow, id, history, runs.len() as u32, end);
        Delta {
            id,
            birth: Some(birth),
            head,
            runs,
            removed: Vec::new(),
            children: Vec::new(),
            is_at_rest: true,
        }
    }

    fn end(&mut self, flow: &Typical) -> State {
        let place = self.dice.below(1_000);
        match place {
            _ if place < flow.failing => State::Failed,
            _ if place < flow.failing + 7 => State::Killed,
            _ if place < flow.failing + 10 => State::Cancelled,
            _ if place < flow.failing + 30 => State::Warning,
            _ => State::Success,
        }
    }

    fn birth(&mut self, flow: &Typical, id: ExecutionId, at: Millis) -> Birth {
        let day = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_string();
        let inputs = Map::from_iter([
            (Arc::from("day"), Value::from(day.get(..10).unwrap_or_default())),
            (Arc::from("limit"), Value::Int((self.dice.below(9) as i64 + 1) * 100)),
        ]);
        let is_by_trigger = self.dice.below(10) > 0;
        let origin = is_by_trigger.then(|| Origin {
            id: "schedule".into(),
            type_name: "io.kestra.plugin.core.trigger.Schedule".into(),
            variables: Arc::new(Map::from_iter([(Arc::from("date"), Value::from(day.as_str()))])),
        });
        Birth {
            id,
            tenant: Arc::clone(&self.tenant),
            namespace: Arc::clone(&flow.namespace),
            flow: Arc::clone(&flow.id),
            revision: 1 + u32::from(self.dice.below(10) > 7),
            inputs: Arc::new(inputs),
            origin,
            parent: None,
            replay_of: None,
            original: id,
            original_created: at,
            start: None,
            kind: Kind::Normal,
            priority: 0,
            depth: 0,
            scope: None,
        }
    }

    fn head(&mut self, flow: &Typical, id: ExecutionId, history: History, runs: u32, end: State) -> Head {
        let region = ["eu", "us", "asia"][self.dice.below(3) as usize];
        let label = |key: &str, value: &str| (Arc::from(key), Arc::from(value));
        let labels: Labels = vec![
            label("team", flow.team),
            label("env", "prod"),
            label("region", region),
            label("system.correlationId", &id.to_string()),
        ]
        .into();
        let rows = Map::from_iter([(Arc::from("rows"), Value::Int(self.dice.below(90_000) as i64))]);
        Head {
            opened: history.started(),
            history,
            version: 1,
            generation: 0,
            attempt: 1,
            runs_made: runs,
            fence: Fence(runs),
            labels,
            variables: Arc::default(),
            outputs: (end == State::Success).then(|| Arc::new(rows)),
            slot: Slot::None,
            strays: Arc::default(),
            breakpoints: Arc::default(),
            successor: None,
            violated: 0,
            waiting: None,
        }
    }

    pub(super) fn run(
        &mut self,
        number: u32,
        task: &str,
        flow: &Typical,
        state: State,
        (from, over): (Millis, Millis),
    ) -> TaskRun {
        let mut history = History::new(State::Created, from);
        history.push(State::Submitted, from.plus(1));
        let mut attempt = History::new(State::Created, from.plus(1));
        for (state, at) in [(State::Running, from.plus(3)), (state, over)] {
            history.push(state, at);
            attempt.push(state, at);
        }
        let failure = (state == State::Failed).then(|| Failure::new(flow.failure.to_owned()));
        let detail = failure.map(|failure| Box::new(Detail { failure: Some(failure), ..Detail::default() }));
        let rows = Map::from_iter([(Arc::from("rows"), Value::Int(self.dice.below(9_000) as i64))]);
        TaskRun {
            index: RunIndex(NonZeroU32::new(number).expect("they count from 1")),
            parent: None,
            task: task.into(),
            value: None,
            place: 0,
            iteration: None,
            attempts: vec![attempt],
            history,
            outputs: (state == State::Success).then(|| Arc::new(rows)),
            fence: Fence(number),
            hold: Hold::Free,
            forced: false,
            detail,
        }
    }

    /// A line or two of each task run, and the whole story of one that failed.
    pub(super) fn say(
        &mut self,
        flow: &Typical,
        id: ExecutionId,
        run: &TaskRun,
        (from, over): (Millis, Millis),
    ) {
        let mut lines = vec![(Level::Info, format!("{} begins", run.task))];
        if run.state() == State::Failed {
            let tries =
                (1..=self.dice.below(20) + 2).map(|part| (Level::Debug, format!("part {part} is done")));
            lines.extend(tries);
            lines.push((Level::Warn, "the last part took longer than usual".to_owned()));
            lines.push((Level::Error, flow.failure.to_owned()));
        } else if self.dice.below(4) == 0 {
            lines.push((Level::Info, format!("{} rows", self.dice.below(90_000))));
        }
        let step = over.since(from) / (lines.len() as i64 + 1);
        for ((level, message), number) in lines.into_iter().zip(0..) {
            let at = from.plus(step * (i64::from(number) + 1));
            self.lines.push(line(flow, id, Some(run), number, at, level, message));
        }
    }
}

fn line(
    flow: &Typical,
    id: ExecutionId,
    run: Option<&TaskRun>,
    number: u32,
    at: Millis,
    level: Level,
    message: String,
) -> LogLine {
    LogLine {
        at,
        tenant: TENANT.into(),
        namespace: Arc::clone(&flow.namespace),
        flow: Arc::clone(&flow.id),
        execution: Some(id),
        trigger: None,
        task: run.map(|run| Arc::clone(&run.task)),
        run: run.map(|run| run.index),
        attempt: 0,
        number,
        level,
        message: message.into(),
    }
}

/// A log that is too long to be read at once: some lines in each millisecond, and a few that somebody looks for.
fn long_log(store: &dyn Store, flow: &Typical, id: ExecutionId, until: Millis, number: u32) -> Result<()> {
    let begin = until.plus(-i64::from(number / 4));
    for first in (0..number).step_by(LINES) {
        let lines = first..(first + LINES as u32).min(number);
        let lines = lines.map(|number| {
            let (level, message) = match number % 250_000 {
                199_999 => (Level::Error, format!("part {number} is broken: needle")),
                rest if rest % 1_000 == 7 => (Level::Warn, format!("part {number} took long")),
                _ => (Level::Info, format!("part {number} of the import is done, nothing was left out")),
            };
            line(flow, id, None, number, begin.plus(i64::from(number / 4)), level, message)
        });
        store.append_logs(lines.collect())?;
    }
    Ok(())
}
