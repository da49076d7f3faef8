//! W1 and W2: executions of one task with so many in flight, and one execution of many task runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use kapelle_model::State;
use kapelle_model::delta::Delta;
use kapelle_model::permit::Permit;
use kapelle_store::blobs::LocalBlobs;
use kapelle_store::codec::{Codec, Key, Seal};
use kapelle_store::{Filter, Page, Store, Transaction};
use kapelle_store_sqlite::SqliteStore;

use crate::made::Maker;
use crate::raw_log::RawLog;
use crate::{Scratch, open};

/// So long each of them is measured, about.
const TIME: Duration = Duration::from_secs(3);

pub(crate) fn one_task(flows: u64, only: Option<u64>) {
    println!("W1: executions of one task, created and ended (two commits each), of {flows} flows");
    println!("  in flight   executions/s    raw log   ratio     p50       p99    writer     aim");
    for (in_flight, aim) in [(1, ""), (10, ""), (100, "0.33"), (1_000, "0.50")] {
        if only.is_some_and(|only| only != in_flight as u64) {
            continue;
        }
        let raw = raw(in_flight, flows);
        let Figures { rate, mut waits, writer } = store(in_flight, flows);
        waits.sort_unstable();
        println!(
            "  {in_flight:>9}   {rate:>12.0} {raw:>10.0}   {:>5.2} {:>8.1?} {:>9.1?} {writer:>9.1?}    {aim}",
            rate / raw,
            waits[waits.len() / 2],
            waits[waits.len() * 99 / 100],
        );
    }
}

/// What a list costs while many write, and what it costs them: it waits until what was acknowledged is in its tables.
pub(crate) fn with_a_reader(flows: u64) {
    println!("\nW1 with 1,000 in flight, while somebody asks for the newest 25 again and again");
    println!("  pause between    lists   list p50  list p99   executions/s   commit p99");
    for pause in [20, 200].map(Duration::from_millis) {
        let folder = Scratch::new("read");
        let store = open(folder.path());
        let is_over = AtomicBool::new(false);
        let (mut took, figures) = std::thread::scope(|scope| {
            let lists = scope.spawn(|| list_again_and_again(&store, pause, &is_over));
            let figures = write(&store, 1_000, flows);
            is_over.store(true, Ordering::Release);
            (lists.join().expect("lists are read"), figures)
        });
        let mut waits = figures.waits;
        took.sort_unstable();
        waits.sort_unstable();
        println!(
            "  {pause:>13?} {:>8} {:>10.1?} {:>9.1?} {:>14.0} {:>12.1?}",
            took.len(),
            took[took.len() / 2],
            took[took.len() * 99 / 100],
            figures.rate,
            waits[waits.len() * 99 / 100],
        );
    }
}

fn list_again_and_again(store: &SqliteStore, pause: Duration, is_over: &AtomicBool) -> Vec<Duration> {
    let mut took = Vec::new();
    while !is_over.load(Ordering::Acquire) {
        std::thread::sleep(pause);
        let began = Instant::now();
        let list = store.executions(&Permit::system("bench"), &Filter::default(), &Page::newest(25));
        list.expect("it is a list");
        took.push(began.elapsed());
    }
    took
}

struct Figures {
    /// Executions a second.
    rate: f64,
    /// How long each commit took.
    waits: Vec<Duration>,
    /// What the thread that writes worked for each execution: the figure that other programs disturb the least.
    writer: Duration,
}

fn store(in_flight: usize, flows: u64) -> Figures {
    let folder = Scratch::new("w1");
    write(&open(folder.path()), in_flight, flows)
}

