//! W3: lists and counts over many executions.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use kapelle_model::permit::Permit;
use kapelle_model::{Millis, State};
use kapelle_store::filter::{Condition, Range, Test};
use kapelle_store::{Filter, Page, Store, Transaction};
use kapelle_store_sqlite::SqliteStore;

use crate::made::{BEGINNING, Maker};
use crate::{Scratch, open};

/// Times that each list is asked for.
const TIMES: usize = 40;

const HOUR: i64 = 3_600_000;

pub(crate) fn measure(executions: u64, flows: u64) {
    let folder = Scratch::new("w3");
    let store = open(folder.path());
    let began = Instant::now();
    fill(&store, executions, flows);
    println!("\nW3: {executions} executions, written in {:.1?}", began.elapsed());
    drop(store);
    let before = resident();
    let began = Instant::now();
    let store = open(folder.path());
    println!(
        "  opened in {:.1?}, {} bytes each on the disk",
        began.elapsed(),
        size(folder.path()) / executions
    );
    println!("  list                                             rows       p50       p99");
    let last = BEGINNING.plus((executions / 4) as i64);
    for (name, filter, page) in lists(last) {
        list(&store, name, &filter, &page);
    }
    let mebibytes = (resident().saturating_sub(before)) >> 20;
    println!("  memory taken by the open store: {mebibytes} MiB (aim 64)");
}

fn fill(store: &SqliteStore, executions: u64, flows: u64) {
    let mut maker = Maker::new(flows);
    let (told, hears) = channel();
    for number in 0..executions {
        let state = match number % 50 {
            0 => State::Failed,
            25 => State::Warning,
            _ => State::Success,
        };
        let told = told.clone();
        let done = Box::new(move |result: kapelle_store::error::Result<_>| {
            result.expect("it is written");
            told.send(()).expect("somebody hears");
        });
        store.submit(Transaction { writes: vec![maker.over(state).into()], is_urgent: true }, done);
        if number >= 4_096 {
            hears.recv().expect("a sender is here");
        }
    }
    for _ in 0..executions.min(4_096) {
        hears.recv().expect("a sender is here");
    }
}

fn lists(last: Millis) -> Vec<(&'static str, Filter, Page)> {
    let state = |state| Condition::State(BTreeSet::from([state]));
    let flow = || Condition::Flow(Test::Is("daily-report-17".to_owned()));
    let space = || Condition::Namespace(Test::Under("company.team3".to_owned()));
    let label = || Condition::Label { key: "owner".to_owned(), test: Test::Is("team-7".to_owned()) };
    let between = |from, until| Condition::Started(Range { from: Some(from), until: Some(until) });
    let middle = Millis(BEGINNING.0 + (last.0 - BEGINNING.0) / 2 / HOUR * HOUR);
    let page = || Page::newest(25);
    let deep = Page { offset: 1_000, ..Page::newest(25) };
    vec![
        ("the newest", Filter::default(), page()),
        ("the newest, with the number of all", Filter::default(), page().counted()),
        ("page 41", Filter::default(), deep.clone()),
        ("a flow, counted", Filter::of([flow()]), page().counted()),
        ("a flow, page 41", Filter::of([flow()]), deep),
        ("a namespace and all below, counted", Filter::of([space()]), page().counted()),
        ("what failed, counted", Filter::of([state(State::Failed)]), page().counted()),
        ("what failed of a flow, counted", Filter::of([flow(), state(State::Failed)]), page().counted()),
        ("what succeeded of a namespace", Filter::of([space(), state(State::Success)]), page().counted()),
        (
            "a minute long ago, failed",
            Filter::of([between(middle, middle.plus(60_000)), state(State::Failed)]),
            page(),
        ),
        ("an hour, counted", Filter::of([between(middle, middle.plus(HOUR))]), page().counted()),
        ("a label", Filter::of([label()]), page()),
        ("a label of a flow", Filter::of([label(), flow()]), page()),
        ("a label, failed", Filter::of([label(), state(State::Failed)]), page()),
        (
            "a text",
            Filter::of([Condition::Query { text: "report-17".to_owned(), is_contained: true }]),
            page(),
        ),
    ]
}

fn list(store: &SqliteStore, name: &str, filter: &Filter, page: &Page) {
    let permit = Permit::system("bench");
    let mut rows = 0;
    let mut took: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            rows = store.executions(&permit, filter, page).expect("it is a list").rows.len();
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    println!("  {name:<45} {rows:>7} {:>9.2?} {:>9.2?}", took[TIMES / 2], took[TIMES * 99 / 100]);
}

/// Bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it is there"));
    entries
        .map(|entry| {
            let about = entry.metadata().expect("it is there");
            if about.is_dir() { size(&entry.path()) } else { about.len() }
        })
        .sum()
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4_096
}
