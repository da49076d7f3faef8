//! Transactions: all or nothing, in order, found once they are acknowledged.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use kapelle_model::execution::Child;
use kapelle_model::time::Millis;
use kapelle_model::{ExecutionId, State};

use super::audits::entry;
use super::data::{World, header, index};
use super::documents::{document, put};
use super::files::file;
use super::flows::revision;
use super::recovery::{sent, wake};
use super::{Snapshot, Subject, commit, refused};
use crate::document::{Document, Kind};
use crate::error::{Conflict, Result, StoreError};
use crate::store::{Store, Values};
use crate::transaction::{CommitNumber, Once, OnceKind, OrderId, Over, Transaction, Write};

pub fn a_delta_is_found_once_it_is_acknowledged(subject: impl Subject) {
    let mut world = World::new(1);
    let birth = world.birth();
    let id = birth.id;
    let first = commit(subject.store(), [birth.into()]);
    check_executions(subject.store(), &world);
    let second = commit(subject.store(), [world.change_to(id, State::Running).into()]);
    assert!(first < second, "{first:?} {second:?}");
    check_executions(subject.store(), &world);
    let subject = subject.reopen();
    check_executions(subject.store(), &world);
    assert!(subject.store().last_commit() >= second);
}

pub fn an_id_that_only_begins_like_another_finds_nothing(subject: impl Subject) {
    let mut world = World::new(2);
    let birth = world.birth();
    let id = birth.id;
    commit(subject.store(), [birth.into()]);
    for other in [ExecutionId(id.0 ^ 1), ExecutionId(id.0 ^ 1 << 100), ExecutionId(7)] {
        assert_eq!(subject.store().execution(other, Values::Fetched), Ok(None), "{other}");
        assert_eq!(subject.store().header(other), Ok(None), "{other}");
    }
}

pub fn a_change_that_does_not_follow_is_refused(subject: impl Subject) {
    let mut world = World::new(3);
    let birth = world.birth();
    let id = birth.id;
    let second = world.change_to(id, State::Running);
    commit(subject.store(), [birth.clone().into(), second.clone().into()]);
    let third = world.change_to(id, State::Paused);
    let fourth = world.change_to(id, State::Success);
    let mut unborn = third.clone();
    unborn.id = world.next_id();
    let before = Snapshot::of(subject.store());
    for (name, delta, kept) in [
        ("gap", fourth.clone(), Some(2)),
        ("repeat", second, Some(2)),
        ("born twice", birth, Some(2)),
        ("never born", unborn, None),
    ] {
        let (execution, written) = (delta.id, delta.head.version);
        let expected = StoreError::Conflict(Conflict::Version { execution, kept, written });
        assert_eq!(refused(subject.store(), [delta.into()]), expected, "{name}");
        assert_eq!(Snapshot::of(subject.store()), before, "{name}");
    }
    commit(subject.store(), [third.into(), fourth.into()]);
    check_executions(subject.store(), &world);
}

pub fn a_refused_transaction_changes_nothing(subject: impl Subject) {
    let mut world = World::filled(4, subject.store(), 10);
    let old = document(Kind::Value, "shop", "old", Some(Millis(3)));
    commit(subject.store(), [put(&old, Over::Nothing), Write::Flow(revision("main", "shop", "old", 1))]);
    let id = world.any_id();
    let mut stray = world.change_to(id, State::Running);
    stray.head.version += 7;
    let good = good_writes(&mut World::new(44), &old);
    let before = Snapshot::of(subject.store());
    for place in 0..=good.len() {
        let mut writes = good.clone();
        writes.insert(place, stray.clone().into());
        let error = refused(subject.store(), writes);
        assert!(matches!(error, StoreError::Conflict(Conflict::Version { .. })), "{error}");
        assert_eq!(Snapshot::of(subject.store()), before, "bad write at {place}");
        assert_eq!(subject.store().once(OnceKind::Request, "new"), Ok(None));
    }
    let subject = subject.reopen();
    assert_eq!(Snapshot::of(subject.store()), before);
    commit(subject.store(), good);
    assert_ne!(Snapshot::of(subject.store()), before);
}

/// One of each kind that can be written.
fn good_writes(world: &mut World, old: &Document) -> Vec<Write> {
    let birth = world.birth_with(|birth| birth.parent = None);
    let id = birth.id;
    let end = world.end(id);
    let other = document(Kind::Trigger, "shop", "new", Some(Millis(5)));
    let (kind, until) = (OnceKind::Request, Millis(9));
    vec![
        birth.into(),
        Write::Wake(wake(3, id)),
        Write::Order(sent(1, id)),
        put(&other, Over::Nothing),
        put(old, Over::Version(1)),
        Write::Remove { key: old.key.clone(), over: Over::Version(2) },
        Write::Once(Once { kind, key: "new".to_owned(), result: vec![1], until }),
        Write::Flow(revision("main", "shop", "new", 1)),
        Write::Flow(revision("main", "shop", "old", 2)),
        Write::File(Box::new(file("main", "shop", "a.txt", 1))),
        Write::Audit(entry("ann", 1)),
        Write::Woken(wake(3, id)),
        Write::OrderDone(OrderId(1)),
        end.into(),
        Write::Purge(vec![id]),
    ]
}

