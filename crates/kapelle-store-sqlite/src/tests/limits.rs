//! What is too much is refused, and nothing else suffers from it.

use kapelle_model::permit::Permit;
use kapelle_store::contract::data::World;
use kapelle_store::limits::SORTED_MAX;
use kapelle_store::listing::{By, Sort};
use kapelle_store::{Filter, Page, Store, StoreError, Transaction};
use rusqlite::Connection;

use super::{open, scratch};
use crate::connection::{READ_MAX, now};
use crate::read::InOurWords;

/// So many executions like the only one that is there.
const MULTIPLY: &str = "
    CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n;
    INSERT INTO exec SELECT id + i, check64, flow, ns, state, class, version, started, ended, rev, parent, cause, slot,
        rest, labels FROM exec CROSS JOIN n;
    INSERT INTO exec_body SELECT id + i, birth, head FROM exec_body CROSS JOIN n;
";

#[test]
fn more_than_can_be_sorted_are_listed_by_age_only() {
    let folder = scratch("sorted");
    let mut world = World::new(51);
    let mut birth = world.birth_with(|birth| {
        birth.parent = None;
        // Without secrets: what is encrypted for one opens for no other.
        (birth.inputs, birth.origin, birth.scope) = Default::default();
    });
    (birth.head.variables, birth.head.outputs) = Default::default();
    let store = open(&folder);
    (&store as &dyn Store).commit(Transaction::of([birth.into()])).unwrap();
    drop(store);
    let multiply = MULTIPLY.replace('?', &SORTED_MAX.to_string());
    Connection::open(folder.join("kapelle.db")).unwrap().execute_batch(&multiply).unwrap();

    let store = open(&folder);
    let (all, any) = (Permit::system("test"), Filter::default());
    for by in [By::Ended, By::Duration, By::State, By::Namespace, By::Flow] {
        let page = Page { sort: Sort { by, is_descending: true }, ..Page::newest(10) };
        let error = store.executions(&all, &any, &page).unwrap_err();
        assert!(matches!(&error, StoreError::Invalid(why) if why.contains("sort them by age")), "{error}");
    }
    assert_eq!(store.executions(&all, &any, &Page::newest(10)).unwrap().rows.len(), 10);
    drop(store);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_read_that_takes_too_long_is_given_up_and_the_next_one_is_not() {
    let folder = scratch("long");
    let store = open(&folder);
    let forever = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let read = |query: &str| {
        store.readers.read(|connection| connection.query_row(query, [], |row| row.get::<_, i64>(0)).ours())
    };
    let began = now();
    let error = read(forever).unwrap_err();
    assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("ask for less")), "{error}");
    assert!(began.elapsed() >= READ_MAX);
    assert_eq!(read("SELECT 7"), Ok(7));
    drop(store);
    std::fs::remove_dir_all(&folder).unwrap();
}
