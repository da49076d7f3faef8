//! How fast executions become durable and are found again, next to what cannot be avoided: the same bytes appended to a
//! file with one sync for each commit (the raw log), in the same run.
//!
//! `cargo bench -p kapelle-store-sqlite --bench store [-- --executions N --flows N]`, or `--in-flight N` for one line of
//! W1 alone. It prints and asserts nothing.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench measures and prints")]

mod lists;
mod made;
mod raw_log;
mod writes;

use std::path::{Path, PathBuf};

use kapelle_store_sqlite::{Options, SqliteStore};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str| -> Option<u64> {
        let given = arguments.iter().position(|argument| argument == name);
        given.and_then(|place| arguments.get(place + 1)?.parse().ok())
    };
    let (flows, in_flight) = (number("--flows").unwrap_or(200).max(1), number("--in-flight"));
    writes::one_task(flows, in_flight);
    if in_flight.is_none() {
        writes::with_a_reader(flows);
        writes::fan_out();
        lists::measure(number("--executions").unwrap_or(1_000_000), flows);
    }
}

/// A folder that is gone when the bench ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kapelle-bench-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder is ours");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).expect("the folder is ours");
    }
}

pub(crate) fn open(folder: &Path) -> SqliteStore {
    let fatal = Box::new(|why: &str| panic!("{why}"));
    SqliteStore::open(folder, Options::new(fatal)).expect("the folder is ours")
}
