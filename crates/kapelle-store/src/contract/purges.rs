//! Deleting executions: nothing of them is left, and nothing else goes.

use std::collections::BTreeSet;

use kapelle_model::execution::Parent;
use kapelle_model::permit::Permit;
use kapelle_model::{ExecutionId, State};

use super::commits::check_executions;
use super::data::{BEGINNING, LABEL_VALUES, LABELS, World, index};
use super::lists::settle;
use super::recovery::{sent, wake};
use super::{Snapshot, Subject, commit, refused};
use crate::error::{Conflict, StoreError};
use crate::filter::{Condition, Filter, Test};
use crate::listing::{Header, Page};
use crate::store::{CounterScope, Store, Values};
use crate::transaction::{OrderId, Write};

pub fn what_is_deleted_leaves_nothing(subject: impl Subject) {
    let mut world = World::new(90);
    // What comes before and after them stays.
    let mut writes: Vec<Write> = Vec::new();
    let mut doomed = Vec::new();
    for number in 0..30 {
        let birth = world.birth_with(|birth| birth.parent = None);
        let id = birth.id;
        writes.push(birth.into());
        writes.extend((0..3).map(|_| Write::from(world.change_to(id, State::Running))));
        if number % 3 == 1 {
            writes.push(world.end(id).into());
            doomed.push(id);
        }
    }
    commit(subject.store(), writes);
    let kept = world.ids().into_iter().filter(|id| !doomed.contains(id)).collect::<Vec<_>>();
    let waiting = kept.iter().zip(0..).flat_map(|(id, number)| waits(*id, number)).collect::<Vec<_>>();
    commit(subject.store(), waiting);
    let others = Snapshot::of(subject.store());
    commit(subject.store(), doomed.iter().zip(500..).flat_map(|(id, number)| waits(*id, number)));
    commit(subject.store(), [Write::Purge(doomed.clone())]);
    world.forget(&doomed);
    check_gone(subject.store(), &doomed, &others);
    let subject = subject.reopen();
    check_gone(subject.store(), &doomed, &others);
    check_executions(subject.store(), &world);
    settle(subject.store(), kept.len());
}

pub fn what_is_written_beside_a_purge_goes_on(subject: impl Subject) {
    let mut world = World::new(97);
    let old = world.birth_with(|birth| birth.parent = None);
    let doomed = old.id;
    commit(subject.store(), [old.into(), world.end(doomed).into()]);
    let before = world.birth_with(|birth| birth.parent = None);
    world.forget(&[doomed]);
    let after = world.birth_with(|birth| birth.parent = None);
    let (one, two) = (before.id, after.id);
    commit(subject.store(), [before.into(), Write::Purge(vec![doomed]), after.clone().into()]);
    check_executions(subject.store(), &world);
    let error = refused(subject.store(), [after.into()]);
    assert!(matches!(error, StoreError::Conflict(Conflict::Version { .. })), "{error}");
    commit(subject.store(), [world.change_to(two, State::Running).into(), world.end(one).into()]);
    check_executions(subject.store(), &world);
    let subject = subject.reopen();
    check_executions(subject.store(), &world);
    settle(subject.store(), 2);
}

/// A moment and an order that wait for an execution.
fn waits(id: ExecutionId, number: u32) -> [Write; 3] {
    let at = i64::from(number);
    [Write::Wake(wake(at, id)), Write::Wake(wake(at + 1, id)), Write::Order(sent(number.into(), id))]
}

fn check_gone(store: &dyn Store, doomed: &[ExecutionId], others: &Snapshot) {
    for id in doomed {
        assert_eq!(store.execution(*id, Values::Fetched), Ok(None));
        assert_eq!(store.header(*id), Ok(None));
    }
    let doomed: BTreeSet<_> = doomed.iter().copied().collect();
    let is_left = |id: &ExecutionId| !doomed.contains(id);
    let now = Snapshot::of(store);
    assert!(now.headers.iter().all(|header| is_left(&header.birth.id)));
    assert!(now.unfinished.iter().all(is_left));
    assert!(now.slots.iter().all(|(id, _)| is_left(id)));
    assert_eq!((&now.wakes, &now.orders), (&others.wakes, &others.orders));
    let headers: Vec<_> = others.headers.iter().filter(|header| is_left(&header.birth.id)).collect();
    assert!(now.headers.iter().eq(headers.iter().copied()), "the others are as they were");
    check_labels(store, &headers);
    let counted: u64 = now.counters.iter().map(|counted| counted.number).sum();
    assert_eq!(counted, headers.len() as u64);
}

/// No label leads to what is gone.
fn check_labels(store: &dyn Store, left: &[&Header]) {
    settle(store, left.len());
    for (key, value) in LABELS.iter().flat_map(|key| LABEL_VALUES.iter().map(move |value| (*key, *value))) {
        let test = Test::Is(value.to_owned());
        let filter = Filter::of([Condition::Label { key: key.to_owned(), test }]);
        let counted = store.count(&Permit::system("contract"), &filter).unwrap();
        let expected = left.iter().filter(|header| header.label(key) == Some(value)).count();
        assert_eq!(counted.number(), expected as u64, "{key}: {value}");
    }
}