fn write(store: &SqliteStore, in_flight: usize, flows: u64) -> Figures {
    let (told, hears) = channel();
    let submit = |delta: Delta, next: Option<Delta>| {
        let (told, began) = (told.clone(), Instant::now());
        let done = Box::new(move |result: kapelle_store::error::Result<_>| {
            result.expect("it is written");
            told.send((next, began.elapsed())).expect("somebody hears");
        });
        store.submit(Transaction { writes: vec![delta.into()], is_urgent: true }, done);
    };
    let mut maker = Maker::new(flows);
    let mut create = || {
        let [first, second] = maker.one_task(State::Success);
        submit(first, Some(second));
    };
    let began = Instant::now();
    (0..in_flight).for_each(|_| create());
    let (mut open, mut ended, mut waits) = (in_flight, 0, Vec::new());
    while open > 0 {
        let (next, wait) = hears.recv().expect("a sender is here");
        waits.push(wait);
        if let Some(next) = next {
            submit(next, None);
            continue;
        }
        ended += 1;
        if began.elapsed() < TIME {
            create();
        } else {
            open -= 1;
        }
    }
    let rate = f64::from(ended) / began.elapsed().as_secs_f64();
    Figures { rate, waits, writer: work_of("store-writer") / ended }
}

/// How long a thread of this process has worked.
fn work_of(name: &str) -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let named = tasks.filter(|task| {
        std::fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim_end() == name)
    });
    let worked = named.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(worked.sum())
}

/// The same, with the same bytes, into the raw log.
fn raw(in_flight: usize, flows: u64) -> f64 {
    let folder = Scratch::new("raw");
    let blobs = LocalBlobs::open(folder.path().join("values")).expect("the folder is ours");
    let seal = Seal::new(&Key::fresh().expect("there are random numbers"), &[]);
    let codec = Codec::new(Arc::new(blobs), Arc::new(seal));
    let log = RawLog::create(&folder.path().join("log"));
    let (told, hears) = channel();
    let append = |delta: &Delta, next: Option<Delta>| {
        let told = told.clone();
        log.append(record(&codec, delta), Box::new(move || told.send(next).expect("somebody hears")));
    };
    let mut maker = Maker::new(flows);
    let mut create = || {
        let [first, second] = maker.one_task(State::Success);
        append(&first, Some(second));
    };
    let began = Instant::now();
    (0..in_flight).for_each(|_| create());
    let (mut open, mut ended) = (in_flight, 0);
    while open > 0 {
        if let Some(next) = hears.recv().expect("a sender is here") {
            append(&next, None);
            continue;
        }
        ended += 1;
        if began.elapsed() < TIME {
            create();
        } else {
            open -= 1;
        }
    }
    f64::from(ended) / began.elapsed().as_secs_f64()
}

fn record(codec: &Codec, delta: &Delta) -> Vec<u8> {
    let mut bytes = delta.id.0.to_le_bytes().to_vec();
    bytes.extend(delta.birth.iter().flat_map(|birth| codec.birth(birth).expect("it is small")));
    bytes.extend(codec.head(delta.id, &delta.head).expect("it is small"));
    bytes.extend(delta.runs.iter().flat_map(|run| codec.run(delta.id, run).expect("it is small")));
    bytes
}

pub(crate) fn fan_out() {
    println!("\nW2: one execution of many task runs, 100 ends in flight");
    println!("  task runs     in all    for each   ratio");
    let mut first = None;
    for width in [100, 1_000, 10_000] {
        let took = wide(width);
        let each = took / width;
        let base = *first.get_or_insert(each);
        println!(
            "  {width:>9} {took:>10.1?} {each:>11.1?}   {:>5.2}",
            each.as_secs_f64() / base.as_secs_f64()
        );
    }
}

fn wide(width: u32) -> Duration {
    let folder = Scratch::new("w2");
    let store = open(folder.path());
    let mut deltas = Maker::new(1).wide(width).into_iter();
    let began = Instant::now();
    let first = deltas.next().expect("there is a creation");
    let all: &dyn Store = &store;
    all.commit(Transaction::of([first.into()])).expect("it is written");
    let (told, hears) = channel();
    let mut in_flight = 0;
    loop {
        let Some(delta) = deltas.next() else { break };
        let told = told.clone();
        let done = Box::new(move |result: kapelle_store::error::Result<_>| {
            result.expect("it is written");
            told.send(()).expect("somebody hears");
        });
        store.submit(Transaction { writes: vec![delta.into()], is_urgent: true }, done);
        in_flight += 1;
        if in_flight == 100 {
            hears.recv().expect("a sender is here");
            in_flight -= 1;
        }
    }
    for _ in 0..in_flight {
        hears.recv().expect("a sender is here");
    }
    began.elapsed()
}
