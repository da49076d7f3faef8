//! What the store has to survive: processes that die, disks that fill up or fail, power that goes.
//!
//! This program is both who judges and, started again with other arguments, who writes and dies. Without arguments it
//! tells all stories but the one of power cuts; words choose stories, `--rounds N`, `--time-box SECONDS` and `--seed N`
//! change them.

#![expect(clippy::print_stdout, reason = "it prints its figures")]
#![expect(unreachable_pub, reason = "nothing of a program can be reached from outside")]

mod arguments;
mod child;
mod differences;
mod disk;
mod full;
mod judge;
mod kill;
mod lane;
mod lines;
mod moments;
mod order;
mod power;
mod process;
mod rows;
mod sync;
mod tools;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arguments::Orders;
use kapelle_store_sqlite::{Fatal, Options};

/// Stories, and whether they are told without being asked for.
const STORIES: [(&str, bool); 6] =
    [("kill", true), ("moments", true), ("sync", true), ("order", true), ("full", true), ("power", false)];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(orders) = Orders::read(&arguments) {
        return child::run(&orders);
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return;
    }
    let number = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1)?.parse::<u64>().ok()
    };
    let seed = number("--seed").unwrap_or_else(|| std::process::id().into());
    let rounds = number("--rounds");
    let time_box = Duration::from_secs(number("--time-box").unwrap_or(60));
    let words = words(&arguments);
    println!("crash: seed {seed}");
    for (name, is_usual) in STORIES {
        if words.contains(&name) || words.is_empty() && is_usual {
            println!("crash: {name}: {}", tell(name, seed, rounds, time_box));
        }
    }
}

/// Disks of the drills are so small that what is kept free otherwise would be more than they have.
fn options(fatal: Fatal) -> Options {
    Options { reserve: 0, ..Options::new(fatal) }
}

/// The arguments that choose what is tested, as every test understands them.
fn words(arguments: &[String]) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--rounds" | "--time-box" | "--seed" | "--skip" | "--test-threads" | "--color" | "--format" => {
                rest.next();
            }
            option if option.starts_with("--") => {}
            word => words.push(word),
        }
    }
    words
}

fn tell(name: &str, seed: u64, rounds: Option<u64>, time_box: Duration) -> String {
    match name {
        "kill" => {
            let rounds = rounds.unwrap_or(8) as usize;
            kill::run(&kill::Rounds { rounds, time_box }, seed)
        }
        "moments" => moments::run(seed),
        "sync" => sync::run(seed),
        "order" => order::run(),
        "full" => full::run(),
        _ => power::run(rounds.unwrap_or(10) as usize, seed),
    }
}

/// A folder that is gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("kapelle-crash-{}-{name}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder is ours");
        Self(folder)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[expect(clippy::disallowed_methods, reason = "the time box, and the figures")]
fn now() -> Instant {
    Instant::now()
}
