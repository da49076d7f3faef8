//! What the rows of a one-task execution weigh, and how long it takes to write and read them.
//!
//! The baseline of the same run is `serde_json` with the same rows as its own values. Run with
//! `cargo bench -p kapelle-store --bench codec`; nothing fails, a person reads it.

#![expect(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench measures, and prints what it measured"
)]

use std::hint::black_box;
use std::io;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kapelle_model::cause::{Cause, Waiting};
use kapelle_model::execution::{Birth, Head, Kind, Labels, Origin, Slot};
use kapelle_model::task_run::{Fence, Hold, RunIndex, TaskRun};
use kapelle_model::{ExecutionId, History, Map, Millis, State, Value};
use kapelle_store::blobs::Blobs;
use kapelle_store::codec::{Codec, Key, Known, Seal, pack, unpack};
use kapelle_store::issuer;
use kapelle_store::store::Values;
use zstd::bulk::Compressor;

const NOW: Millis = Millis(1_764_277_200_123);

fn main() {
    let codec =
        Codec::new(Arc::new(NoBlobs), Arc::new(Seal::new(&Key::fresh().expect("there is chance"), &[])));
    let (birth, head, run) = (birth(), head(), run());
    let id = birth.id;
    let known = Known {
        id,
        tenant: "main".into(),
        namespace: "company.team".into(),
        flow: "hello".into(),
        revision: 1,
    };
    println!("row            plain  packed    kept |  write   read |  serde_json: write   read");
    row(
        "birth",
        || codec.birth(&birth).expect("it is written"),
        |blob| codec.read_birth(known.clone(), blob, Values::Fetched).is_ok(),
    );
    let head_blob = |head: &Head| codec.head(id, head).expect("it is written");
    let head_read = |blob: &[u8]| codec.read_head(id, blob, Values::Fetched).is_ok();
    row("head, created", || head_blob(&head[0]), head_read);
    row("head, ended", || head_blob(&head[1]), head_read);
    let run_blob = |run: &TaskRun| codec.run(id, run).expect("it is written");
    let run_read = |blob: &[u8]| codec.read_run(id, blob, Values::Fetched).is_ok();
    row("run, submitted", || run_blob(&run[0]), run_read);
    row("run, ended", || run_blob(&run[1]), run_read);
    row("run, request", || run_blob(&run[2]), run_read);
}

/// Prints a line: bytes, then nanoseconds.
fn row(name: &str, write: impl Fn() -> Vec<u8>, read: impl Fn(&[u8]) -> bool) {
    let kept = write();
    let plain = unpack(&kept).expect("it was packed");
    let generic: serde_json::Value = serde_json::from_slice(&plain).expect("it is JSON");
    assert!(read(&kept) && pack(&plain) == kept);
    println!(
        "{name:14} {:5} {:7} {:7} | {:6.0} {:6.0} | {:18.0} {:6.0}",
        plain.len() + 1,
        packed_length(&plain),
        kept.len(),
        nanos(&write),
        nanos(|| read(black_box(&kept))),
        nanos(|| serde_json::to_vec(&generic)),
        nanos(|| serde_json::from_slice::<serde_json::Value>(black_box(&plain))),
    );
}

/// What it would be if everything was packed.
fn packed_length(plain: &[u8]) -> usize {
    let dictionary = include_bytes!("../src/codec/dictionary-1.bin");
    let mut packer = Compressor::with_dictionary(1, dictionary).expect("the dictionary is one");
    packer.set_parameter(zstd::zstd_safe::CParameter::DictIdFlag(false)).expect("it can be left out");
    packer.compress(plain).expect("anything can be packed").len() + 1
}

/// The best of several rounds.
fn nanos<T>(work: impl Fn() -> T) -> f64 {
    const TIMES: u32 = 20_000;
    (0..7)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..TIMES {
                black_box(work());
            }
            begun.elapsed()
        })
        .min()
        .unwrap_or(Duration::ZERO)
        .as_nanos() as f64
        / f64::from(TIMES)
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Arc<Map> {
    Arc::new(entries.into_iter().map(|(key, value)| (Arc::from(key), value)).collect())
}