pub fn a_write_sees_those_before_it(subject: impl Subject) {
    let store = subject.store();
    let kept = document(Kind::State, "team", "kept", None);
    let mut writes = vec![put(&kept, Over::Nothing), Write::Flow(revision("main", "shop", "old", 1))];
    writes.extend(good_writes(&mut World::new(55), &kept));
    let before = Snapshot::of(store);
    commit(store, writes);
    let after = Snapshot::of(store);
    assert_eq!(after.executions, before.executions, "it was born and deleted");
    assert_eq!((after.wakes, after.orders), (Vec::new(), Vec::new()));
    assert_eq!(store.document(&kept.key), Ok(None));

    let once = Once { kind: OnceKind::Occurrence, key: "o".to_owned(), result: vec![7], until: Millis(1) };
    let twice = refused(store, [Write::Once(once.clone()), Write::Once(once)]);
    assert_eq!(twice, StoreError::Conflict(Conflict::Happened { result: vec![7] }));
    assert_eq!(store.once(OnceKind::Occurrence, "o"), Ok(None));

    let mut world = World::new(5);
    let birth = world.birth();
    let id = birth.id;
    let mut writes = vec![Write::from(birth)];
    writes.extend((0..20).map(|_| Write::from(world.change_to(id, State::Paused))));
    commit(store, writes);
    check_executions(store, &world);
}

pub fn what_many_threads_commit_is_found(subject: impl Subject) {
    let worlds: Vec<_> = thread::scope(|scope| {
        let store = subject.store();
        let threads: Vec<_> =
            (10..14).map(|seed| scope.spawn(move || commit_alone(store, World::new(seed)))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (world, last) in &worlds {
        check_executions(subject.store(), world);
        assert!(subject.store().last_commit() >= *last);
    }
    let subject = subject.reopen();
    for (world, _) in &worlds {
        check_executions(subject.store(), world);
    }
}

/// Commits many changes one after the other; the numbers of the commits grow.
fn commit_alone(store: &dyn Store, mut world: World) -> (World, CommitNumber) {
    let mut last = CommitNumber(0);
    for _ in 0..60 {
        let transaction = Transaction::of([world.step().into()]);
        let transaction = if world.dice.percent(30) { transaction.urgent() } else { transaction };
        let number = store.commit(transaction).unwrap();
        assert!(number > last, "{number:?} after {last:?}");
        last = number;
    }
    (world, last)
}

pub fn many_on_their_way_are_all_told(subject: impl Subject) {
    let mut world = World::new(6);
    let (told, hears) = mpsc::channel();
    for number in 0..300 {
        let told = told.clone();
        let transaction = Transaction::of([world.birth().into()]);
        subject.store().submit(transaction, Box::new(move |result| told.send((number, result)).unwrap()));
    }
    drop(told);
    let mut numbers: Vec<_> = hears.iter().map(|(number, result)| result.map(|_| number).unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
    check_executions(subject.store(), &world);
}

pub fn random_histories_leave_what_their_changes_say(subject: impl Subject) {
    let mut world = World::new(7);
    for _ in 0..120 {
        let size = world.dice.below(8) + 1;
        let writes: Vec<_> = (0..size).map(|_| Write::from(world.step())).collect();
        commit(subject.store(), writes);
    }
    check_executions(subject.store(), &world);
    let subject = subject.reopen();
    check_executions(subject.store(), &world);
}

pub fn removed_task_runs_go_with_their_children(subject: impl Subject) {
    let mut world = World::new(8);
    let birth = world.birth();
    let mut second = world.change_to(birth.id, State::Running);
    second.runs = (0..4).map(|number| world.run(number)).collect();
    second.removed.clear();
    second.children = (0..4).map(|number| ((index(number), 7), Child::new(ExecutionId(9)))).collect();
    let mut third = second.clone();
    third.head.version += 1;
    third.runs = vec![second.runs[2].clone()];
    third.children = vec![((index(2), 8), Child::new(ExecutionId(9)))];
    third.removed = vec![index(1), index(2)];
    let id = birth.id;
    commit(subject.store(), [birth.into(), second.into(), third.into()]);
    let subject = subject.reopen();
    let kept = subject.store().execution(id, Values::Fetched).unwrap().unwrap();
    assert_eq!(kept.runs.iter().map(|run| run.index).collect::<Vec<_>>(), [index(0), index(2), index(3)]);
    let children: Vec<_> = kept.children.keys().copied().collect();
    assert_eq!(children, [(index(0), 7), (index(2), 8), (index(3), 7)]);
}

pub fn who_hears_an_answer_may_submit_again(subject: impl Subject + Send + Sync + 'static) {
    let mut world = World::new(9);
    let births: Vec<_> = (0..50).map(|_| Transaction::of([world.birth().into()])).collect();
    let subject = Arc::new(subject);
    let (told, hears) = mpsc::channel();
    submit_all(&subject, births.into_iter(), told);
    assert_eq!(hears.iter().map(Result::unwrap).count(), 50);
    check_executions(subject.store(), &world);
    // Threads of the store must not be those that close it.
    while Arc::strong_count(&subject) > 1 {
        thread::yield_now();
    }
}

/// Submits the first, and the others from within the answer.
fn submit_all<S: Subject + Send + Sync + 'static>(
    subject: &Arc<S>,
    mut rest: std::vec::IntoIter<Transaction>,
    told: Sender<Result<CommitNumber>>,
) {
    let Some(first) = rest.next() else { return };
    let again = Arc::clone(subject);
    let done = move |result| {
        told.send(result).unwrap();
        submit_all(&again, rest, told);
    };
    subject.store().submit(first, Box::new(done));
}

/// All executions of a world are kept as they are.
pub(super) fn check_executions(store: &dyn Store, world: &World) {
    for (id, execution) in &world.executions {
        assert_eq!(store.execution(*id, Values::Fetched).unwrap().as_ref(), Some(execution), "{id}");
        assert_eq!(store.header(*id).unwrap(), Some(header(execution)), "{id}");
    }
}
