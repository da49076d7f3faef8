//! Trains a dictionary for the rows of executions: `cargo run --example train-dictionary -- FILE`.
//!
//! The samples are rows as the codec writes them, of executions as they are usual, and the example flows of this
//! repository. A dictionary that was once shipped never changes; a better one gets a new number.

use std::num::NonZeroU32;
use std::sync::Arc;

use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::event::Order;
use kapelle_model::execution::{Birth, Child, Head, Kind, Labels, Origin, Parent, Slot};
use kapelle_model::task_run::{Detail, Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, Failure, History, Map, Millis, State, Value};
use kapelle_store::blobs::LocalBlobs;
use kapelle_store::codec::{Codec, Key, Seal, unpack};
use kapelle_store::issuer;
use kapelle_store::transaction::{OrderId, Sent};

const SIZE_MAX: usize = 16 << 10;
const EXECUTIONS: u64 = 1_500;

type Anyhow<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Anyhow<()> {
    let path = std::env::args().nth(1).ok_or("give the file that the dictionary is written to")?;
    if std::path::Path::new(&path).exists() {
        return Err(format!("`{path}` is there already, and a dictionary never changes").into());
    }
    let mut samples = rows()?;
    samples.extend(flows()?);
    std::fs::write(&path, zstd::dict::from_samples(&samples, SIZE_MAX)?)?;
    Ok(())
}

fn flows() -> Anyhow<Vec<Vec<u8>>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Anyhow<_>>()?;
    paths.sort();
    paths.iter().map(|path| Ok(std::fs::read(path)?)).collect()
}

fn rows() -> Anyhow<Vec<Vec<u8>>> {
    let folder = std::env::temp_dir().join(format!("train-dictionary-{}", std::process::id()));
    let codec = Codec::new(Arc::new(LocalBlobs::open(&folder)?), Arc::new(Seal::new(&Key::fresh()?, &[])));
    let mut chance = Chance(7);
    let mut samples = Vec::new();
    for _ in 0..EXECUTIONS {
        samples.extend(execution(&codec, &mut chance)?);
    }
    std::fs::remove_dir_all(folder)?;
    samples.iter().map(|sample| Ok(unpack(sample)?)).collect()
}

/// The rows that are written in the life of an execution.
fn execution(codec: &Codec, chance: &mut Chance) -> Anyhow<Vec<Vec<u8>>> {
    let created = Millis(1_750_000_000_000 + chance.below(40_000_000_000) as i64);
    let id = chance.id(created);
    let mut samples = vec![codec.birth(&birth(id, created, chance))?];
    for states in paths(chance) {
        samples.push(codec.head(id, &head(id, created, states, chance))?);
    }
    for index in 1..=1 + chance.below(3) as u32 {
        for states in run_paths(chance) {
            samples.push(codec.run(id, &run(index, created, states, chance))?);
        }
    }
    if chance.one_in(4) {
        let child =
            Child { ended: Some(State::Success), generation: Some(0), ..Child::new(chance.id(created)) };
        samples.push(codec.child(id, &child)?);
        let from = Parent { execution: id, run: RunIndex(NonZeroU32::MIN), iteration: 0 };
        let order = Order::Kill { cascade: true };
        samples.push(codec.sent(&Sent { id: OrderId(1), to: child.id, order, from })?);
    }
    Ok(samples)
}

fn paths(chance: &mut Chance) -> Vec<&'static [State]> {
    use State::{Created, Failed, Killed, Killing, Paused, Queued, Running, Success, Warning};
    match chance.below(8) {
        0 => vec![&[Created, Running, Failed]],
        1 => vec![&[Created, Running, Paused], &[Created, Running, Paused, Running, Success]],
        2 => vec![&[Created, Queued], &[Created, Queued, Running, Success]],
        3 => vec![&[Created, Running, Killing, Killed]],
        4 => vec![&[Created, Running, Warning]],
        _ => vec![&[Created, Running], &[Created, Running, Success]],
    }
}

fn run_paths(chance: &mut Chance) -> Vec<&'static [State]> {
    use State::{Created, Failed, Killed, Running, Skipped, Submitted, Success};
    match chance.below(8) {
        0 => vec![&[Created, Submitted, Running, Failed]],
        1 => vec![&[Created, Skipped]],
        2 => vec![&[Created, Submitted, Killed]],
        3 => vec![&[Created, Running, Success]],
        _ => vec![&[Created, Submitted], &[Created, Submitted, Running, Success]],
    }
}

