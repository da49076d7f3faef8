//! Replays executions that a real server recorded, and compares what becomes of them.
//!
//! The recorded cases are not part of this repository; where they are absent there is nothing to replay. With
//! `--nocapture` the first differences of each case are told.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use jiff::Timestamp;
use kapelle_sim::golden::case::{self, Case};
use kapelle_sim::golden::differences::{Difference, judge};
use kapelle_sim::golden::explained::{self, Explained};
use kapelle_sim::golden::replay::replay;

const CASES: &str = "../../../shared/conformance/golden/cases.jsonl.gz";
const TABLE: &str = include_str!("../golden/expected-differences.tsv");

/// Equal and explained cases that were reached; fewer are a step back.
const REACHED: usize = 695;

/// Differences of one case that are told.
const TOLD_MAX: usize = 6;

/// The moment at which every case begins, 2026-01-15 at 10 o'clock.
const MOMENT: Timestamp = Timestamp::constant(1_768_471_200, 0);

/// What became of a case.
enum Verdict {
    Equal,
    Explained,
    Different(Vec<Difference>),
    Broken(String),
}

fn run(case: &Case, table: &[Explained]) -> Verdict {
    let seen = match catch_unwind(AssertUnwindSafe(|| replay(case, MOMENT))) {
        Ok(seen) => seen,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            return Verdict::Broken(
                text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).into())).unwrap_or_default(),
            );
        }
    };
    let found: Vec<Difference> =
        judge(&case.expect, &seen).into_iter().filter(|found| !found.is_soft).collect();
    if found.is_empty() {
        Verdict::Equal
    } else if found.iter().all(|found| explained::explains(table, &case.id, found)) {
        Verdict::Explained
    } else {
        Verdict::Different(found)
    }
}

#[test]
fn recorded_executions_come_out_the_same() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASES);
    let Ok(packed) = std::fs::read(&path) else {
        println!("golden: there are no recorded cases here");
        return;
    };
    let cases = case::read(&packed).unwrap();
    let table = explained::read(TABLE).unwrap();
    let (mut equal, mut explained, mut different) = (0, 0, 0);
    for case in &cases {
        match run(case, &table) {
            Verdict::Equal => equal += 1,
            Verdict::Explained => explained += 1,
            Verdict::Different(found) => {
                different += 1;
                found.iter().take(TOLD_MAX).for_each(|found| println!("{} {}", case.id, told(found)));
            }
            Verdict::Broken(text) => {
                different += 1;
                println!("{} broken: {text}", case.id);
            }
        }
    }
    println!("golden: {equal} equal, {explained} explained, {different} different");
    assert!(equal + explained >= REACHED, "{REACHED} cases came out the same before");
}

fn told(found: &Difference) -> String {
    let short = |value: &Option<serde_json::Value>| match value {
        Some(value) => value.to_string().chars().take(300).collect(),
        None => "nothing".to_owned(),
    };
    format!("{}: wanted {}, got {}", found.path, short(&found.wanted), short(&found.got))
}
