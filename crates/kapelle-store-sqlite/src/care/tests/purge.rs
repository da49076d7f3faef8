//! Exactly what is old and not needed goes.

use std::collections::BTreeSet;
use std::time::Duration;

use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, Millis, State};
use kapelle_store::contract::data::World;
use kapelle_store::logs::{LogFilter, LogPage};
use kapelle_store::{Filter, Store, Write};

use super::{Scratch, all, commit, ended, line};
use crate::SqliteStore;
use crate::care::check::CheckOptions;
use crate::care::purge::{Purge, PurgeReport};
use crate::care::retention::Retention;
use crate::tests::open;

fn everyone() -> Permit {
    Permit::system("test")
}

fn purge(store: &SqliteStore, purge: &Purge) -> PurgeReport {
    store.purge_matching(&everyone(), &Filter::default(), purge, &mut all).unwrap()
}

fn is_there(store: &SqliteStore, id: ExecutionId) -> bool {
    store.header(id).unwrap().is_some()
}

/// Executions of two flows that ended one after the other.
fn two_flows(store: &SqliteStore, world: &mut World, each: usize) -> Vec<ExecutionId> {
    (0..each * 2)
        .map(|number| {
            world.now = world.now.plus(1_000);
            ended(store, world, |birth| {
                birth.flow = if number % 2 == 0 { "daily".into() } else { "import".into() }
            })
        })
        .collect()
}

#[test]
fn the_record_tells_of_each_purge_that_deletes_anything() {
    let folder = Scratch::new("told");
    let store = open(&folder.0);
    let mut world = World::new(7);
    two_flows(&store, &mut world, 60);
    let rule = Purge { at: Millis(9), keep_last: Some(3), ..Purge::default() };
    purge(&store, &Purge { is_dry_run: true, ..rule.clone() });
    assert_eq!(store.audit(0, 10), Ok(Vec::new()), "nothing was deleted");
    purge(&store, &rule);
    purge(&store, &rule);
    let records = store.audit(0, 10).unwrap();
    let told = records.iter().map(|record| {
        let entry = &record.entry;
        (entry.at, &*entry.actor, &*entry.action, &*entry.detail)
    });
    let expected = [
        (Millis(9), "system: test", "execution.purge", "but for the last 3 of each flow"),
        (Millis(9), "system: test", "execution.purge.end", "114 executions were deleted"),
    ];
    assert!(told.eq(expected), "{records:?}");
}

#[test]
fn what_ended_before_a_moment_goes_in_parts_with_its_logs() {
    let folder = Scratch::new("old");
    let store = open(&folder.0);
    let mut world = World::new(1);
    let ids = two_flows(&store, &mut world, 130);
    store.append_logs(ids.iter().map(|id| line(*id, 1)).collect()).unwrap();
    let moment = store.header(ids[230]).unwrap().unwrap().ended().unwrap();
    let rule = Purge { ended_before: Some(moment), takes_logs: true, ..Purge::default() };
    let found = purge(&store, &Purge { is_dry_run: true, ..rule.clone() });
    assert_eq!(store.count(&everyone(), &Filter::default()).unwrap().number(), 260, "nothing was deleted");
    let report = purge(&store, &rule);
    assert_eq!((report.purged, report.is_stopped), (found.purged, false));
    assert!((200..=230).contains(&report.purged), "{report:?}");
    for id in &ids {
        let ended = store.header(*id).unwrap().and_then(|header| header.ended());
        assert!(ended.is_none_or(|ended| ended >= moment));
    }
    let page = LogPage { offset: 0, size: 1_000, is_newest_first: false, is_counted: false };
    let lines = store.logs(&everyone(), &LogFilter::default(), &page).unwrap().rows.len() as u64;
    assert_eq!(lines, 260 - report.purged);
    assert!(store.check(&CheckOptions::default(), &mut all).unwrap().is_clean());
    assert_eq!(purge(&store, &rule), PurgeReport::default(), "the second time there is nothing left");
}

