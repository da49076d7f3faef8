//! A storm: a process that runs flows is killed again and again. In the end everything that was acknowledged is over,
//! nothing was lost, and nothing was done twice that may not be.
//!
//! This program is both: without arguments it kills, with a folder it is the one that works and is killed.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]
#![expect(clippy::print_stdout, reason = "it tells what it did")]
#![expect(clippy::disallowed_methods, reason = "it decides when to kill")]

mod flows;
mod verdict;
mod worker;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often it is killed, unless somebody says otherwise.
const ROUNDS: u32 = 12;

/// How long the last process may take to finish everything.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["work", folder, count] => worker::work(&PathBuf::from(folder), count.parse().unwrap()),
        ["--rounds", rounds] => storm(rounds.parse().unwrap()),
        // What test runners ask for.
        ["--list", ..] => println!("storm: test"),
        _ => storm(ROUNDS),
    }
}

fn storm(rounds: u32) {
    let folder = std::env::temp_dir().join(format!("kapelle-storm-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let count = rounds * 4;
    let began = Instant::now();
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64 ^ u64::from(std::process::id());
    for _ in 0..rounds {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        let mut child = spawn(&folder, count);
        std::thread::sleep(Duration::from_millis(30 + chance % 400));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut last = spawn(&folder, count);
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = last.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            last.kill().unwrap();
            verdict::judge(&folder);
            panic!("after {PATIENCE:?} not everything is over; see {}", folder.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "the last process failed: {status}; see {}", folder.display());
    let verdict = verdict::judge(&folder);
    println!("storm: {rounds} kills, {verdict}, {:.1} s", began.elapsed().as_secs_f64());
    std::fs::remove_dir_all(&folder).unwrap();
}

fn spawn(folder: &std::path::Path, count: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .arg("work")
        .arg(folder)
        .arg(count.to_string())
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}
