//! What the next owner has to know: what is open, what has shares, what waits for a moment, what has to be carried out.

use std::collections::BTreeSet;

use kapelle_model::ExecutionId;
use kapelle_model::event::{Due, Order};
use kapelle_model::execution::{Parent, Slot};
use kapelle_model::time::Millis;

use super::data::{World, index};
use super::{Dice, Subject, commit};
use crate::store::Store;
use crate::transaction::{OrderId, Sent, Wake, Write};

pub fn what_is_open_is_told_by_age(subject: impl Subject) {
    let mut world = World::new(20);
    for _ in 0..60 {
        let writes: Vec<_> = (0..5).map(|_| Write::from(world.step())).collect();
        commit(subject.store(), writes);
        check_unfinished(subject.store(), &world);
    }
    check_unfinished(subject.reopen().store(), &world);
}

fn check_unfinished(store: &dyn Store, world: &World) {
    let expected: Vec<_> = world.ids().into_iter().filter(|id| !world.at_rest.contains(id)).collect();
    assert_eq!(pages(|after| store.unfinished(after, 7).unwrap(), |id| *id), expected);
}

pub fn shares_of_limits_are_told_by_age(subject: impl Subject) {
    let mut world = World::new(21);
    for _ in 0..60 {
        let writes: Vec<_> = (0..5).map(|_| Write::from(world.step())).collect();
        commit(subject.store(), writes);
        check_slots(subject.store(), &world);
    }
    check_slots(subject.reopen().store(), &world);
}

fn check_slots(store: &dyn Store, world: &World) {
    let all = world.executions.values().map(|execution| (execution.birth.id, execution.head.slot));
    let expected: Vec<_> = all.filter(|(_, slot)| *slot != Slot::None).collect();
    assert_eq!(pages(|after| store.slots(after, 7).unwrap(), |(id, _)| *id), expected);
}

/// All rows, read in parts.
fn pages<T>(mut part: impl FnMut(Option<ExecutionId>) -> Vec<T>, id: impl Fn(&T) -> ExecutionId) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let next = part(all.last().map(&id));
        if next.is_empty() {
            return all;
        }
        assert!(next.len() <= 7);
        all.extend(next);
    }
}

pub fn moments_are_told_until_they_have_come(subject: impl Subject) {
    let mut dice = Dice::new(22);
    let mut expected = BTreeSet::new();
    for _ in 0..60 {
        let writes: Vec<_> = (0..6).map(|_| any_wake(&mut dice, &mut expected)).collect();
        commit(subject.store(), writes);
        check_wakes(subject.store(), &expected, dice.below(90) as i64);
    }
    let subject = subject.reopen();
    (0..90).for_each(|until| check_wakes(subject.store(), &expected, until));
}

/// A moment that is waited for, or not any more. Both come twice sometimes.
fn any_wake(dice: &mut Dice, expected: &mut BTreeSet<Wake>) -> Write {
    let due = *dice.pick(&[Due::Start, Due::Run(index(0)), Due::Run(index(1)), Due::Agreement(0)]);
    let wake = Wake { due, ..wake(dice.below(80) as i64, ExecutionId(dice.below(2) as u128)) };
    if dice.percent(60) {
        expected.insert(wake);
        return Write::Wake(wake);
    }
    let known: Vec<_> = expected.iter().copied().collect();
    let gone = if known.is_empty() || dice.percent(20) { wake } else { *dice.pick(&known) };
    expected.remove(&gone);
    Write::Woken(gone)
}

fn check_wakes(store: &dyn Store, expected: &BTreeSet<Wake>, until: i64) {
    let expected: Vec<_> = expected.iter().copied().filter(|wake| wake.at.0 <= until).collect();
    let mut kept = store.wakes(Millis(until), 1_000).unwrap();
    assert!(kept.is_sorted_by_key(|wake| wake.at), "the earliest first: {kept:?}");
    // The order within one moment is free.
    kept.sort_unstable();
    assert_eq!(kept, expected);
    let first = store.wakes(Millis(until), 3).unwrap();
    let moments = |wakes: &[Wake]| wakes.iter().map(|wake| wake.at).collect::<Vec<_>>();
    assert_eq!(moments(&first), moments(&expected[..expected.len().min(3)]));
}

pub fn orders_are_told_in_the_order_they_were_sent_until_they_are_done(subject: impl Subject) {
    let mut dice = Dice::new(23);
    let mut expected: Vec<Sent> = Vec::new();
    let mut number = 1_000;
    for _ in 0..60 {
        let mut writes = Vec::new();
        for _ in 0..4 {
            writes.push(any_order(&mut dice, &mut expected, &mut number));
        }
        commit(subject.store(), writes);
        assert_eq!(subject.store().orders(1_000).unwrap(), expected);
        assert_eq!(subject.store().orders(2).unwrap(), expected[..expected.len().min(2)]);
    }
    assert_eq!(subject.reopen().store().orders(1_000).unwrap(), expected);
}

/// A new order, one that was sent before, or the end of one. Numbers do not grow.
fn any_order(dice: &mut Dice, expected: &mut Vec<Sent>, number: &mut u128) -> Write {
    let known = (!expected.is_empty()).then(|| dice.below(expected.len()));
    match (known, dice.below(10)) {
        (Some(place), 0) => Write::Order(expected[place].clone()),
        (Some(place), 1..4) => Write::OrderDone(expected.remove(place).id),
        (_, 4) => Write::OrderDone(OrderId(1)),
        _ => {
            *number -= 1;
            let sent = sent(*number << 90 | 5, ExecutionId(dice.below(2) as u128));
            expected.push(sent.clone());
            Write::Order(sent)
        }
    }
}

pub(super) fn wake(at: i64, execution: ExecutionId) -> Wake {
    Wake { at: Millis(at), execution, due: Due::Run(index(1)) }
}

pub(super) fn sent(id: u128, to: ExecutionId) -> Sent {
    let from = Parent { execution: ExecutionId(8), run: index(2), iteration: 1 };
    let order = if id.is_multiple_of(2) { Order::Kill { cascade: true } } else { Order::Restart };
    Sent { id: OrderId(id), to, order, from }
}