#[test]
fn the_last_ones_of_each_flow_stay() {
    let folder = Scratch::new("last");
    let store = open(&folder.0);
    let mut world = World::new(2);
    let ids = two_flows(&store, &mut world, 20);
    let report = purge(&store, &Purge { keep_last: Some(3), ..Purge::default() });
    assert_eq!((report.purged, report.kept), (34, 6));
    let left: Vec<_> = ids.iter().filter(|id| is_there(&store, **id)).collect();
    assert_eq!(left, ids[34..].iter().collect::<Vec<_>>());
    let report = purge(&store, &Purge { keep_last: Some(3), ..Purge::default() });
    assert_eq!((report.purged, report.kept), (0, 6), "few stay");
}

#[test]
fn what_is_needed_stays_and_is_counted_by_its_reason() {
    let folder = Scratch::new("held");
    let store = open(&folder.0);
    let mut world = World::new(3);
    let ids = two_flows(&store, &mut world, 5);
    // An open child holds the one that started it.
    let parent = kapelle_model::execution::Parent {
        execution: ids[4],
        run: kapelle_store::contract::data::index(0),
        iteration: 0,
    };
    let child = world.birth_with(|birth| birth.parent = Some(parent));
    let open_child = child.id;
    // One that has come to an end, but not to rest.
    let mut restless = world.change_to(ids[6], State::Failed);
    restless.is_at_rest = false;
    commit(&store, [Write::from(child), restless.into()]);
    let report = purge(&store, &Purge::default());
    assert_eq!(report.purged, 8);
    let reasons: Vec<_> = report.held.iter().map(|(why, number)| (*why, *number)).collect();
    assert_eq!(reasons, [("an execution that it started is not over", 1), ("it is not over", 1)]);
    assert!([ids[4], ids[6], open_child].into_iter().all(|id| is_there(&store, id)));
}

#[test]
fn only_the_states_and_names_that_are_meant_go() {
    let folder = Scratch::new("meant");
    let store = open(&folder.0);
    let mut world = World::new(4);
    let ids = two_flows(&store, &mut world, 4);
    let mut failed = world.change_to(ids[1], State::Failed);
    failed.is_at_rest = true;
    commit(&store, [failed.into()]);
    let rule = Retention {
        namespace: Some("shop".to_owned()),
        flow: Some("import".to_owned()),
        states: BTreeSet::from([State::Failed, State::Running]),
        age: Some(Duration::ZERO),
        ..Retention::default()
    };
    let means = rule.purge(Millis(i64::MAX)).unwrap();
    let report = store.purge_matching(&rule.permit(), &rule.filter(), &means, &mut all).unwrap();
    assert_eq!(report.purged, 1);
    assert!(ids.iter().all(|id| is_there(&store, *id) == (*id != ids[1])));
}

#[test]
fn a_rule_that_keeps_nothing_is_a_mistake() {
    let error = Retention::default().purge(Millis(0)).unwrap_err().to_string();
    assert!(error.contains("would delete everything"), "{error}");
}

#[test]
fn it_stops_between_two_parts_and_goes_on_the_next_time() {
    let folder = Scratch::new("parts");
    let store = open(&folder.0);
    let mut world = World::new(5);
    two_flows(&store, &mut world, 75);
    let report =
        store.purge_matching(&everyone(), &Filter::default(), &Purge::default(), &mut |_| false).unwrap();
    assert_eq!((report.purged, report.is_stopped), (100, true));
    assert_eq!(purge(&store, &Purge::default()).purged, 50);
}

#[test]
fn months_of_logs_go_but_for_those_of_what_is_open() {
    let folder = Scratch::new("months");
    let store = open(&folder.0);
    let mut world = World::new(6);
    let ids = two_flows(&store, &mut world, 1);
    let birth = world.birth();
    let open_one = birth.id;
    commit(&store, [birth.into()]);
    store.append_logs(vec![line(ids[0], 1)]).unwrap();
    let later = Millis(i64::MAX);
    store.append_logs(vec![line(open_one, 1)]).unwrap();
    let held = store.purge_logs(later).unwrap();
    assert_eq!((held.dropped.len(), held.held[0].by.as_slice()), (0, &[open_one][..]));
    commit(&store, [world.end(open_one).into()]);
    assert_eq!(store.purge_logs(later).unwrap().dropped.len(), 1);
}
