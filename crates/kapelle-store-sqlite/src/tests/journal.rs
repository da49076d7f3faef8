//! What waits in the journal is found, whatever becomes of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kapelle_model::permit::Permit;
use kapelle_model::{History, Millis, State};
use kapelle_store::contract::Snapshot;
use kapelle_store::contract::data::World;
use kapelle_store::filter::{Condition, Range};
use kapelle_store::store::Values;
use kapelle_store::transaction::Wake;
use kapelle_store::{Filter, Page, Store, StoreError, Transaction, Write};
use rusqlite::Connection;

use super::{open, scratch};
use crate::{Moment, Options, SqliteStore};

fn database(folder: &Path) -> PathBuf {
    folder.join("kapelle.db")
}

fn change(folder: &Path, sql: &str) {
    Connection::open(database(folder)).unwrap().execute_batch(sql).unwrap();
}

/// A store that has lost its folder to another owner once this is set, right after a commit: so nothing can be worked in
/// any more.
fn open_to_be_fenced(folder: &Path, is_lost: &Arc<AtomicBool>) -> SqliteStore {
    let (path, is_lost) = (folder.to_owned(), Arc::clone(is_lost));
    let watch = move |moment| {
        if moment == Moment::Committed && is_lost.swap(false, Ordering::AcqRel) {
            change(&path, "UPDATE meta SET value = value + 1 WHERE key = 'epoch'");
        }
    };
    let fatal = Box::new(|why: &str| panic!("{why}"));
    SqliteStore::open_watched(folder, Options::new(fatal), Box::new(watch)).unwrap()
}

#[test]
fn what_cannot_be_worked_in_is_found_all_the_same() {
    let (folder, is_lost) = (scratch("stuck"), Arc::new(AtomicBool::new(false)));
    let store = open_to_be_fenced(&folder, &is_lost);
    let all: &dyn Store = &store;
    let mut world = World::filled(41, all, 20);
    let birth = world.birth();
    let id = birth.id;
    let end = world.end(id);
    let wake = Wake { at: Millis(7), execution: id, due: kapelle_model::event::Due::Start };
    is_lost.store(true, Ordering::Release);
    all.commit(Transaction::of([birth.into(), end.into(), Write::Wake(wake)])).unwrap();

    let again = all.commit(Transaction::of([world.birth().into()]));
    assert!(matches!(again, Err(StoreError::Fenced { .. })), "{again:?}");
    let found = all.execution(id, Values::Fetched).unwrap().unwrap();
    assert_eq!((&found, found.state()), (&world.executions[&id], State::Success));
    assert_eq!(all.wakes(Millis(7), 10), Ok(vec![wake]));
    let before = Snapshot::of(all);
    assert_eq!(before.headers.len(), 21);
    drop(store);

    let store = open(&folder);
    assert_eq!(Snapshot::of(&store), before, "and it is worked in by the next owner");
    let left: i64 = Connection::open(database(&folder))
        .unwrap()
        .query_row("SELECT count(*) FROM journal", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
    drop(store);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_was_created_at_another_moment_than_its_id_says_is_found_by_its_time() {
    for is_beside_a_purge in [false, true] {
        let folder = scratch("skew");
        let store = open(&folder);
        let all: &dyn Store = &store;
        let mut delta = World::new(43).birth_with(|birth| birth.parent = None);
        let moment = Millis(1_000_000_000_000);
        delta.head.history = History::new(State::Created, moment);
        let purge = is_beside_a_purge.then(|| Write::Purge(Vec::new()));
        all.commit(Transaction::of([delta.into()].into_iter().chain(purge))).unwrap();
        let range = Range { from: Some(moment), until: Some(moment.plus(1)) };
        let found = |store: &dyn Store| {
            let filter = Filter::of([Condition::Started(range)]);
            store.executions(&Permit::system("test"), &filter, &Page::newest(10)).unwrap().rows.len()
        };
        assert_eq!(found(all), 1, "beside a purge: {is_beside_a_purge}");
        drop(store);
        assert_eq!(found(&open(&folder)), 1, "beside a purge: {is_beside_a_purge}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[test]
fn what_cannot_be_read_stops_the_opening() {
    let folder = scratch("broken");
    drop(open(&folder));
    for (data, why) in [
        ("x''", "a form that this version does not know"),
        ("x'02'", "a form that this version does not know"),
        ("x'0109'", "it is of kind 9"),
        ("x'010300'", "it ends too early"),
        ("'text'", "it has no bytes"),
    ] {
        change(&folder, &format!("INSERT OR REPLACE INTO journal (number, data) VALUES (77, {data})"));
        let fatal = Box::new(|why: &str| panic!("{why}"));
        let error = SqliteStore::open(&folder, Options::new(fatal)).err().unwrap().to_string();
        assert!(error.contains("commit 77") && error.contains(why), "{data}: {error}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
