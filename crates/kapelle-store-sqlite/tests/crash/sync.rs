//! A sync that fails once: the process ends with the reason, and the next one finds all that was acknowledged.

use std::path::Path;

use kapelle_store::contract::Dice;

use crate::Scratch;
use crate::arguments::Orders;
use crate::child::{FATAL, REFUSED};
use crate::judge::History;
use crate::process::{Running, command};
use crate::tools::build;

/// Files whose sync fails, and after how many syncs: at least, and less than. The database is synced when the log is
/// worked into it. The first syncs of the log belong to the opening.
const FILES: [(&str, usize, usize); 4] =
    [("kapelle.db-wal", 5, 20), ("kapelle.db", 0, 1), ("kapelle.db-wal", 5, 100), ("kapelle.db-wal", 0, 1)];

/// More than it takes.
const TRANSACTIONS: u64 = 5_000;

pub fn run(seed: u64) -> String {
    let library = match build("fail_sync.c", &["-shared", "-fPIC", "-ldl"]) {
        Ok(library) => library,
        Err(why) => return format!("skipped: {why}"),
    };
    let (scratch, mut dice) = (Scratch::new("sync"), Dice::new(seed));
    let mut history = History::new(scratch.path());
    // It has to be there, or its creation is what fails.
    history.judge();
    for (lane, (file, least, most)) in (1..).zip(FILES) {
        fail_once(&mut history, scratch.path(), &library, lane, (file, least + dice.below(most - least)));
    }
    let _gone = std::fs::remove_file(library);
    format!("{} syncs failed, {}", FILES.len(), history.judge_all())
}

fn fail_once(history: &mut History, folder: &Path, library: &Path, lane: u64, (file, after): (&str, usize)) {
    let orders =
        Orders { transactions: TRANSACTIONS, has_logs: false, ..Orders::new(folder, vec![lane], 20) };
    let mut command = command(&orders);
    command.env("LD_PRELOAD", library);
    command.env("CRASH_SYNC_ENDING", file).env("CRASH_SYNC_AFTER", after.to_string());
    let (lines, status) = Running::start(command).end();
    // With the very first sync of the log, the folder is not opened at all.
    let (code, word) =
        if (file, after) == ("kapelle.db-wal", 0) { (REFUSED, "unusable ") } else { (FATAL, "fatal ") };
    assert_eq!(status.code(), Some(code), "sync {after} of {file} failed: {lines:?}");
    let reason = lines.iter().find_map(|line| line.strip_prefix(word));
    assert!(reason.is_some_and(|reason| reason.contains("disk")), "{lines:?}");
    history.hear(&[lane], &lines);
    history.judge();
}