fn birth() -> Birth {
    let id = issuer::Issuer::new(3, None).next(NOW, 0x9e37_79b9_7f4a_7c15);
    let variables = map([
        ("date", Value::from("2025-11-27T21:00:00Z")),
        ("next", Value::from("2025-11-27T22:00:00Z")),
        ("previous", Value::from("2025-11-27T20:00:00Z")),
    ]);
    let type_name = "io.kestra.plugin.core.trigger.Schedule".into();
    Birth {
        id,
        tenant: "main".into(),
        namespace: "company.team".into(),
        flow: "hello".into(),
        revision: 1,
        inputs: map([("user", Value::from("Rita")), ("count", Value::Int(12))]),
        origin: Some(Origin { id: "every_hour".into(), type_name, variables }),
        parent: None,
        replay_of: None,
        original: id,
        original_created: NOW,
        start: None,
        kind: Kind::Normal,
        priority: 0,
        depth: 0,
        scope: None,
    }
}

fn history(states: &[(State, i64)]) -> History {
    let mut history = History::new(states[0].0, NOW.plus(states[0].1));
    for (state, later) in &states[1..] {
        history.push(*state, NOW.plus(*later));
    }
    history
}

/// As it is after the first event, and at the end.
fn head() -> [Head; 2] {
    let run = RunIndex(NonZeroU32::MIN);
    let correlation = ExecutionId(0x1234_5678_9abc_def0_1122_3344_5566_7788).to_string();
    let created = Head {
        history: history(&[(State::Created, 0), (State::Running, 1)]),
        version: 1,
        generation: 0,
        opened: NOW,
        attempt: 1,
        runs_made: 1,
        fence: Fence(1),
        labels: Labels::from([(Arc::from("system.correlationId"), Arc::from(correlation))]),
        variables: Arc::default(),
        outputs: None,
        slot: Slot::None,
        strays: Arc::default(),
        breakpoints: Arc::default(),
        successor: None,
        violated: 0,
        waiting: Some(Waiting { cause: Cause::Worker, since: NOW.plus(1), run: Some(run) }),
    };
    let ended = history(&[(State::Created, 0), (State::Running, 1), (State::Success, 27)]);
    let ended = Head { history: ended, version: 3, waiting: None, ..created.clone() };
    [created, ended]
}

/// As it is dispatched, and at the end with a small and with a middling output.
fn run() -> [TaskRun; 3] {
    let submitted = TaskRun {
        index: RunIndex(NonZeroU32::MIN),
        parent: None,
        task: "hello".into(),
        value: None,
        place: 0,
        iteration: None,
        history: history(&[(State::Created, 1), (State::Submitted, 1)]),
        attempts: vec![history(&[(State::Submitted, 1)])],
        outputs: None,
        fence: Fence(1),
        hold: Hold::Out,
        forced: false,
        detail: None,
    };
    let ended = TaskRun {
        history: history(&[
            (State::Created, 1),
            (State::Submitted, 1),
            (State::Running, 4),
            (State::Success, 27),
        ]),
        attempts: vec![history(&[(State::Submitted, 1), (State::Running, 4), (State::Success, 27)])],
        outputs: Some(map([("value", Value::from("Hello Rita"))])),
        hold: Hold::Free,
        ..submitted.clone()
    };
    let headers =
        map([("content-type", Value::from("application/json")), ("etag", Value::from("W/\"7f3a\""))]);
    let request = map([
        ("code", Value::Int(200)),
        ("headers", Value::Map(headers)),
        ("uri", Value::from("https://dummyjson.com/carts/12?limit=30")),
        ("body", Value::from("{\"id\":12,\"total\":2841.97,\"user\":\"Rita\",\"products\":[17,204,93]}")),
    ]);
    let request = TaskRun { outputs: Some(request), ..ended.clone() };
    [submitted, ended, request]
}

struct NoBlobs;

impl Blobs for NoBlobs {
    fn put(&self, _: ExecutionId, _: &[u8]) -> io::Result<String> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn get(&self, _: ExecutionId, _: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_all(&self, _: ExecutionId) -> io::Result<()> {
        Ok(())
    }

    fn owners(&self) -> io::Result<Vec<ExecutionId>> {
        Ok(Vec::new())
    }
}