pub fn what_is_not_at_rest_is_not_deleted(subject: impl Subject) {
    let mut world = World::new(91);
    let birth = world.birth_with(|birth| birth.parent = None);
    let id = birth.id;
    commit(subject.store(), [birth.into()]);
    check_held(subject.store(), &[id], id);
    // It is over, but somebody still works for it.
    let mut over = world.change_to(id, State::Success);
    over.is_at_rest = false;
    commit(subject.store(), [over.into()]);
    check_held(subject.store(), &[id], id);
    let ended = world.birth_with(|birth| birth.parent = None);
    let other = ended.id;
    commit(subject.store(), [ended.into(), world.end(other).into()]);
    check_held(subject.store(), &[other, id], id);
    commit(subject.store(), [world.end(id).into()]);
    commit(subject.store(), [Write::Purge(vec![other, id])]);
    assert_eq!(subject.store().header(id), Ok(None));
}

fn check_held(store: &dyn Store, purged: &[ExecutionId], held: ExecutionId) {
    let before = Snapshot::of(store);
    let error = refused(store, [Write::Purge(purged.to_vec())]);
    let is_held =
        matches!(&error, StoreError::Conflict(Conflict::Held { execution, .. }) if *execution == held);
    assert!(is_held, "{error:?}");
    assert_eq!(Snapshot::of(store), before);
}

pub fn what_an_open_relative_refers_to_is_not_deleted(subject: impl Subject) {
    let store = subject.store();
    let mut world = World::new(92);
    let birth = world.birth_with(|birth| birth.parent = None);
    let parent = birth.id;
    let own = Parent { execution: parent, run: index(0), iteration: 0 };
    let child_birth = world.birth_with(|birth| birth.parent = Some(own));
    let child = child_birth.id;
    commit(store, [birth.into(), child_birth.into(), world.end(child).into()]);
    check_held(store, &[child], child);
    commit(store, [world.end(parent).into()]);
    let reopened = world.change_to(child, State::Restarted);
    commit(store, [reopened.into()]);
    check_held(store, &[parent], parent);
    commit(store, [world.end(child).into(), Write::Purge(vec![parent])]);
    commit(store, [Write::Purge(vec![child])]);
    assert_eq!((store.header(parent), store.header(child)), (Ok(None), Ok(None)));
}

pub fn deleting_what_is_not_there_is_no_conflict(subject: impl Subject) {
    let mut world = World::filled(93, subject.store(), 5);
    let before = Snapshot::of(subject.store());
    commit(subject.store(), [Write::Purge(vec![world.next_id(), ExecutionId(3)])]);
    assert_eq!(Snapshot::of(subject.store()), before);
}

pub fn an_order_goes_with_the_execution_it_is_for_and_not_with_its_sender(subject: impl Subject) {
    let mut world = World::new(94);
    let birth = world.birth_with(|birth| birth.parent = None);
    let id = birth.id;
    let own = Parent { execution: id, run: index(0), iteration: 0 };
    let mut from_it = sent(1, ExecutionId(5 << 70));
    from_it.from = own;
    let to_it = sent(2, id);
    let end = world.end(id);
    commit(subject.store(), [birth.into(), end.into(), Write::Order(from_it.clone()), Write::Order(to_it)]);
    commit(subject.store(), [Write::Purge(vec![id])]);
    assert_eq!(subject.store().orders(9), Ok(vec![from_it]));
    commit(subject.store(), [Write::OrderDone(OrderId(1)), Write::OrderDone(OrderId(2))]);
    assert_eq!(subject.reopen().store().orders(9), Ok(Vec::new()));
}

pub fn an_id_that_was_deleted_can_be_born_again(subject: impl Subject) {
    let mut world = World::new(95);
    let birth = world.birth_with(|birth| birth.parent = None);
    let end = world.end(birth.id);
    let all = [birth.clone().into(), end.into(), Write::Purge(vec![birth.id]), birth.clone().into()];
    commit(subject.store(), all);
    let store = subject.store();
    settle(store, 1);
    let everybody = Permit::system("contract");
    let listed = store.executions(&everybody, &Filter::default(), &Page::newest(9)).unwrap();
    assert_eq!(listed.rows.len(), 1);
    let kept = store.execution(birth.id, Values::Fetched).unwrap();
    assert_eq!(kept, birth.apply(None));
    let (from, until) = (BEGINNING.plus(-9_000_000), BEGINNING.plus(90_000_000));
    let counted = store.counters(&everybody, &CounterScope::All, from, until).unwrap();
    assert_eq!(
        counted.iter().map(|counted| (counted.state, counted.number)).collect::<Vec<_>>(),
        [(State::Created, 1)]
    );
}