fn birth(id: ExecutionId, created: Millis, chance: &mut Chance) -> Birth {
    let origin = match chance.below(5) {
        0 => Some(schedule(created)),
        1 => Some(webhook(chance)),
        2 => Some(after_flow(created, chance)),
        _ => None,
    };
    let parent = chance.one_in(5).then(|| Parent {
        execution: chance.id(created),
        run: RunIndex(NonZeroU32::MIN.saturating_add(chance.below(9) as u32)),
        iteration: 0,
    });
    let kind = if chance.one_in(12) { Kind::Loop } else { Kind::Normal };
    Birth {
        id,
        tenant: "main".into(),
        namespace: "company.team".into(),
        flow: "hello".into(),
        revision: 1,
        inputs: Arc::new(inputs(chance)),
        origin,
        parent,
        replay_of: None,
        original: id,
        original_created: created.plus(chance.below(2) as i64),
        start: None,
        kind,
        priority: 0,
        depth: u32::from(parent.is_some()),
        scope: None,
    }
}

fn inputs(chance: &mut Chance) -> Map {
    let date = Value::from(&*format!("2026-{:02}-{:02}", 1 + chance.below(12), 1 + chance.below(28)));
    let number = Value::Int(chance.below(100_000) as i64);
    let all = [
        ("name", Value::from(chance.word())),
        ("date", date),
        ("number", number.clone()),
        ("count", number),
        ("enabled", Value::Bool(chance.one_in(2))),
        ("user", Value::from("admin@example.com")),
        ("url", Value::from("https://example.com/api/v1/orders")),
        ("file", Value::from("kestra:///company/team/hello/executions/")),
        ("environment", Value::from("production")),
        ("customer", map([("id", Value::from(chance.word())), ("name", Value::from(chance.word()))])),
    ];
    let wanted = chance.below(4);
    all.into_iter()
        .filter(|_| wanted > 0 && chance.below(10) < wanted * 2)
        .map(|(key, value)| (Arc::from(key), value))
        .collect()
}

fn schedule(created: Millis) -> Origin {
    let moment = |later| Value::from(&*timestamp(created.plus(later)));
    let variables = [("date", moment(0)), ("next", moment(3_600_000)), ("previous", moment(-3_600_000))];
    origin("schedule", "io.kestra.plugin.core.trigger.Schedule", variables)
}

fn webhook(chance: &mut Chance) -> Origin {
    let headers = [
        ("host", list("localhost:8080")),
        ("user-agent", list("curl/8.5.0")),
        ("accept", list("*/*")),
        ("content-type", list("application/json")),
        ("content-length", list("42")),
    ];
    let body = map([("id", Value::Int(chance.below(10_000) as i64)), ("name", Value::from(chance.word()))]);
    let variables = [("body", body), ("headers", map(headers)), ("parameters", map([]))];
    origin("webhook", "io.kestra.plugin.core.trigger.Webhook", variables)
}

fn after_flow(created: Millis, chance: &mut Chance) -> Origin {
    let variables = [
        ("executionId", Value::from(&*chance.id(created).to_string())),
        ("namespace", Value::from("company.team")),
        ("flowId", Value::from(chance.word())),
        ("flowRevision", Value::Int(1 + chance.below(9) as i64)),
        ("state", Value::from("SUCCESS")),
        ("outputs", map([])),
    ];
    origin("flow", "io.kestra.plugin.core.trigger.Flow", variables)
}

fn origin<const N: usize>(id: &str, type_name: &str, variables: [(&str, Value); N]) -> Origin {
    let Value::Map(variables) = map(variables) else { unreachable!("a map is made") };
    Origin { id: id.into(), type_name: type_name.into(), variables }
}

fn head(id: ExecutionId, created: Millis, states: &[State], chance: &mut Chance) -> Head {
    let history = history(created, states, chance);
    let correlation = (Arc::from("system.correlationId"), Arc::from(&*id.to_string()));
    let mut labels = vec![correlation];
    if chance.one_in(3) {
        labels.push(("team".into(), chance.word().into()));
        labels.push(("env".into(), "prod".into()));
    }
    let since = history.since();
    let waiting = match history.current() {
        State::Paused => Some(Cause::Paused { until: None }),
        State::Queued => Some(Cause::Concurrency { limit: "concurrency".into(), size: 1 }),
        State::Running if chance.one_in(4) => Some(Cause::Children { open: 1, done: 1, oldest: None }),
        State::Running => Some(Cause::Worker),
        _ => None,
    };
    let run = (!chance.one_in(3)).then_some(RunIndex(NonZeroU32::MIN));
    let outputs = history.current().is_terminal().then(|| Arc::new(outputs(chance)));
    Head {
        version: states.len() as u64 + chance.below(4),
        generation: 0,
        opened: history.started(),
        history,
        attempt: 1,
        runs_made: 1 + chance.below(5) as u32,
        fence: Fence(1 + chance.below(5) as u32),
        labels: Labels::from(labels),
        variables: Arc::default(),
        outputs: outputs.filter(|_| chance.one_in(3)),
        slot: if chance.one_in(4) { Slot::Held } else { Slot::None },
        strays: Arc::default(),
        breakpoints: Arc::default(),
        successor: None,
        violated: 0,
        waiting: waiting.map(|cause| Waiting { cause, since, run }),
    }
}

