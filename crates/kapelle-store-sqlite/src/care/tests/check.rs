//! Whatever is damaged is found, and named.

use std::fs;

use kapelle_model::permit::Permit;
use kapelle_store::Store;
use kapelle_store::filter::Filter;
use kapelle_store::listing::{Header, Page};

use super::{Filled, all, commit};
use crate::care::check::{CheckOptions, CheckReport};

fn check(store: &Filled) -> CheckReport {
    store.check(&CheckOptions::default(), &mut all).unwrap()
}

fn found(report: &CheckReport) -> String {
    report.findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sound_store_has_no_findings() {
    let store = Filled::new("sound");
    for is_quick in [false, true] {
        let report = store.check(&CheckOptions { is_quick, ..CheckOptions::default() }, &mut all).unwrap();
        assert!(report.is_clean(), "{}", found(&report));
        assert_eq!(report.executions, store.world.executions.len() as u64);
        assert!(report.rows > 30);
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let id = "(SELECT min(exec) FROM task_run)";
    for (what, change, words) in [
        ("the head", format!("UPDATE exec_body SET head = x'63' WHERE id = {id}"), "execution "),
        ("the birth", format!("UPDATE exec_body SET birth = x'00' WHERE id = {id}"), "execution "),
        ("a task run", format!("UPDATE task_run SET data = x'017b7b' WHERE exec = {id}"), "execution "),
        ("a document", "UPDATE document SET data = x'09'".to_owned(), "the value `k`"),
        ("a flow", "UPDATE flow_rev SET source = x'00ff'".to_owned(), "revision 1 of flow `hello`"),
        ("the state", "UPDATE exec SET state = 3 WHERE state = 6".to_owned(), "its column `state` says 3"),
        ("a label", "DELETE FROM label".to_owned(), "lists do not find it"),
        ("an entry", "UPDATE audit SET actor = 'bob' WHERE number = 3".to_owned(), "entry 3 of the record"),
        ("a gap", "DELETE FROM audit WHERE number = 3".to_owned(), "the 1 entries before it are missing"),
        ("no body", format!("DELETE FROM exec_body WHERE id = {id}"), "executions without a body: 1 rows"),
        ("runs", "INSERT INTO task_run VALUES (17, 1, x'00')".to_owned(), "1 rows of table `task_run`"),
        ("moments", "INSERT INTO wake VALUES (1, 17, 0, 0, 4)".to_owned(), "1 rows of table `wake`"),
    ] {
        let mut store = Filled::new("damaged");
        store.tamper(&change);
        let found = found(&check(&store));
        assert!(found.contains(words), "{what}: {found}");
    }
}

/// It hid all others.
#[test]
fn an_execution_that_cannot_be_read_stays_in_lists_and_says_so() {
    for column in ["head", "birth"] {
        let mut store = Filled::new("spoilt");
        let list = |store: &Filled| {
            let page = Page::newest(1_000);
            store.executions(&Permit::system("a test"), &Filter::default(), &page).unwrap().rows
        };
        let before = list(&store);
        store.tamper(&format!(
            "UPDATE exec_body SET {column} = x'ffffff' WHERE id = (SELECT min(id) FROM exec)"
        ));
        let after = list(&store);
        let seen = |header: &Header| (header.birth.id, header.head.history.current(), header.head.version);
        assert_eq!(after.iter().map(seen).collect::<Vec<_>>(), before.iter().map(seen).collect::<Vec<_>>());
        let (spoilt, others) = after.split_last().unwrap();
        assert_eq!(others, &before[..others.len()]);
        assert_eq!(&*spoilt.head.labels[0].0, "system.unreadable");
    }
}

#[test]
fn a_large_value_that_is_missing_or_changed_is_found_unless_in_haste() {
    let store = Filled::new("values");
    let [value] = &store.values()[..] else { panic!("there is one") };
    let mut bytes = fs::read(value).unwrap();
    bytes[100] ^= 1;
    fs::write(value, bytes).unwrap();
    let id = store.large.to_string();
    let report = check(&store);
    assert!(report.findings.len() == 1 && report.findings[0].what.contains(&id), "{}", found(&report));
    fs::remove_file(value).unwrap();
    assert_eq!(check(&store).findings.len(), 1);
    let quick = CheckOptions { is_quick: true, ..CheckOptions::default() };
    assert!(store.check(&quick, &mut all).unwrap().is_clean());
}

#[test]
fn values_without_an_execution_are_told_with_their_bytes_and_removed_on_demand() {
    let store = Filled::new("orphans");
    let other = kapelle_model::ExecutionId(99 << 64 | 1);
    let folder = store.folder.join("files/values").join(&other.to_string()[..6]).join(other.to_string());
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("a"), [0; 1_000]).unwrap();
    let report = check(&store);
    assert_eq!((report.orphan_bytes, report.repaired), (1_000, 0));
    assert!(report.findings[0].what.contains(&other.to_string()), "{}", found(&report));
    let long_ago = CheckOptions { written_before: Some(std::time::UNIX_EPOCH), ..CheckOptions::default() };
    assert!(store.check(&long_ago, &mut all).unwrap().is_clean(), "it may be on its way");
    let removes = CheckOptions { removes_orphans: true, ..CheckOptions::default() };
    assert_eq!(store.check(&removes, &mut all).unwrap().repaired, 1);
    assert!(!folder.exists() && check(&store).is_clean());
}

#[test]
fn counters_that_drift_are_told_with_numbers_and_put_right_on_demand() {
    let mut store = Filled::new("counters");
    store.tamper(
        "UPDATE counter SET n = n + 5 WHERE scope = (SELECT min(scope) FROM counter);
         INSERT INTO counter VALUES (2, 9, 6, 1);
         DELETE FROM counter WHERE scope = (SELECT max(scope) FROM counter);",
    );
    let report = check(&store);
    assert!(report.findings.len() > 3, "{}", found(&report));
    let wrong = found(&report);
    assert!(wrong.contains("it says 1, and there are 0") && wrong.contains("--repair-counters"), "{wrong}");
    let repairs = CheckOptions { repairs_counters: true, ..CheckOptions::default() };
    let repaired = store.check(&repairs, &mut all).unwrap();
    assert_eq!(repaired.repaired, report.findings.len() as u64);
    assert!(check(&store).is_clean());
    // The writer goes on from there.
    let birth = store.world.birth();
    commit(&store, [birth.into()]);
    assert!(check(&store).is_clean());
}

#[test]
fn a_broken_file_is_a_finding() {
    let mut store = Filled::new("file");
    let (_, path) = store.logs.paths().remove(0);
    store.close();
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 8_192;
    bytes[last..].fill(0x55);
    fs::write(&path, bytes).unwrap();
    store.reopen();
    let report = check(&store);
    assert!(!report.is_clean() && found(&report).contains(".db`"), "{}", found(&report));
}

#[test]
fn it_ends_when_nobody_wants_more() {
    let store = Filled::new("stopped");
    let error = store.check(&CheckOptions::default(), &mut |step| step.what != "task runs").unwrap_err();
    assert!(error.to_string().contains("stopped"), "{error}");
}
