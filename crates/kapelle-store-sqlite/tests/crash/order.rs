//! Between two acknowledgements of a process that has one transaction under way, a sync is completed: the system itself
//! is asked.

use std::collections::BTreeSet;
use std::process::Command;

use crate::Scratch;
use crate::arguments::Orders;
use crate::judge::History;
use crate::process::{Running, command};
use crate::tools::{run as run_tool, text};

const TRANSACTIONS: u64 = 60;

pub fn run() -> String {
    if let Err(why) = run_tool("strace", &["-o", "/dev/null", "true"]) {
        return format!("skipped: {why}");
    }
    let scratch = Scratch::new("order");
    let (folder, trace) = (scratch.path().join("data"), scratch.path().join("trace"));
    let orders = Orders { transactions: TRANSACTIONS, has_logs: false, ..Orders::new(&folder, vec![2], 1) };
    let inner = command(&orders);
    let mut traced = Command::new("strace");
    traced.args(["-f", "-y", "-e", "trace=write,fsync,fdatasync", "-o", &text(&trace)]);
    traced.arg(inner.get_program()).args(inner.get_args());
    let (lines, status) = Running::start(traced).end();
    assert!(status.success(), "{lines:?}");
    let acknowledged = check(&std::fs::read_to_string(&trace).expect("strace wrote it"));
    assert_eq!(acknowledged, TRANSACTIONS);
    let mut history = History::new(&folder);
    history.hear(&[2], &lines);
    history.judge();
    format!("{acknowledged} acknowledgements, each after a sync of its own")
}

/// How many acknowledgements there are, each of which comes after a sync that no other one came after.
fn check(trace: &str) -> u64 {
    let (mut is_synced, mut acknowledged) = (false, 0);
    // Threads whose sync has begun and is interrupted by others in the trace.
    let mut under_way = BTreeSet::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let is_sync = call.starts_with("fsync(") || call.starts_with("fdatasync(");
        if is_sync && call.contains("kapelle.db-wal>") {
            if call.contains("<unfinished") {
                under_way.insert(thread);
            } else {
                is_synced |= call.ends_with("= 0");
            }
        } else if call.contains("sync resumed>") && under_way.remove(thread) {
            is_synced |= call.ends_with("= 0");
        } else if call.starts_with("write(1<") && call.contains("\"ack ") {
            assert!(is_synced, "acknowledgement {acknowledged} came before its sync:\n{line}");
            (is_synced, acknowledged) = (false, acknowledged + 1);
        }
    }
    acknowledged
}