fn run(index: u32, created: Millis, states: &[State], chance: &mut Chance) -> TaskRun {
    const TASKS: [&str; 12] = [
        "hello",
        "log",
        "extract",
        "transform",
        "load",
        "fetch",
        "each",
        "parallel",
        "script",
        "request",
        "notify",
        "wait",
    ];
    let history = history(created.plus(chance.below(200) as i64), states, chance);
    let current = history.current();
    let moments: Vec<_> = history.entries().filter(|(state, _)| *state != State::Created).collect();
    let attempts = moments.split_first().map(|((state, at), rest)| {
        let mut attempt = History::new(*state, *at);
        for (state, at) in rest {
            attempt.push(*state, *at);
        }
        attempt
    });
    let failure = (current == State::Failed).then(|| {
        Failure::new(
            ["the command ended with exit code 1", "the server answered 500", "timed out after PT1M"]
                [chance.below(3) as usize],
        )
    });
    let task = TASKS[chance.below(TASKS.len() as u64) as usize];
    TaskRun {
        index: RunIndex(NonZeroU32::MIN.saturating_add(index - 1)),
        parent: (index > 1 && chance.one_in(2)).then_some(RunIndex(NonZeroU32::MIN)),
        task: task.into(),
        value: chance.one_in(6).then(|| chance.word().into()),
        place: index - 1,
        iteration: None,
        history,
        attempts: attempts.into_iter().collect(),
        outputs: (current == State::Success).then(|| Arc::new(outputs(chance))),
        fence: Fence(index),
        hold: if current == State::Submitted { Hold::Out } else { Hold::Free },
        forced: false,
        detail: failure.map(|failure| Box::new(Detail { failure: Some(failure), ..Detail::default() })),
    }
}

fn outputs(chance: &mut Chance) -> Map {
    let size = Value::Int(chance.below(5_000) as i64);
    let uri = "kestra:///company/team/hello/executions/";
    let Value::Map(map) = (match chance.below(6) {
        0 => map([("value", Value::from(chance.word()))]),
        1 => map([
            ("code", Value::Int(200)),
            ("uri", Value::from("https://example.com/")),
            (
                "headers",
                map([("content-type", list("application/json")), ("date", list("Mon, 01 Jun 2026"))]),
            ),
            ("body", Value::from("{\"id\":1,\"name\":\"example\"}")),
        ]),
        2 => map([("exitCode", Value::Int(0)), ("vars", map([])), ("outputFiles", map([]))]),
        3 => map([("size", size), ("uri", Value::from(uri)), ("rows", Value::List(Arc::default()))]),
        4 => map([("values", map([("result", Value::from(chance.word())), ("total", size)]))]),
        _ => map([]),
    }) else {
        unreachable!("a map is made")
    };
    Arc::unwrap_or_clone(map)
}

fn history(from: Millis, states: &[State], chance: &mut Chance) -> History {
    let mut at = from;
    let mut history = History::new(states[0], at);
    for state in &states[1..] {
        let longest = if chance.one_in(3) { 60_000 } else { 40 };
        at = at.plus(chance.below(longest) as i64);
        history.push(*state, at);
    }
    history
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(Arc::new(entries.into_iter().map(|(key, value)| (Arc::from(key), value)).collect()))
}

fn list(text: &str) -> Value {
    Value::List(Arc::new(vec![Value::from(text)]))
}

fn timestamp(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}

/// Numbers without a pattern that a dictionary could learn, the same ones each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn id(&mut self, created: Millis) -> ExecutionId {
        issuer::Issuer::new(0, None).next(created, self.next())
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 16] = [
            "alpha",
            "berlin",
            "carla",
            "daily",
            "east",
            "finance",
            "gamma",
            "hourly",
            "invoice",
            "january",
            "kiel",
            "london",
            "marketing",
            "north",
            "orders",
            "paris",
        ];
        WORDS[self.below(WORDS.len() as u64) as usize]
    }
}
