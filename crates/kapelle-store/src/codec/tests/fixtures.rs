//! Rows of earlier versions, which every later one reads.
//!
//! A line of `fixtures/1.txt` is the name of a sample and its blob in hexadecimal. The file of a version is never
//! changed: a version that writes rows in another way adds a file, and a sample for what is new.

use std::fmt::Write as _;
use std::num::NonZeroU32;

use bigdecimal::BigDecimal;
use jiff::SignedDuration;
use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::event::Order;
use kapelle_model::execution::{
    Birth, Breakpoint, Child, Head, Kind, Labels, Origin, Parent, Scope, Slot, Start, StartReason,
};
use kapelle_model::task_run::{Detail, Fence, Hold, Phase, RunIndex, TaskRun, Turn};
use kapelle_model::{Failure, Map, Millis, State, Text, Value};
use num_bigint::BigInt;

use super::shapes::history;
use super::*;

const FIXTURES: [&str; 2] = [include_str!("../fixtures/1.txt"), include_str!("../fixtures/2.txt")];

enum Row {
    Birth(Box<Birth>),
    Head(Box<Head>),
    Run(Box<TaskRun>),
    Child(Child),
    Sent(Sent),
    Bytes(&'static str),
}

#[test]
fn rows_of_all_versions_are_read() {
    for file in FIXTURES {
        for line in file.lines() {
            let (name, blob) = line.split_once(' ').unwrap();
            let row = samples().into_iter().find(|(sample, _)| sample == name).unwrap().1;
            check_read(name, &row, &unhex(blob));
        }
    }
}

#[test]
fn rows_are_written_as_the_last_file_says() {
    let codec = codec();
    let written = samples().iter().fold(String::new(), |mut file, (name, row)| {
        let blob = match row {
            Row::Birth(birth) => codec.birth(birth).unwrap(),
            Row::Head(head) => codec.head(ID, head).unwrap(),
            Row::Run(run) => codec.run(ID, run).unwrap(),
            Row::Child(child) => codec.child(ID, child).unwrap(),
            Row::Sent(sent) => codec.sent(sent).unwrap(),
            Row::Bytes(text) => pack(text.as_bytes()),
        };
        writeln!(file, "{name} {}", hex(&blob)).unwrap();
        file
    });
    let last = FIXTURES[FIXTURES.len() - 1];
    // What zstd makes of the same bytes is its own business.
    let contents = |file: &str| -> Vec<_> {
        file.lines().map(|line| json(&unhex(line.split_once(' ').unwrap().1))).collect()
    };
    assert_eq!(contents(&written), contents(last), "rows are written in another way:\n{written}");
}

fn check_read(name: &str, row: &Row, blob: &[u8]) {
    let codec = codec();
    match row {
        Row::Birth(birth) => {
            let read = codec.read_birth(known(birth), blob, Values::Fetched).unwrap();
            assert_eq!(&read, &**birth, "{name}");
        }
        Row::Head(head) => {
            assert_eq!(&codec.read_head(ID, blob, Values::Fetched).unwrap(), &**head, "{name}");
        }
        Row::Run(run) => assert_eq!(&codec.read_run(ID, blob, Values::Fetched).unwrap(), &**run, "{name}"),
        Row::Child(child) => {
            assert_eq!(&codec.read_child(ID, blob, Values::Fetched).unwrap(), child, "{name}");
        }
        Row::Sent(sent) => assert_eq!(&codec.read_sent(sent.id, sent.to, blob).unwrap(), sent, "{name}"),
        Row::Bytes(text) => assert_eq!(unpack(blob).unwrap(), text.as_bytes(), "{name}"),
    }
}

/// One of each, with something in every field of the large ones.
fn samples() -> Vec<(String, Row)> {
    let mut samples = vec![
        ("head".to_owned(), Row::Head(Box::new(shapes::head()))),
        ("run".to_owned(), Row::Run(Box::new(shapes::run()))),
        ("full-birth".to_owned(), Row::Birth(Box::new(full_birth()))),
        ("full-head".to_owned(), Row::Head(Box::new(full_head()))),
        ("full-run".to_owned(), Row::Run(Box::new(full_run()))),
        ("begun-run".to_owned(), Row::Run(Box::new(begun_run()))),
        ("child".to_owned(), Row::Child(Child::new(ID))),
        ("full-child".to_owned(), Row::Child(full_child())),
        ("bytes".to_owned(), Row::Bytes("id: hello")),
        (
            "packed-bytes".to_owned(),
            Row::Bytes(concat!(
                "id: hello\nnamespace: company.team\n\ntasks:\n  - id: hello\n    type: io.kestra.plugin.core.log.Log\n",
                "    message: Hello World\n\ntriggers:\n  - id: schedule\n    type: io.kestra.plugin.core.trigger.Schedule\n",
            )),
        ),
    ];
    samples.extend(causes().into_iter().enumerate().map(|(number, cause)| {
        let waiting = Some(Waiting { cause, since: Millis(1_750_000_000_777), run: None });
        (format!("cause-{number}"), Row::Head(Box::new(Head { waiting, ..shapes::head() })))
    }));
    samples.extend(orders().into_iter().enumerate().map(|(number, order)| {
        let from = Parent { execution: ExecutionId(5), run: run_index(3), iteration: 4 };
        (format!("order-{number}"), Row::Sent(Sent { id: OrderId(1), to: ID, order, from }))
    }));
    samples
}

fn run_index(number: u32) -> RunIndex {
    RunIndex(NonZeroU32::new(number).unwrap())
}

fn all_values() -> Map {
    let zoned = "2026-10-25T02:30:00+01:00[Europe/Berlin]".parse().unwrap();
    let inner = Map::from_iter([(Arc::from("$"), Value::from("a \"text\"\n"))]);
    let values = [
        Value::Null,
        Value::Bool(false),
        Value::Int(i64::MIN),
        Value::BigInt(Arc::new(BigInt::from(i64::MIN) * 3)),
        Value::Float(0.1),
        Value::Float(f64::NEG_INFINITY),
        Value::Float32(0.1),
        Value::Decimal(Arc::new(BigDecimal::new(BigInt::from(12_300), 3))),
        Value::Str(Text::with_secrets("an äpple", std::iter::once(3..9).collect())),
        Value::List(Arc::new(vec![Value::Int(1), Value::List(Arc::default())])),
        Value::Map(Arc::new(inner)),
        Value::Instant("2026-01-02T03:04:05.678Z".parse().unwrap()),
        Value::Zoned(Arc::new(zoned)),
        Value::LocalDateTime("2026-01-02T03:04:05".parse().unwrap()),
        Value::LocalDate("2026-01-02".parse().unwrap()),
        Value::LocalTime("03:04:05".parse().unwrap()),
        Value::Duration(SignedDuration::new(61, 5)),
        Value::Bytes([0, 255, 7].into()),
        Value::Int(7).into_secret(),
    ];
    values.into_iter().enumerate().map(|(number, value)| (Arc::from(format!("v{number}")), value)).collect()
}

fn full_birth() -> Birth {
    let map = |key: &str| Arc::new(Map::from_iter([(Arc::from(key), Value::Int(1))]));
    Birth {
        id: ID,
        tenant: "main".into(),
        namespace: "company.team".into(),
        flow: "hello".into(),
        revision: 3,
        inputs: Arc::new(all_values()),
        origin: Some(Origin { id: "daily".into(), type_name: "a.Schedule".into(), variables: map("date") }),
        parent: Some(Parent { execution: ExecutionId(9), run: run_index(2), iteration: 8 }),
        replay_of: Some(ExecutionId(10)),
        original: ExecutionId(11),
        original_created: Millis(1_749_999_999_999),
        start: Some(Start { at: Millis(1_750_000_060_000), reason: StartReason::Retry }),
        kind: Kind::Loop,
        priority: -4,
        depth: 2,
        scope: Some(Arc::new(Scope { task: "each".into(), item: map("value"), outputs: map("before") })),
    }
}

fn full_head() -> Head {
    let breakpoint = |value: Option<&str>| Breakpoint { task: "a".into(), value: value.map(Arc::from) };
    Head {
        generation: 1,
        opened: Millis(1_750_000_000_003),
        attempt: 2,
        runs_made: 9,
        fence: Fence(12),
        variables: Arc::new(Map::from_iter([(Arc::from("x"), Value::from("y"))])),
        outputs: Some(Arc::default()),
        slot: Slot::Forced,
        strays: Arc::from([(run_index(4), Fence(5))]),
        breakpoints: Arc::from([breakpoint(None), breakpoint(Some("b"))]),
        successor: Some(ExecutionId(77)),
        violated: u64::MAX,
        waiting: None,
        ..shapes::head()
    }
}

fn full_run() -> TaskRun {
    let texts = |text: &str| Some(Arc::from([Arc::from(text), Arc::from("")]));
    let failure = Failure::new(Text::with_secrets("no ticket", std::iter::once(3..9).collect()));
    TaskRun {
        index: run_index(7),
        parent: Some(run_index(3)),
        value: Some("one".into()),
        place: 2,
        iteration: Some(0),
        history: history(&[
            (State::Created, 0),
            (State::Running, 1),
            (State::Retrying, 3),
            (State::Failed, 3),
        ]),
        fence: Fence(8),
        hold: Hold::Stopping,
        forced: true,
        detail: Some(Box::new(Detail {
            values: texts("a"),
            keys: texts("b"),
            wake: Some(Millis(1_750_000_009_000)),
            last_check: Some("false".into()),
            failure: Some(failure),
            children: Some(4),
            begun: None,
            phase: Phase::Closing,
            turn: Turn::TimedOut,
            ending: Some(State::Warning),
        })),
        ..shapes::run()
    }
}

/// Since version 2.
fn begun_run() -> TaskRun {
    let detail = Detail { children: Some(4), begun: Some(3), ..Detail::default() };
    TaskRun { detail: Some(Box::new(detail)), ..shapes::run() }
}

fn full_child() -> Child {
    Child { id: ID, ended: Some(State::Killed), outputs: Some(Arc::default()), generation: Some(0) }
}

fn causes() -> Vec<Cause> {
    let at = Millis(1_750_000_100_000);
    let text = || Some(Arc::from("why"));
    vec![
        Cause::Concurrency { limit: "team".into(), size: 5 },
        Cause::Scheduled { at },
        Cause::Paused { until: None },
        Cause::Paused { until: Some(at) },
        Cause::PausedByHand,
        Cause::Delay { until: at, last: text() },
        Cause::Breakpoint,
        Cause::RetryWait { attempt: 1, attempts_max: Some(3), until: at, error: text() },
        Cause::RetryWait { attempt: 1, attempts_max: None, until: at, error: None },
        Cause::Subflow { open: 1, total: 2, execution: Some(ExecutionId(3)) },
        Cause::Children { open: 1, done: 2, oldest: Some(run_index(1)) },
        Cause::DependsOn { tasks: Box::new(["a".into(), "b".into()]) },
        Cause::LoopLimit { running: 1, left: 2 },
        Cause::Killing { alive: 3 },
        Cause::Worker,
        Cause::NoWorker { group: text() },
        Cause::WorkersBusy,
        Cause::Runner { state: "pending".into() },
        Cause::Disk,
        Cause::Database,
        Cause::Maintenance,
        Cause::Unknown,
    ]
}

fn orders() -> Vec<Order> {
    let breakpoints = Arc::from([Breakpoint { task: "a".into(), value: None }]);
    vec![
        Order::Kill { cascade: true },
        Order::Pause,
        Order::Resume { values: Arc::new(all_values()), by: Some("ann".into()) },
        Order::Restart,
        Order::ChangeTaskState { run: run_index(2), state: State::Success },
        Order::ChangeStatus(State::Failed),
        Order::ForceRun,
        Order::Unqueue(State::Running),
        Order::SetLabels(Labels::from([(Arc::from("a"), Arc::from("b"))])),
        Order::MarkReplayed,
        Order::ResumeBreakpoint { next: None },
        Order::ResumeBreakpoint { next: Some(breakpoints) },
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digits).collect()
}
