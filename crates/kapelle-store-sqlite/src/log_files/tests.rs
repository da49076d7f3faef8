//! What holds for logs and metrics, tried with lines by chance against a filter in memory.

mod lists;
mod metrics;
mod removal;
mod trouble;
mod writing;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use kapelle_model::effect::Level;
use kapelle_model::permit::{Actor, Namespaces};

use super::*;
use kapelle_model::task_run::RunIndex;

/// 2026-03-01T00:00Z, and lengths of time.
const MARCH: i64 = 1_772_323_200_000;
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A folder of a test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("kapelle-logs-{}-{count}", std::process::id()));
        let _not_there = std::fs::remove_dir_all(&path);
        Self(path)
    }

    fn open(&self) -> LogFiles {
        LogFiles::open(&self.0).unwrap()
    }

    fn file(&self, month: &str) -> PathBuf {
        self.0.join(format!("{month}.db"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

/// Numbers by chance, the same ones each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len() as u64) as usize]
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) == 0).then(|| make(self))
    }
}

fn system() -> Permit {
    Permit::system("test")
}

fn line(at: i64, execution: u128, number: u32, message: &str) -> LogLine {
    LogLine {
        at: Millis(at),
        tenant: "main".into(),
        namespace: "team".into(),
        flow: "daily".into(),
        execution: Some(ExecutionId(execution)),
        trigger: None,
        task: Some("load".into()),
        run: RunIndex(1.try_into().unwrap()).into(),
        attempt: 0,
        number,
        level: Level::Info,
        message: message.into(),
    }
}

fn without_execution(line: LogLine) -> LogLine {
    LogLine { execution: None, run: None, task: None, trigger: Some("nightly".into()), ..line }
}

fn oldest(offset: u64, size: u32) -> LogPage {
    LogPage { offset, size, is_newest_first: false, is_counted: true }
}

fn messages(files: &LogFiles, filter: &LogFilter) -> Vec<String> {
    let listing = files.logs(&system(), filter, &oldest(0, 1_000)).unwrap();
    listing.rows.iter().map(|line| line.message.to_string()).collect()
}

/// Lines of a few executions and triggers in three months, many of them at the same moment.
fn lines_by_chance(chance: &mut Chance, count: u32) -> Vec<LogLine> {
    (0..count).map(|number| line_by_chance(chance, number)).collect()
}

fn line_by_chance(chance: &mut Chance, number: u32) -> LogLine {
    let of = chance.below(12);
    let at = MARCH + chance.below(40) as i64 * 2 * DAY + chance.below(3) as i64;
    let execution = (of > 2).then_some(ExecutionId(u128::from(of) << 64 | 7));
    let mut one = |of: &[&str]| -> Arc<str> { chance.one(of).into() };
    let message = one(&["Straße", "STRASSE fertig", "İstanbul", "done", "", "über 100%", "Σίσυφος", "a_b%c"]);
    let (task, trigger) = (one(&["load", "Load", "clean", "größe"]), one(&["nightly", "hook"]));
    LogLine {
        at: Millis(at),
        tenant: ["main", "other"][of as usize % 2].into(),
        namespace: ["team", "team.a", "teams", "shop"][of as usize % 4].into(),
        flow: ["daily", "weekly", "Daily"][of as usize % 3].into(),
        execution,
        trigger: (execution.is_none() || chance.below(4) == 0).then_some(trigger),
        task: (execution.is_some() && chance.below(5) > 0).then_some(task),
        run: (execution.is_some() && chance.below(5) > 0)
            .then(|| RunIndex((chance.below(3) as u32 + 1).try_into().unwrap())),
        attempt: chance.below(2) as u32,
        number,
        level: level_by_chance(chance),
        message,
    }
}

fn level_by_chance(chance: &mut Chance) -> Level {
    *chance.one(&[&Level::Trace, &Level::Debug, &Level::Info, &Level::Warn, &Level::Error])
}

fn permits() -> [Permit; 4] {
    let under = |roots: &[&str]| Namespaces::Under(roots.iter().map(|root| Arc::from(*root)).collect());
    let of = |namespaces| Permit::new("main".into(), namespaces, Actor::Named("ann".into()));
    [system(), system().within("other".into()), of(under(&["team"])), of(under(&["shop", "team.a"]))]
}
