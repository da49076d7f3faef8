//! The process that writes, and says what it was told: one line for each thing, after it was told, and never before.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use kapelle_store::error::Result;
use kapelle_store::{CommitNumber, Store, StoreError, Transaction};
use kapelle_store_sqlite::{Moment, SqliteStore};

use crate::arguments::{Death, Orders};
use crate::lane::Lane;
use crate::lines::line;
use crate::options;

/// Ends of the process that were meant to be.
pub const FATAL: i32 = 86;
pub const REFUSED: i32 = 87;

/// Log lines that are handed over in one call.
const LINES: u32 = 10;

pub fn run(orders: &Orders) {
    let store = match open(&orders.folder, orders.death) {
        Ok(store) => store,
        Err(error) => {
            say(format_args!("unusable {error}"));
            std::process::exit(REFUSED);
        }
    };
    say(format_args!("open {} {}", store.epoch().0, store.last_commit().0));
    thread::scope(|scope| {
        for number in &orders.lanes {
            scope.spawn(|| write(&store, *number, orders.in_flight, orders.transactions));
        }
        if let (true, Some(number)) = (orders.has_logs, orders.lanes.first()) {
            scope.spawn(|| log(&store, *number));
        }
    });
}

fn open(folder: &Path, death: Option<Death>) -> Result<SqliteStore> {
    let fatal = Box::new(|why: &str| {
        say(format_args!("fatal {why}"));
        std::process::exit(FATAL);
    });
    match death {
        None => SqliteStore::open(folder, options(fatal)),
        Some(Death { moment, after }) => {
            let left = AtomicU32::new(after);
            let watch = move |now: Moment| {
                if now == moment && left.fetch_sub(1, Ordering::Relaxed) == 0 {
                    std::process::abort();
                }
            };
            SqliteStore::open_watched(folder, options(fatal), Box::new(watch))
        }
    }
}

/// What became of a transaction of a lane; without a number it is one that has to be refused.
type Told = (Option<u64>, Result<CommitNumber>);

/// Writes a lane from its beginning, until something fails or so many are written.
fn write(store: &dyn Store, number: u64, in_flight: usize, transactions: u64) {
    let mut lane = Lane::new(number);
    let (told, hears): (Sender<Told>, Receiver<Told>) = channel();
    let submit = |number: Option<u64>, transaction: Transaction| {
        let told = told.clone();
        // Nobody hears any more once something failed.
        store.submit(transaction, Box::new(move |result| drop(told.send((number, result)))));
    };
    let mut open = 0;
    loop {
        while open < in_flight && lane.length < transactions {
            let number = lane.length;
            submit(Some(number), lane.next());
            open += 1;
            if number % 16 == 15 {
                submit(None, lane.spoiled());
                open += 1;
            }
        }
        if open == 0 {
            return;
        }
        match hears.recv().expect("the sender is here") {
            (Some(place), Ok(commit)) => say(format_args!("ack {number} {place} {}", commit.0)),
            (None, Err(StoreError::Conflict(_))) => {}
            (None, Ok(_)) => return say(format_args!("wrong lane {number}: a conflict was written")),
            (_, Err(error)) => return say(format_args!("refused {number} {error}")),
        }
        open -= 1;
    }
}

/// Writes log lines, and says how many of them were flushed.
fn log(store: &dyn Store, lane: u64) {
    let mut number = 0;
    loop {
        let lines = (number..number + LINES).map(|number| line(lane, number)).collect();
        number += LINES;
        match store.append_logs(lines).and_then(|()| store.flush_logs()) {
            Ok(()) => say(format_args!("logs {lane} {number}")),
            Err(error) => return say(format_args!("logs-refused {lane} {error}")),
        }
    }
}

/// One line, in one piece. Without anybody who listens there is nothing left to do.
fn say(line: std::fmt::Arguments<'_>) {
    let line = format!("{line}\n");
    let mut out = std::io::stdout().lock();
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
